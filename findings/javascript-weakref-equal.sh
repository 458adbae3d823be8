#!/usr/bin/env bash
# Node 20 (module assert), and from npm expect 29.7.0 (Jest), chai 4.5.0, fast-deep-equal 3.1.3, dequal 2.0.3, lodash 4.17.21.
#
# Guess from the docs: a deep comparison looks into what it can look into, and falls back to identity where it can't, as it does for
# functions. Two WeakRefs to different objects are two different edges of a graph, so `deepStrictEqual` of two graphs that differ in one is
# an error.
# What happens: nothing can be listed in a WeakRef, and no difference was found, so two of them are equal, whichever their targets: in node's
# `assert.deepStrictEqual`, in Jest's `toEqual` and `toStrictEqual`, in chai, fast-deep-equal and dequal. Of those tried only lodash says
# false. The same with two FinalizationRegistries. A WeakMap with an entry equals an empty one, and two WeakSets each other, in all but chai
# and lodash; node's docs say of these two that their values do not count, and nothing of WeakRef. Chai compares WeakMaps by identity, and
# WeakRefs not.
#
# For who writes a heap with copies or snapshots: "the copy equals the original" is blind to weak edges; compare what they lead to, edge by
# edge. For who tests one from JavaScript: such an assertion can't fail. Make one pair of graphs that must differ, and check that it does.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 300 npm i -s --no-audit --no-fund --ignore-scripts expect@29.7.0 chai@4.5.0 fast-deep-equal@3.1.3 dequal@2.0.3 lodash@4.17.21
cat > p.js <<'X'
const assert = require('node:assert');
const { expect } = require('expect');
const chai = require('chai');
const holds = (claim) => { try { claim(); return true; } catch { return false; } };
const ways = {
  'assert.deepStrictEqual': (a, b) => holds(() => assert.deepStrictEqual(a, b)),
  'Jest toEqual': (a, b) => holds(() => expect(a).toEqual(b)),
  'Jest toStrictEqual': (a, b) => holds(() => expect(a).toStrictEqual(b)),
  'chai deep.equal': (a, b) => holds(() => chai.expect(a).to.deep.equal(b)),
  'fast-deep-equal': require('fast-deep-equal/es6'),
  dequal: require('dequal').dequal,
  'lodash isEqual': require('lodash').isEqual,
};
const [one, two] = [{ name: 'one' }, { name: 'two' }];
const child = (parent) => ({ name: 'child', parent });
const pairs = {
  'strong edge': [child(one), child(two)],
  'method': [child(() => one), child(() => two)],
  'weak edge': [child(new WeakRef(one)), child(new WeakRef(two))],
  'WeakMap': [child(new WeakMap([[one, 1]])), child(new WeakMap())],
  'WeakSet': [child(new WeakSet([one])), child(new WeakSet())],
  'registry': [child(new FinalizationRegistry(() => one)), child(new FinalizationRegistry(() => two))],
};
for (const [way, equal] of Object.entries(ways)) {
  console.log(`${way}: ${Object.entries(pairs).map(([what, [a, b]]) => `${what} ${equal(a, b) ? 'equal' : 'differs'}`).join(', ')}`);
}
X
echo "node $have, $(for name in expect chai fast-deep-equal dequal lodash; do node -p "'$name ' + require('$name/package.json').version" 2>/dev/null || true; done | paste -sd' ')"
out=$(timeout 60 node p.js); echo "$out"
want='assert.deepStrictEqual: strong edge differs, method differs, weak edge equal, WeakMap equal, WeakSet equal, registry equal
Jest toEqual: strong edge differs, method differs, weak edge equal, WeakMap equal, WeakSet equal, registry equal
Jest toStrictEqual: strong edge differs, method differs, weak edge equal, WeakMap equal, WeakSet equal, registry equal
chai deep.equal: strong edge differs, method differs, weak edge equal, WeakMap differs, WeakSet differs, registry equal
fast-deep-equal: strong edge differs, method differs, weak edge equal, WeakMap equal, WeakSet equal, registry equal
dequal: strong edge differs, method differs, weak edge equal, WeakMap equal, WeakSet equal, registry equal
lodash isEqual: strong edge differs, method differs, weak edge differs, WeakMap differs, WeakSet differs, registry differs'
[ "$out" = "$want" ] || { echo "changed: weak references are compared in another way now"; exit 1; }
