#!/usr/bin/env bash
# fast-check 4.11.0 from npm, on Node (any).
#
# Guess from the docs: `ignoreEqualValues` (and `skipEqualValues`) leaves out runs whose values were tried before, equal being what has the
# same text by `fc.stringify`. It costs nothing where values are hardly ever the same, as with programs of commands, which are printed
# command by command.
# What happens: values are compared before they run, and the text of a program of commands lists what has been run, which is nothing yet. So
# all programs are equal: the first one runs, and `check` reports 100 runs, no skips, and passes, though without the option a command fails
# in run 14. The plugin of that name does the same. With `skipEqualValues` the check fails, after 10,000 skips. Functions of one source,
# WeakRefs, and objects with private fields are all equal too: of 100 runs one is done. The docs warn of false positives in general; runs
# left out count as runs.
#
# For who tests a heap by commands: count in the property itself what was done, and compare with the number reported. For who writes a tool
# that leaves out duplicates: compare what is drawn, not how it is printed, and do not count as a run what was not run.
set -euo pipefail
command -v node > /dev/null && command -v npm > /dev/null || { echo "skipped: wants node and npm"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 300 npm i -s --no-audit --no-fund --ignore-scripts fast-check@4.11.0
cat > p.js <<'X'
const fc = require('fast-check');

class Push {
  constructor(value) { this.value = value; }
  check() { return true; }
  run(model, real) { model.size++; real.push(this.value); if (real.length !== model.size) throw new Error('sizes differ'); }
  toString() { return `push ${this.value}`; }
}
class Pop {
  check(model) { return model.size > 2; }
  run(model, real) { model.size--; if (real.pop() === undefined) throw new Error('nothing there'); }
  toString() { return 'pop'; }
}
class Stack {
  items = [];
  push(value) { if (this.items.length < 4) this.items.push(value); } // the bug: there is room for four
  pop() { return this.items.pop(); }
  get length() { return this.items.length; }
}
class Handle { #number; constructor(number) { this.#number = number; } number() { return this.#number; } }

const programs = fc.commands([fc.nat().map((value) => new Push(value)), fc.constant(new Pop())]);
function check(what, values, run, options) {
  let done = 0;
  const told = fc.check(fc.property(values, (value) => { done++; run(value); }), { seed: 1, numRuns: 100, endOnFailure: true, ...options });
  console.log(`${what}: ${told.failed ? 'fails' : 'passes'}, runs reported ${told.numRuns}, skips reported ${told.numSkips}, runs done ${done}`);
}
const commands = (program) => fc.modelRun(() => ({ model: { size: 0 }, real: new Stack() }), program);
check('commands', programs, commands, {});
check('commands, ignoreEqualValues', programs, commands, { ignoreEqualValues: true });
check('commands, plugin ignoreEqualValues', programs, commands, { plugins: [fc.ignoreEqualValues()] });
check('commands, skipEqualValues', programs, commands, { skipEqualValues: true });
check('numbers, ignoreEqualValues', fc.nat(), () => {}, { ignoreEqualValues: true });
check('functions, ignoreEqualValues', fc.nat().map((number) => () => number), () => {}, { ignoreEqualValues: true });
check('WeakRefs, ignoreEqualValues', fc.nat().map((number) => new WeakRef({ number })), () => {}, { ignoreEqualValues: true });
check('private fields, ignoreEqualValues', fc.nat().map((number) => new Handle(number)), () => {}, { ignoreEqualValues: true });
X
echo "fast-check $(node -p "require('fast-check').__version"), node $(node -p process.version)"
out=$(timeout 60 node p.js); echo "$out"
want='commands: fails, runs reported 14, skips reported 0, runs done 14
commands, ignoreEqualValues: passes, runs reported 100, skips reported 0, runs done 1
commands, plugin ignoreEqualValues: passes, runs reported 100, skips reported 0, runs done 1
commands, skipEqualValues: fails, runs reported 1, skips reported 10001, runs done 1
numbers, ignoreEqualValues: passes, runs reported 100, skips reported 0, runs done 89
functions, ignoreEqualValues: passes, runs reported 100, skips reported 0, runs done 1
WeakRefs, ignoreEqualValues: passes, runs reported 100, skips reported 0, runs done 1
private fields, ignoreEqualValues: passes, runs reported 100, skips reported 0, runs done 1'
[ "$out" = "$want" ] || { echo "changed: other values are equal now, or other runs are counted"; exit 1; }
