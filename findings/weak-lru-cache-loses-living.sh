#!/usr/bin/env bash
# weak-lru-cache 1.2.2 from npm, on Node (any with WeakRef).
#
# Guess from the README: the cache holds a value strongly until it expires, and weakly then, so that a key leads to "the same object as long
# as it still exists in memory". `deferRegister: true` puts the registration for finalization off until a value expires; told is that this is
# faster for some mixes and slower for others. So who holds an object gets that object by its key, with either setting.
# What happens: with `deferRegister` an expired value is gone from the cache at once, though the program holds it and its weak reference is
# good: its strong reference is taken away without the mark that tells `getValue` to look at the weak one. The key is still there and counts
# in `size`. Who asks makes a second object for the key. With `expirer: false` besides ("entirely on weak references") each value expires
# while it is stored, so the cache never gives anything. Without `deferRegister` both are as told.
#
# For who writes a weak table or cache: "expired" and "dead" are two states; test each setting by the same rule, a key of a living object
# leads to it. For who tests one: hold an object, make all else expire, and ask for it; a test that only looks that dead values go passes.
set -euo pipefail
command -v node > /dev/null && command -v npm > /dev/null || { echo "skipped: wants node and npm"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 300 npm i -s --no-audit --no-fund --ignore-scripts weak-lru-cache@1.2.2
cat > p.js <<'X'
const { WeakLRUCache, LRFUExpirer } = require('weak-lru-cache');
for (const strongly of [250, 0]) {
  for (const deferRegister of [false, true]) {
    const cache = new WeakLRUCache({ deferRegister, expirer: strongly ? new LRFUExpirer({ lruSize: strongly }) : false });
    const held = { name: 'held' };
    const entry = cache.setValue('held', held);
    const told = (value) => (value === held ? 'the object' : String(value));
    const first = told(cache.getValue('held'));
    for (let other = 0; other < 100000; other++) cache.setValue(other, { other });
    console.log(`${strongly ? 'a small LRFU' : 'expirer: false'}, deferRegister ${deferRegister}: at once ${first}, after many others ${told(cache.getValue('held'))}; key there ${cache.has('held')}, weak reference leads to ${told(entry.deref())}`);
  }
}
process.exit(); // the expirer's timer would go on
X
echo "weak-lru-cache $(node -p "require('./node_modules/weak-lru-cache/package.json').version"), node $(node -p process.version)"
out=$(timeout 60 node p.js); echo "$out"
want='a small LRFU, deferRegister false: at once the object, after many others the object; key there true, weak reference leads to the object
a small LRFU, deferRegister true: at once the object, after many others undefined; key there true, weak reference leads to the object
expirer: false, deferRegister false: at once the object, after many others the object; key there true, weak reference leads to the object
expirer: false, deferRegister true: at once undefined, after many others undefined; key there true, weak reference leads to the object'
[ "$out" = "$want" ] || { echo "changed: the cache finds other living objects now"; exit 1; }
