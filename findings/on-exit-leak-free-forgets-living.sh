#!/usr/bin/env bash
# on-exit-leak-free 2.1.2 from npm, on Node (any with FinalizationRegistry).
#
# Guess from the README: `register(object, code)` has the code called with the object when the process exits; if the object is garbage
# collected before, its registration is cleaned up. So at exit the code is called for each registered object that is still alive.
# What happens: when one object is collected, registrations of living ones go with it. The dead one at place n of the list is taken out by
# removing n + 1 entries from there: the first takes none along, the second one, the tenth nine. Of twenty objects of which the tenth dies,
# ten are still called at exit, and nine living ones are not. Nothing is said. Without a death all are called.
#
# For who writes a list that weak callbacks clean up: an index is not a count; after each death check that the neighbours are there. For who
# tests finalizers: a test in which all registered objects die, or the first one, passes. Let one in the middle die, and count the calls of
# the others.
set -euo pipefail
command -v node > /dev/null && command -v npm > /dev/null || { echo "skipped: wants node and npm"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 300 npm i -s --no-audit --no-fund --ignore-scripts on-exit-leak-free@2.1.2
cat > p.js <<'X'
const { register } = require('on-exit-leak-free');
const [, , count, dies] = process.argv.map(Number);
const called = [];
const say = (object) => called.push(object.number);
const living = [];
let seen;

(function make() {
  for (let number = 1; number <= count; number++) {
    const object = { number };
    register(object, say);
    if (number === dies) seen = new WeakRef(object); else living.push(object);
  }
})();

(async () => {
  for (let i = 0; i < 5; i++) { await new Promise((done) => setTimeout(done, 10)); gc(); }
  const dead = seen && seen.deref() === undefined ? `number ${dies} died` : 'none died';
  process.on('exit', () => console.log(`${count} registered, ${dead}, ${living.length} held: called for ${called.length}: ${called.join(' ')}`));
})();
X
echo "on-exit-leak-free $(node -p "require('./node_modules/on-exit-leak-free/package.json').version"), node $(node -p process.version)"
out=$(for dies in 0 1 2 10 20; do timeout 60 node --expose-gc p.js 20 $dies; done); echo "$out"
want='20 registered, none died, 20 held: called for 20: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
20 registered, number 1 died, 19 held: called for 19: 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
20 registered, number 2 died, 19 held: called for 18: 1 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
20 registered, number 10 died, 19 held: called for 10: 1 2 3 4 5 6 7 8 9 20
20 registered, number 20 died, 19 held: called for 19: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19'
[ "$out" = "$want" ] || { echo "changed: a death takes other registrations along now, or none"; exit 1; }
