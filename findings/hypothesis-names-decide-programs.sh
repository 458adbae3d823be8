#!/usr/bin/env bash
# Hypothesis 6.170.17, module `hypothesis.stateful`, in CPython 3.11.
#
# Guess from the docs: a rule draws its arguments from bundles, and what it names with `consumes` is removed. How its parameters are called
# changes nothing but the printed program. A rule that has too little to draw from is not chosen, and the program goes on with others.
# What happens: the arguments are drawn in alphabetical order of their names, whatever the order in `@rule` and in the function, and a value is
# gone at once. So `move(at=handles, of=consumes(handles))` gets the same handle for both in more than half of its calls, and
# `move(to=handles, of=consumes(handles))`, the same rule, never: a heap that fails if an object is linked to itself as its handle is given up fails
# under one name, and passes with any number of programs under the other. And a rule that consumes two is chosen with one left in the
# bundle, though no rule is with none: the draw then fails, and the whole program so far, with what its end would have checked, does not count.
#
# For who tests a heap by rules: draw both operands by one parameter, as a list of positions or `st.tuples`, in an order of your own, or count
# in the rule how often the operands are the same and look at the number; guard a rule with two operands by a precondition. For who writes such a
# language: what an operation takes it takes after all its operands are known.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { echo "skipped: wants Python 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 300 "$tmp/v/bin/pip" -q --disable-pip-version-check install hypothesis==6.170.17 2>/dev/null
cat > "$tmp/p.py" <<'X'
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, precondition, rule, run_state_machine_as_test

class Machine(RuleBasedStateMachine):
    handles = Bundle("handles")
    def __init__(self):
        super().__init__()
        programs.append(self)
        self.made = 0

    @rule(target=handles)
    def make(self):
        self.made += 1
        return self.made

    @rule()
    def collect(self): pass

    def moved(self, at, of):
        moves[at == of] += 1
        assert at != of or not fragile

class At(Machine):
    @rule(at=Machine.handles, of=consumes(Machine.handles))
    def move(self, at, of): self.moved(at, of)

class AtBehind(Machine):
    @rule(of=consumes(Machine.handles), at=Machine.handles)
    def move(self, of, at): self.moved(at, of)

class To(Machine):
    @rule(to=Machine.handles, of=consumes(Machine.handles))
    def move(self, to, of): self.moved(to, of)

class Both(Machine):
    @rule(at=consumes(Machine.handles), of=consumes(Machine.handles))
    def move(self, at, of): self.moved(at, of)

class BothGuarded(Machine):
    @precondition(lambda self: len(self.bundle("handles")) > 1)
    @rule(at=consumes(Machine.handles), of=consumes(Machine.handles))
    def move(self, at, of): self.moved(at, of)

for machine, what in ((At, "at=handles, of=consumes(handles)"), (AtBehind, "of=consumes(handles), at=handles"), (To, "to=handles, of=consumes(handles)"),
                      (Both, "at and of consume"), (BothGuarded, "at and of consume, guarded")):
    for fragile in (False, True):
        programs, moves = [], {True: 0, False: 0}
        wanted = settings(max_examples=200, stateful_step_count=30, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        try:
            run_state_machine_as_test(machine, settings=wanted)
            verdict = "passes"
        except AssertionError:
            verdict = "fails"
        if not fragile:
            print(f"{what}: {moves[True]} moves of one handle, {moves[False]} of two, {len(programs)} programs begun for 200")
        else:
            print(f"{what}, in a heap that can't have the same twice: {verdict}")
X
echo "hypothesis $("$tmp/v/bin/python" -c 'import hypothesis; print(hypothesis.__version__)')"
out=$(cd "$tmp" && timeout 300 v/bin/python p.py 2>&1); echo "$out"
awk -F': ' '/begun/ { split($2, n, " "); once[$1] = n[1]; twice[$1] = n[6]; begun[$1] = n[9] } / heap / { split($1, n, ", in a heap"); verdict[n[1]] = $2 }
    END { at = "at=handles, of=consumes(handles)"; behind = "of=consumes(handles), at=handles"; to = "to=handles, of=consumes(handles)"; both = "at and of consume"
        exit !(once[at] > twice[at] && once[behind] > twice[behind] && once[to] == 0 && twice[to] > 100 && verdict[at] == "fails" && verdict[behind] == "fails" &&
            verdict[to] == "passes" && once[both] == 0 && begun[both] > 300 && begun[both ", guarded"] < 260) }' <<<"$out" ||
    { echo "changed: other programs are drawn under these names now"; exit 1; }
