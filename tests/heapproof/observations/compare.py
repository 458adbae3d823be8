"""Compares observations field by field with those that the installed Hypothesis writes.

    python3 -m venv v && v/bin/pip install hypothesis==6.170.17 jsonschema==4.25.1
    heapproof check --subject canary --seed 1 --cases 500 --format observations > ours.jsonl
    v/bin/python compare.py ours.jsonl [schema_observations.json]
    v/bin/python compare.py --record > hypothesis.jsonl      # the lines that `cargo test` compares with

The schema is `docs/reference/schema_observations.json` of Hypothesis's sources; it is in no package.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = '''
from hypothesis import assume, event, given, settings, strategies as st, target

@settings(max_examples=30, database=None, derandomize=True)
@given(st.lists(st.integers()))
def test_sum(numbers):
    event("empty" if not numbers else "full")
    target(len(numbers), label="length")
    assume(len(numbers) != 1)
    assert sum(numbers) < 100

try:
    test_sum()
except AssertionError:
    pass
'''


def hypothesis():
    """One line of each kind, as Hypothesis has written them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tests.py").write_text(TESTS)
        environment = {**os.environ, "HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY": "1", "PYTHONWARNINGS": "ignore"}
        subprocess.run([sys.executable, "tests.py"], cwd=folder, env=environment, check=True)
        files = sorted(Path(folder, ".hypothesis", "observed").glob("*.jsonl"))
        lines = [json.loads(line.replace(os.path.realpath(folder), ".").replace(folder, ".")) for file in files
                 for line in file.read_text().splitlines()]
    return list({kind(line): line for line in lines}.values())


def kind(line):
    return line.get("status", line["type"])


def type_of(value):
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def differences(ours, theirs):
    """What is wrong with our line: fields that one of the two does not have, or of another type."""
    for field in sorted(ours.keys() ^ theirs.keys()):
        yield f"`{field}` is only in " + ("ours" if field in ours else "theirs")
    for field in ours.keys() & theirs.keys():
        # Hypothesis says null where it has no coverage; so do we.
        if type_of(ours[field]) != type_of(theirs[field]) and not (field == "coverage" and ours[field] is None):
            yield f"`{field}` is {type_of(ours[field])}, theirs is {type_of(theirs[field])}"
    for field in ours.get("metadata", {}).keys() & theirs.get("metadata", {}).keys():
        if type_of(ours["metadata"][field]) != type_of(theirs["metadata"][field]) and field != "traceback":
            yield f"`metadata.{field}` is {type_of(ours['metadata'][field])}"


def main(arguments):
    theirs = {kind(line): line for line in hypothesis()}
    if arguments == ["--record"]:
        for line in theirs.values():
            print(json.dumps(line))
        return 0
    ours = [json.loads(line) for line in Path(arguments[0]).read_text().splitlines()]
    wrong = [f"line {number}: {what}" for number, line in enumerate(ours, 1)
             for what in (differences(line, theirs[kind(line)]) if kind(line) in theirs else [f"no `{kind(line)}` there"])]
    if len(arguments) > 1:
        import jsonschema
        schema = jsonschema.Draft202012Validator(json.loads(Path(arguments[1]).read_text()))
        for who, lines in (("ours", ours), ("theirs", theirs.values())):
            wrong += [f"{who}: {error.message[:200]}" for line in lines for error in schema.iter_errors(line)]
    print("\n".join(wrong[:20]) or f"{len(ours)} lines of {sorted({kind(line) for line in ours})} are as Hypothesis's")
    return 1 if wrong or not ours else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
