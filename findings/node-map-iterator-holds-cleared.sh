#!/usr/bin/env bash
# Node 20 (V8 11.3), built-in Map and Set.
#
# Guess from the language: an iterator of a Map or a Set is a view. It refers to the collection and to a place in it; it sees what is added
# and not what is deleted meanwhile. After `clear()`, or the deletion of each key, nothing refers to the values any more.
# What happens: an iterator that is not at its end holds the table that it began with. `clear()` gives the collection a new table and
# leaves the old one as it is, so the paused iterator holds every value (and key) that was cleared. Deletions empty the table that is
# current: once it has been made smaller, what is deleted later stays in the old one, here 31 of 100. The iterator's next step goes over
# to the new table and lets go; nothing before it does. A loop `for (const value of map) await work(value)` has such an iterator while
# `work` runs. An array's iterator holds the array alone.
#
# For who writes a table with iterators that survive changes: an iterator on an old table is an owner of all that was in it; empty the old
# table when the new one is made, and keep the list of removed places beside it. For who tests one: pause an iterator, clear, and count
# deaths, before the iterator moves.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.js" <<'X'
const turn = () => new Promise((done) => setImmediate(done));
async function collect() { for (let i = 0; i < 4; i++) { await turn(); gc(); } }
const N = 100;
const deleteEach = (c) => { for (const key of [...c.keys()]) c.delete(key); };

// What is made, how an object is put in, and how all are taken out.
const collections = {
  'Map, clear': [() => new Map(), (c, o) => c.set(o.number, o), (c) => c.clear()],
  'Map, delete each': [() => new Map(), (c, o) => c.set(o.number, o), deleteEach],
  'Set, clear': [() => new Set(), (c, o) => c.add(o), (c) => c.clear()],
  'Set, delete each': [() => new Set(), (c, o) => c.add(o), deleteEach],
  'Array, length = 0': [() => [], (c, o) => c.push(o), (c) => { c.length = 0; }],
};
// Which iterator is kept meanwhile.
const kept = {
  'no iterator': () => undefined,
  'one that has not begun': (c) => c.values(),
  'one after a step': (c) => { const iterator = c.values(); iterator.next(); return iterator; },
  'one at its end': (c) => { const iterator = c.values(); while (!iterator.next().done); return iterator; },
};
(async () => {
  for (const [name, [make, put, takeAll]] of Object.entries(collections)) {
    const said = [];
    for (const [which, iterate] of Object.entries(kept)) {
      const collection = make(), seen = [];
      (() => { for (let number = 0; number < N; number++) { const object = { number }; seen.push(new WeakRef(object)); put(collection, object); } })();
      const iterator = iterate(collection);
      takeAll(collection);
      await collect();
      const held = () => seen.filter((weak) => weak.deref() !== undefined).length;
      const before = held();
      iterator?.next();
      await collect();
      said.push(`${which} ${before}, then ${held()}`);
      globalThis.keep = [collection, iterator];
    }
    console.log(`${name}: of ${N} objects live with ${said.join('; ')}`);
  }
})();
X
echo "node $have"
out=$(timeout 60 node --expose-gc "$tmp/p.js"); echo "$out"
want='Map, clear: of 100 objects live with no iterator 0, then 0; one that has not begun 100, then 0; one after a step 100, then 0; one at its end 0, then 0
Map, delete each: of 100 objects live with no iterator 0, then 0; one that has not begun 31, then 0; one after a step 31, then 0; one at its end 0, then 0
Set, clear: of 100 objects live with no iterator 0, then 0; one that has not begun 100, then 0; one after a step 100, then 0; one at its end 0, then 0
Set, delete each: of 100 objects live with no iterator 0, then 0; one that has not begun 31, then 0; one after a step 31, then 0; one at its end 0, then 0
Array, length = 0: of 100 objects live with no iterator 0, then 0; one that has not begun 0, then 0; one after a step 0, then 0; one at its end 0, then 0'
[ "$out" = "$want" ] || { echo "changed: iterators of Map and Set hold other objects now"; exit 1; }
