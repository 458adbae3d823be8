#!/usr/bin/env bash
# Hypothesis 6.148.0 from PyPI, on CPython 3.11 (any).
#
# Guess from the docs: `lists(op, max_size=1000)` gives lists up to a thousand long, mostly short, and now and then a long one; raising
# `max_size` makes long ones likelier. `recursive(base, extend, max_leaves=100)` gives structures of up to a hundred leaves, of whatever
# shape; a chain (each node has one child) has one leaf, so it can be as deep as it likes.
# What happens: without a `min_size` a large `max_size` changes nothing: half of the lists have seven elements or fewer, and of 2,000 the
# longest has 34, without a limit as with one of 100 and of 1000. `min_size=50` lets them grow to some hundreds. And a recursive strategy has
# a depth of its own, which follows from `max_leaves` by the logarithm: a chain for 10 leaves is at most 4 deep, for 100 at most 7, and these
# are all there are, for Hypothesis stops after 32 and 256 cases because it has tried each. A chain by `deferred` ends at 32 levels, after 66
# cases: what is drawn at more than a hundred levels of strategies is thrown away without a word.
#
# For who tests a heap by `lists(operations)`: programs of a hundred operations don't come up, whatever the limit; draw the length first, or
# give `min_size`. For who tests deep structures (a stack that overflows, a limit on recursion): build them from a number, not by
# `recursive`. Look at the sizes that came (`--hypothesis-show-statistics` with `event`).
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
"$tmp/v/bin/pip" -q --disable-pip-version-check install hypothesis==6.148.0
cat > "$tmp/p.py" <<'X'
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st

def drawn(what, strategy, size, cases=2000):
    sizes = []

    @seed(1)
    @settings(max_examples=cases, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def look(value):
        sizes.append(size(value))

    look()
    sizes.sort()
    print(f"{what}: cases {len(sizes)}, median {sizes[len(sizes) // 2]}, largest {sizes[-1]}", flush=True)

def levels(value):
    depth = 0
    while isinstance(value, list):
        value, depth = value[0], depth + 1
    return depth

operation = st.integers(0, 9)
drawn("lists", st.lists(operation), len)
drawn("lists, max_size 100", st.lists(operation, max_size=100), len)
drawn("lists, max_size 1000", st.lists(operation, max_size=1000), len)
drawn("lists, min_size 50, max_size 1000", st.lists(operation, min_size=50, max_size=1000), len)
one = lambda child: st.lists(child, min_size=1, max_size=1)
drawn("chain by recursive, max_leaves 10, depth", st.recursive(st.booleans(), one, max_leaves=10), levels)
drawn("chain by recursive, max_leaves 100, depth", st.recursive(st.booleans(), one, max_leaves=100), levels)
chain = st.deferred(lambda: st.booleans() | one(chain))
drawn("chain by deferred, depth", chain, levels)
X
echo "hypothesis $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("hypothesis"))')"
out=$(cd "$tmp" && timeout 300 v/bin/python p.py); echo "$out"
want='lists: cases 2000, median 7, largest 34
lists, max_size 100: cases 2000, median 7, largest 34
lists, max_size 1000: cases 2000, median 7, largest 34
lists, min_size 50, max_size 1000: cases 2000, median 81, largest 510
chain by recursive, max_leaves 10, depth: cases 32, median 2, largest 4
chain by recursive, max_leaves 100, depth: cases 256, median 4, largest 7
chain by deferred, depth: cases 66, median 16, largest 32'
[ "$out" = "$want" ] || { echo "changed: Hypothesis draws other sizes now"; exit 1; }
