#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), modules warnings and unittest of its library, pytest 8.4.2 from PyPI.
#
# Guess from the docs: a finalizer may complain by `warnings.warn(.., ResourceWarning, source=self)`; the docs call `source` "the destroyed
# object". Or it raises, which is reported and passed over. The object is dead afterwards either way, whoever reads the complaint.
# What happens: who collects complaints, to show or count them later, rescues the object. `catch_warnings(record=True)` and `assertWarns`
# hold the warning, the warning holds its source: the object is alive and whole, also an `open` file (closed), and its finalizer does not run
# again when it really dies. pytest collects warnings in every test: where ResourceWarning is shown (`python -X dev`, `-W default`) such an
# object lives on past its test into later ones. And an exception out of a finalizer is kept until the end of the test, with its traceback,
# and so with `self`. Without the runner's plugins the same objects die at once.
#
# For who writes a heap: the report of a finalizer's failure is one of the ways to come back to life; look for rescued objects behind it. For
# who tests one from Python: "the finalizer has run, so it is dead" fails in a test run with warnings on and holds with them off; after a
# finalizer that complains, clear what was recorded before a look at the weak references.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
"$py" -m venv "$tmp/v" 2>/dev/null || { echo "skipped: $py has no venv"; exit 0; }
"$tmp/v/bin/pip" -q --disable-pip-version-check install pytest==8.4.2
cat > "$tmp/test_p.py" <<'X'
import gc, unittest, warnings, weakref
gc.disable()

class Warns:
    finalized = 0

    def __del__(self):
        Warns.finalized += 1
        warnings.warn("not closed", ResourceWarning, source=self)

class Raises:
    def __del__(self):
        raise ValueError("from a finalizer")

def drop(make):
    return weakref.ref(make())

def lives(seen):
    return "lives" if seen() is not None else "dead"

def test_in_a_run():
    test_in_a_run.seen = drop(Warns), drop(Raises)
    print("\nin its test: the one that warned", lives(test_in_a_run.seen[0]), "- the one that raised", lives(test_in_a_run.seen[1]))

def test_later():
    print("in a later test: the one that warned", lives(test_in_a_run.seen[0]), "- the one that raised", lives(test_in_a_run.seen[1]))

def alone():
    warnings.simplefilter("always")
    print("printed:", lives(drop(Warns)))
    Warns.finalized = 0
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        seen, file = drop(Warns), drop(lambda: open("/dev/null"))
    print("recorded:", lives(seen), "finalized", Warns.finalized, "- a file:", lives(file), "closed", file().closed)
    told.clear()
    print("record cleared:", lives(seen), "finalized", Warns.finalized, "- a file:", lives(file))
    with unittest.TestCase().assertWarns(ResourceWarning) as told:
        seen = drop(Warns)
    print("assertWarns:", lives(seen))

if __name__ == "__main__":
    alone()
X
echo "$have, pytest $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("pytest"))')"
cd "$tmp"
run() { echo "pytest $*"; timeout 120 v/bin/python -m pytest -q -s -p no:cacheprovider "$@" test_p.py 2>/dev/null | grep -o 'in .* test: .*'; }
out=$(timeout 60 v/bin/python -I test_p.py 2>/dev/null; run; run -W default; run -W default -p no:warnings -p no:unraisableexception); echo "$out"
want='printed: dead
recorded: lives finalized 1 - a file: lives closed True
record cleared: dead finalized 1 - a file: dead
assertWarns: lives
pytest 
in its test: the one that warned dead - the one that raised lives
in a later test: the one that warned dead - the one that raised dead
pytest -W default
in its test: the one that warned lives - the one that raised lives
in a later test: the one that warned lives - the one that raised dead
pytest -W default -p no:warnings -p no:unraisableexception
in its test: the one that warned dead - the one that raised dead
in a later test: the one that warned dead - the one that raised dead'
[ "$out" = "$want" ] || { echo "changed: other complaints of finalizers keep their object now"; exit 1; }
