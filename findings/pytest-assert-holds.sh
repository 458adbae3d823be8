#!/usr/bin/env bash
# pytest 8.4.2 from PyPI, on CPython 3.11 (any).
#
# Guess from the docs: pytest rewrites `assert` so that a failure shows the values that led to it. That is about messages; whether an
# assertion holds is the same with `--assert=plain`, in unittest and in a script.
# What happens: each call, attribute and operand of the expression is kept in a hidden local variable until the whole assertion is done. An
# object that Python drops half-way, for example one whose method gave a plain number, lives on to the end of the `assert`, with all that it
# holds. So `assert take(heap).value == 7 and alive() == 0` fails under pytest, and holds everywhere else, and `assert make().value == 7 and
# seen() is not None` the other way round: it holds under pytest alone. Nothing is wrong once the assertion is over: the next line sees what
# it should.
#
# For who tests a heap, weak references or finalizers from Python: one assertion must not both make or take an object and look who is alive;
# give the first half a line of its own. For who writes a framework that explains failures: what it notes to explain them is a root, also
# where nothing fails; note what was printed, not the object, or check in another process that verdicts are the same without.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
"$tmp/v/bin/pip" -q --disable-pip-version-check install pytest==8.4.2
cat > "$tmp/test_p.py" <<'X'
import gc, weakref
gc.disable()

class Node:
    alive = 0

    def __init__(self):
        Node.alive += 1
        self.number = 7
        Node.seen = weakref.ref(self)

    def __del__(self):
        Node.alive -= 1

    def value(self):
        return self.number

def take(nodes):
    return nodes.pop()

def verdict(what, claim):
    try:
        claim()
        print(f"{what}: holds")
    except AssertionError:
        print(f"{what}: fails")

def made():
    assert Node().value() == 7 and Node.alive == 0

def passed():
    assert str(Node()) and Node.alive == 0

def taken():
    nodes = [Node()]
    assert take(nodes).number == 7 and Node.alive == 0

def compared():
    assert Node().number == 7 + Node.alive

def weak():
    assert Node().number == 7 and Node.seen() is not None

def next_line():
    assert Node().number == 7
    assert Node.alive == 0

def test_verdicts():
    print()
    for what, claim in {"object made, then none alive": made, "object passed on, then none alive": passed,
                        "object taken out, then none alive": taken, "one comparison": compared,
                        "object made, then its weak reference alive": weak, "looked at on the next line": next_line}.items():
        verdict(what, claim)
X
echo "pytest $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("pytest"))')"
cd "$tmp"
run() { timeout 120 v/bin/python -m pytest -q -s -p no:cacheprovider "$@" test_p.py | grep -E ': (holds|fails)$'; }
rewritten=$(run); plain=$(run --assert=plain)
printf 'as it comes\n%s\n--assert=plain\n%s\n' "$rewritten" "$plain"
want_rewritten='object made, then none alive: fails
object passed on, then none alive: fails
object taken out, then none alive: fails
one comparison: fails
object made, then its weak reference alive: holds
looked at on the next line: holds'
want_plain='object made, then none alive: holds
object passed on, then none alive: holds
object taken out, then none alive: holds
one comparison: holds
object made, then its weak reference alive: fails
looked at on the next line: holds'
[ "$rewritten" = "$want_rewritten" ] && [ "$plain" = "$want_plain" ] || { echo "changed: a rewritten assertion holds other objects, or none, now"; exit 1; }
