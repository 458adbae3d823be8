#!/usr/bin/env bash
# mnemonist 0.40.8 from npm, on Node 20.
#
# Guess from the docs: what was popped from a stack, shifted from a queue, deleted from a cache or removed by `clear()` is held by the
# container no longer; if the program has let go of it too, it is garbage.
# What happens: the containers that lie on one array move a number and leave the object where it is. FixedStack, FixedDeque, CircularBuffer
# and Vector hold all that was taken out until another object takes that very place; an LRUCache holds everything after `clear()`, and
# LRUCacheWithDelete holds what was deleted, keys or values, a SparseMap some of it, though `has` says no and `size` is 0. A LinkedList that was
# emptied holds the last node. So a cache that is cleared to free memory frees none of it, and no finalizer speaks. Queue, Stack, Heap
# and FibonacciHeap let go.
#
# For who writes a heap: a free place must forget its tenant; a freed slot that still refers to something keeps a whole graph, and a test of
# contents can't see it. For who tests a container in JavaScript: put objects in, take them out, drop them, collect, and look at weak
# references; size and lookups are not enough.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 300 npm i -s --no-audit --no-fund --ignore-scripts mnemonist@0.40.8
cat > p.js <<'X'
const m = require('mnemonist');
const turn = () => new Promise((done) => setTimeout(done, 5));
async function collect() { for (let i = 0; i < 4; i++) { await turn(); gc(); } }
const N = 5, byNumber = (a, b) => a.number - b.number;
const each = (use) => { for (let i = 0; i < N; i++) use(i); };

// What is made, how an object is put in, and how all are taken out.
const containers = {
  Queue: [() => new m.Queue(), (c, o) => c.enqueue(o), (c) => each(() => c.dequeue())],
  Stack: [() => new m.Stack(), (c, o) => c.push(o), (c) => each(() => c.pop())],
  Heap: [() => new m.Heap(byNumber), (c, o) => c.push(o), (c) => each(() => c.pop())],
  FibonacciHeap: [() => new m.FibonacciHeap(byNumber), (c, o) => c.push(o), (c) => each(() => c.pop())],
  LinkedList: [() => new m.LinkedList(), (c, o) => c.push(o), (c) => each(() => c.shift())],
  FixedStack: [() => new m.FixedStack(Array, N), (c, o) => c.push(o), (c) => each(() => c.pop())],
  FixedDeque: [() => new m.FixedDeque(Array, N), (c, o) => c.push(o), (c) => each(() => c.shift())],
  CircularBuffer: [() => new m.CircularBuffer(Array, N), (c, o) => c.push(o), (c) => each(() => c.shift())],
  Vector: [() => new m.Vector(Array), (c, o) => c.push(o), (c) => each(() => c.pop())],
  SparseMap: [() => new m.SparseMap(N), (c, o) => c.set(o.number, o), (c) => each((i) => c.delete(i))],
  'LRUCache, clear': [() => new m.LRUCache(N), (c, o) => c.set(o.number, o), (c) => c.clear()],
  'LRUMap, clear': [() => new m.LRUMap(N), (c, o) => c.set(o.number, o), (c) => c.clear()],
  'LRUCacheWithDelete, delete': [() => new m.LRUCacheWithDelete(N), (c, o) => c.set(o.number, o), (c) => each((i) => c.delete(i))],
  'LRUMapWithDelete, object as key': [() => new m.LRUMapWithDelete(N), (c, o) => c.set(o, 1), (c) => each(() => c.delete([...c.keys()][0]))],
};
(async () => {
  for (const [name, [make, put, takeAll]] of Object.entries(containers)) {
    const container = make(), seen = [];
    (() => { each((number) => { const object = { number }; seen.push(new WeakRef(object)); put(container, object); }); takeAll(container); })();
    await collect();
    console.log(`${name}: size ${container.size ?? container.length}, objects held ${seen.filter((weak) => weak.deref() !== undefined).length} of ${N}`);
    globalThis.keep = container;
  }
})();
X
echo "mnemonist $(node -p "require('./node_modules/mnemonist/package.json').version"), node $have"
out=$(timeout 60 node --expose-gc p.js); echo "$out"
want='Queue: size 0, objects held 0 of 5
Stack: size 0, objects held 0 of 5
Heap: size 0, objects held 0 of 5
FibonacciHeap: size 0, objects held 0 of 5
LinkedList: size 0, objects held 1 of 5
FixedStack: size 0, objects held 5 of 5
FixedDeque: size 0, objects held 5 of 5
CircularBuffer: size 0, objects held 5 of 5
Vector: size 0, objects held 5 of 5
SparseMap: size 0, objects held 3 of 5
LRUCache, clear: size 0, objects held 5 of 5
LRUMap, clear: size 0, objects held 5 of 5
LRUCacheWithDelete, delete: size 0, objects held 5 of 5
LRUMapWithDelete, object as key: size 0, objects held 5 of 5'
[ "$out" = "$want" ] || { echo "changed: other containers hold what was taken out"; exit 1; }
