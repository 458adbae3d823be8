#!/usr/bin/env bash
# npm's quick-lru 7.3.0; beside it lru-cache 11.2.2.
#
# Guess from the docs: `onEviction` is for what has to be cleaned up when it leaves, and is called just before it does. So what it was called
# for is then no longer in the cache, nothing is reported twice, and whether a value that was written over is reported does not depend on what
# other keys did.
# What happens: the cache is two maps, and writing to a key that is in the older map leaves the old entry there. When the older map is dropped,
# `onEviction` gets that entry, though the key was written a moment ago and stays. If the value was the same object, set again to
# keep it fresh, a living member of the cache has been cleaned up, and later it is reported once more. If it was another object, the old
# one is reported; had no map been exchanged between the two writes it never would be. A `get` between them moves the entry, and all is well.
# The docs describe the two maps, and do not say what becomes of the old entry. lru-cache reports neither the same object nor anything twice.
#
# For who writes a cache that owns things: a write to a key that is there ends the old entry, wherever it is, and does so once. For who tests
# one: set one object again at each age, and after each call ask whether anything reported is still inside; count reports per object.
set -euo pipefail
node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null || { echo "skipped: wants Node 20 or later as node"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 200 npm i -s --no-audit --no-fund --ignore-scripts quick-lru@7.3.0 lru-cache@11.2.2
cat > p.mjs <<'X'
import QuickLRU from 'quick-lru';
import { LRUCache } from 'lru-cache';
const caches = {
  'quick-lru': (size, report) => new QuickLRU({ maxSize: size, onEviction: (key, value) => report(value) }),
  'lru-cache': (size, report) => new LRUCache({ max: size, dispose: report }),
};
// Each step sets a key to an object of that name; with a dash behind the key it is another object, a question mark only reads.
const programs = {
  'set again': 'a b a c',
  'set again, and later left': 'a b a c d e f',
  'read before it is set again': 'a b a? a c',
  'written over at once': 'a a- b c d e f',
  'written over later': 'a b a- c d e f',
};
for (const [name, make] of Object.entries(caches)) {
  for (const [title, program] of Object.entries(programs)) {
    const objects = new Map();
    const object = (id) => objects.get(id) ?? objects.set(id, { id }).get(id);
    const reports = [];
    const wrong = [];
    const cache = make(2, (value) => reports.push(value));
    for (const step of program.split(' ')) {
      if (step.endsWith('?')) { cache.get(step[0]); continue; }
      const before = reports.length;
      cache.set(step[0], object(step));
      const inside = [...cache.values()];
      wrong.push(...reports.slice(before).filter((value) => inside.includes(value)));
    }
    const inside = [...cache.values()];
    const ids = (values) => values.map((value) => value.id).join(' ') || 'none';
    const never = [...objects.values()].filter((value) => !reports.includes(value) && !inside.includes(value));
    console.log(`${name}, ${title} (${program}): reported ${ids(reports)}; while it was inside ${ids(wrong)}; gone and never reported ${ids(never)}`);
  }
}
X
for name in quick-lru lru-cache; do node -p "'$name ' + JSON.parse(require('fs').readFileSync('node_modules/$name/package.json')).version"; done
out=$(timeout 60 node p.mjs); echo "$out"
want='quick-lru, set again (a b a c): reported a b; while it was inside a; gone and never reported none
quick-lru, set again, and later left (a b a c d e f): reported a b a c; while it was inside a; gone and never reported none
quick-lru, read before it is set again (a b a? a c): reported b; while it was inside none; gone and never reported none
quick-lru, written over at once (a a- b c d e f): reported a- b c d; while it was inside none; gone and never reported a
quick-lru, written over later (a b a- c d e f): reported a b a- c; while it was inside none; gone and never reported none
lru-cache, set again (a b a c): reported b; while it was inside none; gone and never reported none
lru-cache, set again, and later left (a b a c d e f): reported b a c d; while it was inside none; gone and never reported none
lru-cache, read before it is set again (a b a? a c): reported b; while it was inside none; gone and never reported none
lru-cache, written over at once (a a- b c d e f): reported a a- b c d; while it was inside none; gone and never reported none
lru-cache, written over later (a b a- c d e f): reported a b a- c d; while it was inside none; gone and never reported none'
[ "$out" = "$want" ] || { echo "changed: another set of what leaves a cache is reported"; exit 1; }
