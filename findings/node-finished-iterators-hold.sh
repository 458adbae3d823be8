#!/usr/bin/env bash
# Node 20 (V8 11.3).
#
# Guess from the language's specification: a generator that has finished never runs again, and its state can be discarded; an iterator that
# has ended gives nothing any more. Who keeps such a generator or iterator keeps nothing else.
# What happens: a generator's locals are let go, but it holds its `this` and its arguments as long as it lives itself, whether it ran to its
# end, was ended by `return()` or by an exception. An iterator of an array holds the array after its end, and an iterator under way of a Map
# holds what the Map had when `clear()` emptied it, until the next step. An async function and an iterator of a Map that came to its end hold
# nothing.
#
# For who writes a heap with generators: clear all of a frame at its end, not locals alone. For who tests one from JavaScript:
# `*run(program)` as a method is a handy way to do a program step by step; the finished generator, kept in a list of runs, keeps heap and
# program, and no FinalizationRegistry speaks. Keep results, not iterators.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.js" <<'X'
const turn = () => new Promise((done) => setTimeout(done, 5));
async function collect() { for (let i = 0; i < 4; i++) { await turn(); gc(); } }
let seen;
const note = (name, object) => { seen[name] = new WeakRef(object); return object; };

class Heap {
  *run(program) { const local = note('local', { left: 9 }); for (const step of program) yield local.left - step; }
  async wait(program) { const local = note('local', { left: 9 }); await null; return local.left - program[0]; }
}
const started = () => note('this', new Heap()).run(note('argument', [1, 2]));

async function look(what, make) {
  seen = {};
  const kept = await make();
  await collect();
  console.log(`${what}: ${Object.entries(seen).map(([name, weak]) => `${name} ${weak.deref() === undefined ? 'dead' : 'lives'}`).join(', ')}`);
  globalThis.keep = kept;
}

(async () => {
  await look('generator under way', () => { const it = started(); it.next(); return it; });
  await look('generator at its end', () => { const it = started(); for (const _ of it); return it; });
  await look('generator ended by return()', () => { const it = started(); it.next(); it.return(); return it; });
  await look('generator ended by an exception', () => { const it = started(); it.next(); try { it.throw(new Error('x')); } catch { /* as told */ } return it; });
  await look('async function at its end', async () => { const done = note('this', new Heap()).wait(note('argument', [1, 2])); await done; return [done]; });
  await look('iterator of an array at its end', () => { const it = note('array', [{}]).values(); for (const _ of it); return it; });
  await look('iterator of a Map at its end', () => { const it = note('map', new Map([[1, {}]])).values(); for (const _ of it); return it; });
  await look('iterator of a Map that was cleared', () => {
    const map = new Map([[1, note('value', {})], [2, {}]]), it = map.values();
    it.next();
    map.clear();
    return [map, it];
  });
  await look('the same after one step', () => {
    const map = new Map([[1, note('value', {})], [2, {}]]), it = map.values();
    it.next();
    map.clear();
    it.next();
    return [map, it];
  });
})();
X
echo "node $have, V8 $(node -p 'process.versions.v8')"
out=$(timeout 60 node --expose-gc "$tmp/p.js"); echo "$out"
want='generator under way: this lives, argument lives, local lives
generator at its end: this lives, argument lives, local dead
generator ended by return(): this lives, argument lives, local dead
generator ended by an exception: this lives, argument lives, local dead
async function at its end: this dead, argument dead, local dead
iterator of an array at its end: array lives
iterator of a Map at its end: map dead
iterator of a Map that was cleared: value lives
the same after one step: value dead'
[ "$out" = "$want" ] || { echo "changed: finished iterators hold other objects now"; exit 1; }
