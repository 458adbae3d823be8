#!/usr/bin/env bash
# Hypothesis 6.148.0 from PyPI, on CPython 3.11 (any).
#
# Guess from the docs: `@seed(1)` fixes what a test draws, and with `derandomize=True` every run tests the same examples until Hypothesis,
# Python or the test function changes. Which other modules are imported changes nothing.
# What happens: now and then `integers`, `text` and their like give a constant that Hypothesis has read from the source of the modules that
# are imported at that time, except those of tests, of site-packages and of the standard library. One more module with one number in it,
# imported by anybody, and the same test with the same seed, or derandomized, draws other values; with another number in it, others
# again; so does a test that runs a second time in one process, after the import. Small numbers are not taken, and values that a strategy
# can't give do not count.
#
# For who tests a heap: a test alone is not the test that runs in the suite, since other tests have imported more modules by then; a seed
# from a log does not repeat a run with another selection of tests; and an edit of a limit in the heap's own source changes the inputs of
# all its tests, though no test was touched. Keep the failing input, not the seed. For who writes a harness: say what a seed depends on.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 300 "$tmp/v/bin/pip" -q --disable-pip-version-check install hypothesis==6.148.0
mkdir "$tmp/heap"; cd "$tmp/heap"
echo 'LIMIT = 4321' > limits.py
echo 'LIMIT = 4322' > raised.py
echo 'LIMIT = 3' > small.py
echo 'KIND = "ephemeron"' > kinds.py
cat > p.py <<'X'
import json, sys
from hypothesis import Phase, given, seed, settings, strategies as st

fixed_by, at_first, later = sys.argv[1:]
strategies = {"integers": st.integers(), "integers to 10,000": st.integers(0, 10_000), "integers to 1,000": st.integers(0, 1_000), "text": st.text()}

def drawn(strategy):
    values = []

    def look(value):
        values.append(value)

    look = settings(max_examples=500, database=None, phases=[Phase.generate], derandomize=fixed_by == "derandomize")(given(strategy)(look))
    if fixed_by == "seed":
        look = seed(1)(look)
    look()
    return values

for module in filter(None, at_first.split()):
    __import__(module)
values = {name: drawn(strategy) for name, strategy in strategies.items()}
for module in filter(None, later.split()):
    __import__(module)
    values = {name: drawn(strategy) for name, strategy in strategies.items()}
print(json.dumps(values))
X
cat > compare.py <<'X'
import json, subprocess, sys

def run(*arguments):
    return json.loads(subprocess.run([sys.executable, "p.py", *arguments], check=True, capture_output=True, text=True, timeout=100).stdout)

for fixed_by in ("seed", "derandomize"):
    alone = run(fixed_by, "", "")
    for what, at_first, later in (("nothing else", "", ""), ("the number 3", "small", ""), ("the number 4321", "limits", ""),
                                  ("4321, after a first run", "", "limits"), ("the word ephemeron", "kinds", "")):
        values = run(fixed_by, at_first, later)
        same = [f"{name} {'the same' if values[name] == alone[name] else 'others'}" for name in alone]
        print(f"{fixed_by}, imported {what}: {', '.join(same)}")
    differ = run(fixed_by, "limits", "")["integers"] != run(fixed_by, "raised", "")["integers"]
    print(f"{fixed_by}: with 4321 and with 4322 integers gives {'other' if differ else 'the same'} values")
X
echo "hypothesis $("$tmp/v/bin/python" -c 'from importlib.metadata import version; print(version("hypothesis"))')"
out=$(timeout 500 "$tmp/v/bin/python" compare.py); echo "$out"
want='seed, imported nothing else: integers the same, integers to 10,000 the same, integers to 1,000 the same, text the same
seed, imported the number 3: integers the same, integers to 10,000 the same, integers to 1,000 the same, text the same
seed, imported the number 4321: integers others, integers to 10,000 others, integers to 1,000 the same, text the same
seed, imported 4321, after a first run: integers others, integers to 10,000 others, integers to 1,000 the same, text the same
seed, imported the word ephemeron: integers the same, integers to 10,000 the same, integers to 1,000 the same, text others
seed: with 4321 and with 4322 integers gives other values
derandomize, imported nothing else: integers the same, integers to 10,000 the same, integers to 1,000 the same, text the same
derandomize, imported the number 3: integers the same, integers to 10,000 the same, integers to 1,000 the same, text the same
derandomize, imported the number 4321: integers others, integers to 10,000 others, integers to 1,000 the same, text the same
derandomize, imported 4321, after a first run: integers others, integers to 10,000 others, integers to 1,000 the same, text the same
derandomize, imported the word ephemeron: integers the same, integers to 10,000 the same, integers to 1,000 the same, text others
derandomize: with 4321 and with 4322 integers gives other values'
[ "$out" = "$want" ] || { echo "changed: what Hypothesis draws depends on other modules now"; exit 1; }
