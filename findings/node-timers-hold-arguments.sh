#!/usr/bin/env bash
# Node 20 (setTimeout, setInterval, setImmediate; module timers/promises).
#
# Guess from the docs: the object that setTimeout gives is a handle. When the timer was cleared, or has run its only time, nothing will call
# the function any more, so the handle holds neither it nor its arguments; passing an argument instead of capturing it changes nothing.
# What happens: `clearTimeout`, `clearInterval`, `close` and `Symbol.dispose` let go of the function and keep the arguments, as long as somebody
# keeps the handle. So does an Immediate that was cleared or has run. A Timeout that has run keeps both, function and arguments (its `refresh`
# could start it again). The usual `this.timer = setTimeout(retry, 1000, request)` with `clearTimeout(this.timer)` holds the request until
# another timer is put there; with `() => retry(request)` it is let go. The docs say what is called and when, not what is held.
#
# For who writes a heap with callbacks: what is cancelled must give up all that it was made with. For who tests one, weak references or
# registries from JavaScript: handles are kept to be cleared; capture what they need, or write `undefined` over the handle. A test that clears
# a timer with an object as argument sees the object live, and the same test with a closure sees it die.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.js" <<'X'
'use strict';
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const later = 1e8;
const ways = {
  'Timeout, pending': (f, ...given) => setTimeout(f, later, ...given).unref(),
  'Timeout, clearTimeout': (f, ...given) => { const timer = setTimeout(f, later, ...given); clearTimeout(timer); return timer; },
  'Timeout, close': (f, ...given) => setTimeout(f, later, ...given).close(),
  'Timeout, Symbol.dispose': (f, ...given) => { const timer = setTimeout(f, later, ...given); timer[Symbol.dispose](); return timer; },
  'Timeout, has run': (f, ...given) => setTimeout(f, 1, ...given),
  'Timeout, has run, clearTimeout': (f, ...given) => { const timer = setTimeout(f, 1, ...given); runs.push(() => clearTimeout(timer)); return timer; },
  'Interval, has run, clearInterval': (f, ...given) => { const timer = setInterval(f, 1, ...given); runs.push(() => clearInterval(timer)); return timer; },
  'Immediate, clearImmediate': (f, ...given) => { const timer = setImmediate(f, ...given); clearImmediate(timer); return timer; },
  'Immediate, has run': (f, ...given) => setImmediate(f, ...given),
};
const runs = [];
const seen = [];
const handles = [];

function made(way, captured) {
  const object = { way };
  seen.push([way, captured, new WeakRef(object)]);
  handles.push(captured ? ways[way](() => object.way) : ways[way]((given) => given.way, object));
}

async function lives() {
  for (let turn = 0; turn < 3; turn++) { gc(); await wait(1); }
  return seen.map(([way, captured, object]) => [way, captured, object.deref() ? 'lives' : 'dead']);
}

(async () => {
  for (const way of Object.keys(ways)) { made(way, true); made(way, false); }
  await wait(100);
  runs.splice(0).forEach((run) => run());
  const kept = await lives();
  handles.length = 0;
  const dropped = await lives();
  for (const way of Object.keys(ways)) {
    const of = (all, captured) => all.find((one) => one[0] === way && one[1] === captured)[2];
    console.log(`${way}: captured ${of(kept, true)}, argument ${of(kept, false)}; handle dropped: ${of(dropped, true)}, ${of(dropped, false)}`);
  }
})();
X
echo "node $have"
out=$(timeout 60 node --expose-gc "$tmp/p.js"); echo "$out"
want='Timeout, pending: captured lives, argument lives; handle dropped: lives, lives
Timeout, clearTimeout: captured dead, argument lives; handle dropped: dead, dead
Timeout, close: captured dead, argument lives; handle dropped: dead, dead
Timeout, Symbol.dispose: captured dead, argument lives; handle dropped: dead, dead
Timeout, has run: captured lives, argument lives; handle dropped: dead, dead
Timeout, has run, clearTimeout: captured dead, argument lives; handle dropped: dead, dead
Interval, has run, clearInterval: captured dead, argument lives; handle dropped: dead, dead
Immediate, clearImmediate: captured dead, argument lives; handle dropped: dead, dead
Immediate, has run: captured dead, argument lives; handle dropped: dead, dead'
[ "$out" = "$want" ] || { echo "changed: timers hold other arguments now"; exit 1; }
