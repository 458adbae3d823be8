#!/usr/bin/env bash
# PyPI package sarif-tools 3.0.5, the command `sarif`.
#
# Guess from its docs and those of SARIF: `sarif --check error summary` fails if a report has errors that stand. A result with an accepted
# suppression, or one that the report itself calls `absent` (it was there in the baseline and is gone), stands no more, as a result whose
# `kind` is `pass` is none. `sarif --check error diff old new` fails if new has an error that old had not: each result says by its fingerprint
# which one it is.
# What happens: suppressions and `baselineState` are read by none of the commands: accepted and gone results count as errors, and the status
# is 1 and more until they are filtered by hand (`kind` is read, and `pass` counts as none). Fingerprints are not read either. What the two
# files are compared by is the rule with the beginning of the message, and how often: one error corrected and another made of the same
# rule and words, in another file and with another fingerprint, is "no changes" with status 0, while the same error whose words changed,
# by a number or an address in them, is a new one.
#
# For who reports what a test of a heap found: known failures are best left out of a report for such a reader, and a message should begin with what
# tells failures apart, and without addresses, counts or times. For who compares two runs in CI by a tool: make a pair of reports that differ
# in one failure for another, and see whether it fails.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { echo "skipped: wants Python 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 300 "$tmp/v/bin/pip" -q --disable-pip-version-check install sarif-tools==3.0.5 2>/dev/null
cd "$tmp"
cat > make.py <<'X'
import json

def result(text="a ring leaks", file="a.rs", mark="1", **more):
    place = {"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": 1}}}
    return {"ruleId": "leak", "level": "error", "message": {"text": text}, "locations": [place], "partialFingerprints": {"failure/v1": mark}} | more

def report(name, *results):
    driver = {"name": "prover", "rules": [{"id": "leak"}]}
    with open(f"{name}.sarif", "w") as out:
        json.dump({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
                   "runs": [{"tool": {"driver": driver}, "results": list(results)}]}, out)

report("none")
report("stands", result())
report("passed", {name: part for name, part in result(kind="pass").items() if name != "level"})
report("accepted", result(suppressions=[{"kind": "external", "status": "accepted", "justification": "known"}]))
report("gone", result(baselineState="absent"))
report("another", result(file="b.rs", mark="2"))
report("moved", result("a ring leaks, 2 objects of 96 bytes"))
X
python3 make.py
status() { local status=0; timeout 60 "$tmp/v/bin/sarif" --check error "$@" > out.txt 2> err.txt || status=$?; echo "$status"; }
"$tmp/v/bin/sarif" --version
out=$(for name in none stands passed accepted gone; do
    got=$(status summary $name.sarif)
    echo "summary of $name: $(grep -E '^error' out.txt), status $got"
done
for pair in 'none stands' 'stands stands' 'stands another' 'stands moved' 'stands none' 'stands gone' 'none accepted'; do
    read -r old new <<<"$pair"
    got=$(status diff "$old.sarif" "$new.sarif")
    echo "diff from $old to $new: $(grep -E '^error' out.txt), status $got"
done); echo "$out"
want='summary of none: error: 0, status 0
summary of stands: error: 1, status 1
summary of passed: error: 0, status 0
summary of accepted: error: 1, status 1
summary of gone: error: 1, status 1
diff from none to stands: error level: +1 +0, status 1
diff from stands to stands: error level: +0 -0 no changes, status 0
diff from stands to another: error level: +0 -0 no changes, status 0
diff from stands to moved: error level: +1 -1, status 1
diff from stands to none: error level: +0 -1, status 0
diff from stands to gone: error level: +0 -0 no changes, status 0
diff from none to accepted: error level: +1 +0, status 1'
[ "$out" = "$want" ] || { echo "changed: other results count"; exit 1; }
