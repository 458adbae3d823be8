#!/usr/bin/env bash
# On Node 20, from npm rfdc 1.4.1, lodash 4.18.1, ramda 0.32.0; beside them fast-copy 4.3.4, clone 2.1.2 and `structuredClone`.
#
# Guess from the docs: a deep clone that survives a ring has a table of what it has copied, so an object with two parents is one object in
# the clone, and what the clone holds is its own. rfdc's option `circles` detects and preserves circular references; lodash's cloneDeep
# clones recursively, maps and sets too, and follows the structured clone algorithm; Ramda's clone retains no reference to the source.
# What happens: rfdc with `circles` forgets an object as soon as it is copied, and knows its ancestors only: a ring comes out whole, an
# object with two parents comes out twice, and a chain of 16 objects that refer twice to the next becomes a tree of 131,071. lodash
# clones the values of a Map and the members of a Set, but not the keys of a Map: a clone that has its nodes as keys of a Map, as marks
# or numbers by node, asks for the clone's node and finds nothing, and holds the source's nodes for ever. Ramda gives Maps and Sets back
# as they are, so clone and source share them and write into each other's. structuredClone, fast-copy and clone are right in each.
#
# For who writes a heap with copies: the table of copies lives as long as the copy does, and translates keys as well as values. For who
# tests one: a ring is not enough; copy a diamond, and a table whose keys are objects of the graph. And who keeps a model's state by
# such a clone, to compare or to go back, keeps another graph.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 300 npm i -s --no-audit --no-fund --ignore-scripts rfdc@1.4.1 lodash@4.18.1 ramda@0.32.0 fast-copy@4.3.4 clone@2.1.2
cat > p.js <<'X'
const ways = {
  structuredClone,
  'fast-copy': require('fast-copy').copy,
  clone: require('clone'),
  'rfdc, circles': require('rfdc')({ circles: true }),
  lodash: require('lodash').cloneDeep,
  ramda: require('ramda').clone,
};

function ring(copy) {
  const node = {};
  node.me = node;
  const copied = copy(node);
  return copied.me === copied;
}

function diamond(copy) {
  const child = {};
  const copied = copy({ left: child, right: child });
  return copied.left === copied.right;
}

// How many objects the copy has of a chain in which each refers twice to the next.
function chain(copy) {
  let node = {};
  for (let i = 0; i < 16; i++) node = { left: node, right: node };
  const seen = new Set(), open = [copy(node)];
  while (open.length > 0) {
    const next = open.pop();
    if (next === undefined || seen.has(next)) continue;
    seen.add(next);
    open.push(next.left, next.right);
  }
  return seen.size;
}

const whose = (has, ours, original) => [...has(ours) ? ['the copy'] : [], ...has(original) ? ['the source'] : []].join() || 'neither';

function keys(copy) {
  const node = {};
  const copied = copy({ node, marks: new Map([[node, 'seen']]) });
  return whose((key) => copied.marks.has(key), copied.node, node);
}

function values(copy) {
  const node = {};
  const copied = copy({ node, byName: new Map([['node', node]]) });
  return whose((value) => copied.byName.get('node') === value, copied.node, node);
}

function members(copy) {
  const node = {};
  const copied = copy({ node, open: new Set([node]) });
  return whose((member) => copied.open.has(member), copied.node, node);
}

for (const [way, copy] of Object.entries(ways)) {
  console.log(`${way}: a ring is ${ring(copy) ? 'whole' : 'split'}, a diamond ${diamond(copy) ? 'whole' : 'split'}, a chain of 17 has ${chain(copy)}; a node as key of a Map is of ${keys(copy)}, as value of ${values(copy)}, in a Set of ${members(copy)}`);
}
X
echo "node $have, $(for name in rfdc lodash ramda fast-copy clone; do node -p "'$name ' + JSON.parse(require('fs').readFileSync('node_modules/$name/package.json')).version"; done | paste -sd' ')"
out=$(timeout 60 node p.js); echo "$out"
want='structuredClone: a ring is whole, a diamond whole, a chain of 17 has 17; a node as key of a Map is of the copy, as value of the copy, in a Set of the copy
fast-copy: a ring is whole, a diamond whole, a chain of 17 has 17; a node as key of a Map is of the copy, as value of the copy, in a Set of the copy
clone: a ring is whole, a diamond whole, a chain of 17 has 17; a node as key of a Map is of the copy, as value of the copy, in a Set of the copy
rfdc, circles: a ring is whole, a diamond split, a chain of 17 has 131071; a node as key of a Map is of neither, as value of neither, in a Set of neither
lodash: a ring is whole, a diamond whole, a chain of 17 has 17; a node as key of a Map is of the source, as value of the copy, in a Set of the copy
ramda: a ring is whole, a diamond whole, a chain of 17 has 17; a node as key of a Map is of the source, as value of the source, in a Set of the source'
[ "$out" = "$want" ] || { echo "changed: clones split other graphs now"; exit 1; }
