#!/usr/bin/env bash
# Hypothesis 6.148.0 from PyPI, on CPython 3.11 (any).
#
# Guess from the docs: a value that a test draws belongs to the test. Once the test has let go of it, or a rule of a state machine has
# taken it out of its bundle by `consumes(..)`, nothing holds it, and in a runtime that counts references it is dead.
# What happens: what `builds()` and `.map()` make, and what a rule gives to a bundle, is held to the end of the test case: Hypothesis notes
# by each such object how it was made, to print it nicely should the case fail, and the note holds the object. What
# `@composite` returns, and what the test makes itself of drawn numbers, is not held. So whether an object can die during a test
# depends on how its strategy is spelled.
#
# For who tests a heap, bindings or weak references by Hypothesis: no finalizer of a drawn object runs before the case ends, in either
# way of dying, and "it is dead now" fails of every heap. Draw plain numbers and make the objects in the test, or draw a box
# and empty it.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
"$tmp/v/bin/pip" -q --disable-pip-version-check install hypothesis==6.148.0
cat > "$tmp/p.py" <<'X'
import gc, weakref
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, rule, run_state_machine_as_test
gc.disable()
few = settings(max_examples=20, database=None, derandomize=True, deadline=None)

class Node:
    def __init__(self, number=0):
        self.number = number

class Box:
    def __init__(self):
        self.node = Node()

@st.composite
def composed(draw):
    return Node(draw(st.integers()))

def died(what, take):
    found = set()

    @few
    @given(st.data())
    def case(data):
        seen = take(data)
        gc.collect()
        found.add(seen() is None)

    case()
    print(what, "died when the test let go of it:", *found)

def boxed(data):
    box = data.draw(st.builds(Box))
    seen = weakref.ref(box.node)
    box.node = None
    return seen

died("builds(Node)", lambda data: weakref.ref(data.draw(st.builds(Node))))
died("integers().map(Node)", lambda data: weakref.ref(data.draw(st.integers().map(Node))))
died("a @composite", lambda data: weakref.ref(data.draw(composed())))
died("Node(drawn integer)", lambda data: weakref.ref(Node(data.draw(st.integers()))))
died("in a box of builds(Box)", boxed)

class Machine(RuleBasedStateMachine):
    nodes = Bundle("nodes")
    found = set()
    seen = None

    @rule(target=nodes)
    def make(self):
        return Node()

    @rule(node=consumes(nodes))
    def consume(self, node):
        self.seen = weakref.ref(node)

    @rule()
    def look(self):
        if self.seen:
            gc.collect()
            self.found.add(self.seen() is None)

run_state_machine_as_test(Machine, settings=few)
print("consumed by an earlier rule, died since:", *Machine.found)
X
echo "hypothesis $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("hypothesis"))')"
out=$(cd "$tmp" && timeout 120 v/bin/python p.py); echo "$out"
want='builds(Node) died when the test let go of it: False
integers().map(Node) died when the test let go of it: False
a @composite died when the test let go of it: True
Node(drawn integer) died when the test let go of it: True
in a box of builds(Box) died when the test let go of it: True
consumed by an earlier rule, died since: False'
[ "$out" = "$want" ] || { echo "changed: Hypothesis holds other objects now"; exit 1; }
