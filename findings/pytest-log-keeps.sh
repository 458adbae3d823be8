#!/usr/bin/env bash
# pytest 8.4.2 from PyPI, on CPython 3.11 (any).
#
# Guess from the docs: `logger.warning("made %s", node)` makes a line of text, and the node is not held; pytest shows the captured text if
# the test fails. A log line changes nothing about who is alive, at whichever level.
# What happens: pytest captures records, not lines, in every test and without being asked (no `caplog` in it): a record holds the arguments
# of its call, and pytest holds the records until the test is over, those of its fixtures too. So what was logged in a test can't die in that
# test: no finalizer, no callback, though nothing else holds it, and a log line added to find out why an object lives is itself the reason.
# It depends on the level: a record below the logger's level is not made, so `--log-level=DEBUG`, which one gives to see more, makes other
# objects live. Text made before the call (an f-string) holds nothing.
#
# For who tests a heap, bindings, caches or weak references from Python: log texts, or run with `-p no:logging`; in unittest and in a script
# the same test passes. For who writes a heap with a log: a log that keeps values is a root; keep numbers or text.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
"$tmp/v/bin/pip" -q --disable-pip-version-check install pytest==8.4.2
cat > "$tmp/test_p.py" <<'X'
import gc, logging, weakref
import pytest
gc.disable()
log = logging.getLogger("heap")

class Node:
    pass

def logged(write):
    node = Node()
    write(node)
    return weakref.ref(node)

@pytest.fixture
def early():
    seen = logged(lambda node: log.warning("made %s", node))
    print("logged in a fixture: in the fixture lives", seen() is not None)
    return seen

def test_one(early):
    print("  in the test lives", early() is not None)
    print("not logged: lives", logged(id)() is not None)
    test_one.warned = logged(lambda node: log.warning("made %s", node))
    print("argument of a warning: lives", test_one.warned() is not None)
    print("argument of a debug line: lives", logged(lambda node: log.debug("made %s", node))() is not None)
    print("text in a warning: lives", logged(lambda node: log.warning(f"made {node}"))() is not None)
    gc.collect()
    print("warning, after a collection: lives", test_one.warned() is not None)

def test_two():
    print("in the next test: lives", test_one.warned() is not None)
X
echo "pytest $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("pytest"))')"
cd "$tmp"
run() { timeout 120 v/bin/python -m pytest -q -s -p no:cacheprovider "$@" test_p.py 2>/dev/null | grep -o '[a-z ,:]* lives .*'; }
normal=$(run); debug=$(run --log-level=DEBUG); without=$(run -p no:logging)
printf -- '-- as it comes\n%s\n-- --log-level=DEBUG\n%s\n-- -p no:logging\n%s\n' "$normal" "$debug" "$without"
want='logged in a fixture: in the fixture lives True
  in the test lives True
not logged: lives False
argument of a warning: lives True
argument of a debug line: lives False
text in a warning: lives False
warning, after a collection: lives True
in the next test: lives False'
[ "$normal" = "$want" ] && [ "$debug" = "${want/debug line: lives False/debug line: lives True}" ] && [ "$without" = "${want//True/False}" ] ||
    { echo "changed: log records hold their arguments in other cases now"; exit 1; }
