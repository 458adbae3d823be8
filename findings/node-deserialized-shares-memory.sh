#!/usr/bin/env bash
# Node 20 (V8 11.3), v8.serialize and v8.deserialize; beside them structuredClone.
#
# Guess from the docs: `v8.deserialize(bytes)` reads a value from bytes and leaves them alone. What came out is a new graph: written to, it
# changes neither the bytes nor what a second reading gives. So bytes that were kept can be gone back to any number of times.
# What happens: a Buffer, a Uint8Array or a DataView that was read is a view of the bytes that it was read from. Two graphs read from
# the same bytes share these arrays, a write to one is seen in the other, and every later reading has it. Arrays of larger elements do so
# too, if their place in the bytes is a multiple of the size of an element, and are copied otherwise: a key that is one letter longer in the same
# object decides. An ArrayBuffer by itself is always copied. And one small Buffer that was read holds all the bytes. The docs of `deserialize` are
# one sentence, and say nothing of this.
#
# For who tests a heap from JavaScript: a snapshot by `v8.serialize` is no state to go back to, once a program has written to an array of it: read
# it from a copy of the bytes each time, `new Uint8Array(bytes)` (a Buffer's `slice` is no copy), or use `structuredClone`. For who writes snapshots: read one twice, write to
# what the first reading gave, and compare the second; with each type of array, at odd and even places.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.js" <<'X'
'use strict';
const v8 = require('v8');
const kinds = {
  ArrayBuffer: () => new ArrayBuffer(64),
  Buffer: () => Buffer.alloc(64),
  Uint8Array: () => new Uint8Array(64),
  DataView: () => new DataView(new ArrayBuffer(64)),
  Uint16Array: () => new Uint16Array(32),
  Float64Array: () => new Float64Array(8),
};
const bytesOf = (of) => (of instanceof ArrayBuffer ? new Uint8Array(of) : new Uint8Array(of.buffer, of.byteOffset, of.byteLength));

// Writes to what the first reading gave, and says who sees it.
function sees(read) {
  const [first, second] = [read(), read()].map((graph) => bytesOf(graph[1]));
  first[0] = 9;
  return `second reading ${second[0] ? 'changed' : 'is as before'}, a later one ${bytesOf(read()[1])[0] ? 'changed' : 'is as before'}`;
}
for (const [kind, make] of Object.entries(kinds)) {
  // A string in front moves the array by as many bytes as it has letters.
  const by = new Map();
  for (let letters = 0; letters < 8; letters++) {
    const bytes = v8.serialize(['x'.repeat(letters), make()]);
    const said = sees(() => v8.deserialize(bytes));
    by.set(said, (by.get(said) ?? 0) + 1);
  }
  for (const [said, places] of [...by].sort()) console.log(`${kind}, ${places} of 8 places: ${said}`);
}
const original = ['', new Uint8Array(64)];
const bytes = v8.serialize(original);
console.log(`Uint8Array, read from a copy each time: ${sees(() => v8.deserialize(new Uint8Array(bytes)))}`);
console.log(`Uint8Array, structuredClone: ${sees(() => structuredClone(original))}`);
console.log(`Uint8Array of 64, memory that it holds: ${v8.deserialize(v8.serialize(['x'.repeat(10000), original[1]]))[1].buffer.byteLength > 10000 ? 'all the bytes' : 'its own'}`);
X
echo "node $have"
out=$(timeout 60 node "$tmp/p.js"); echo "$out"
want='ArrayBuffer, 8 of 8 places: second reading is as before, a later one is as before
Buffer, 8 of 8 places: second reading changed, a later one changed
Uint8Array, 8 of 8 places: second reading changed, a later one changed
DataView, 8 of 8 places: second reading changed, a later one changed
Uint16Array, 4 of 8 places: second reading changed, a later one changed
Uint16Array, 4 of 8 places: second reading is as before, a later one is as before
Float64Array, 1 of 8 places: second reading changed, a later one changed
Float64Array, 7 of 8 places: second reading is as before, a later one is as before
Uint8Array, read from a copy each time: second reading is as before, a later one is as before
Uint8Array, structuredClone: second reading is as before, a later one is as before
Uint8Array of 64, memory that it holds: all the bytes'
[ "$out" = "$want" ] || { echo "changed: what v8.deserialize gives shares other memory"; exit 1; }
