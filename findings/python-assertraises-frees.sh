#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), unittest of its library, pytest 8.4.2 from PyPI.
#
# Guess: an exception that is kept keeps its traceback, and so the local variables of the calls that it came through. `assertRaises` and
# `pytest.raises` both keep the exception for later looks (`as told`), so after either an object that was local to a call that failed
# lives as long as `told` does.
# What happens: with pytest it does. unittest clears the frames of the traceback before the next line of the test runs: locals of the
# calls die, finalizers run, weak references are cleared, though the exception is kept, whole to look at but for its traceback. The
# docs of `assertRaises` do not say it. So one and the same failed call leaves the object alive in one framework and dead in
# the other, and a test about lives passes in one of them.
#
# For who tests a heap, or bindings to one, from Python: after a caught exception say by `del` or by a function of its own who still holds
# what; do not let the framework decide. For who translates tests from one framework to the other: this is an effect on the heap.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
"$py" -m venv "$tmp/v" 2>/dev/null || { echo "skipped: $py has no venv"; exit 0; }
"$tmp/v/bin/pip" -q --disable-pip-version-check install pytest==8.4.2
cat > "$tmp/test_p.py" <<'X'
import gc, unittest, weakref
import pytest

class Node:
    pass

def fails():
    node = Node()
    fails.seen = weakref.ref(node)
    raise ValueError("told")

def test_who_keeps_it():
    gc.disable()
    lives = lambda: fails.seen() is not None
    try:
        fails()
    except ValueError as error:
        told = error
    print("\nexcept, exception kept: lives", lives())
    told = None
    print("and let go: lives", lives())
    with pytest.raises(ValueError) as told:
        fails()
    print("pytest.raises, exception kept:", told.value, "lives", lives())
    told = None
    print("and let go: lives", lives())
    with unittest.TestCase().assertRaises(ValueError) as told:
        fails()
    print("assertRaises, exception kept:", told.exception, "lives", lives(), "traceback", told.exception.__traceback__)
X
echo "$have, pytest $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("pytest"))')"
out=$(cd "$tmp" && timeout 120 v/bin/python -m pytest -q -s -p no:cacheprovider test_p.py | grep lives); echo "$out"
want='except, exception kept: lives True
and let go: lives False
pytest.raises, exception kept: told lives True
and let go: lives False
assertRaises, exception kept: told lives False traceback None'
[ "$out" = "$want" ] || { echo "changed: another of the two keeps what a failed call held"; exit 1; }
