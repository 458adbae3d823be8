#!/usr/bin/env bash
# Node 20 (V8 11.3).
#
# Guess: `stack` of an Error is text, so an Error that is kept (in a log, by a rejected promise, as the result of a test) holds a message and
# some lines. Arguments and locals of the calls that it came through are not held, and neither is the object whose method failed.
# What happens: an Error holds the receiver (`this`) and the function of each frame on its trace, and what they refer to, until someone reads
# `stack`; only then the text is made and the objects are let go. So to read a property kills objects. Reading `message` or `String(error)`
# does not. Arguments are not held. It is the same for errors thrown by hand, by the engine or in an async method, and for
# `Error.captureStackTrace`. With `Error.stackTraceLimit = 0` nothing is held. V8's page on stack traces says that the text is made on
# demand, and not what lives until then.
#
# For who writes a heap: a trace that is turned into text late is a set of roots till then. For who tests weak references or finalizers in
# JavaScript: what a failed call was made on lives as long as the error, and dies earlier in the test run that printed it; read
# `error.stack` before a look at what is dead. For who looks for a leak: kept errors that nobody printed are one.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.js" <<'X'
const turn = () => new Promise((done) => setTimeout(done, 5));
async function collect() { for (let i = 0; i < 4; i++) { await turn(); gc(); } }

class Inner { fails() { return new Error('told'); } }
class Outer { asks(inner) { return inner.fails(); } }

function asked(limit) {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = limit;
  const inner = new Inner(), outer = new Outer();
  const kept = outer.asks(inner);
  Error.stackTraceLimit = before;
  return { kept, seen: { inner: new WeakRef(inner), outer: new WeakRef(outer) } };
}
function passed() {
  const argument = new Inner();
  return { kept: (function fails(_) { return new Error('told'); })(argument), seen: { argument: new WeakRef(argument) } };
}
function rejected() {
  const receiver = { async fails() { await null; null.field; } };
  const kept = receiver.fails();
  kept.catch(() => {});
  return { kept, seen: { receiver: new WeakRef(receiver) } };
}
function captured() {
  const kept = {}, receiver = { fails() { Error.captureStackTrace(kept); } };
  receiver.fails();
  return { kept, seen: { receiver: new WeakRef(receiver) } };
}

async function look(what, made, read) {
  const { kept, seen } = made;
  const alive = () => Object.keys(seen).map((name) => `${name} ${seen[name].deref() !== undefined}`).join(', ');
  await collect();
  const before = alive();
  read(await Promise.resolve(kept).catch((error) => error));
  await collect();
  console.log(`${what}: lives before: ${before}; after: ${alive()}`);
  globalThis.keep = kept;
}

(async () => {
  await look('nothing read', asked(10), () => {});
  await look('message and String(error) read', asked(10), (error) => error.message + String(error));
  await look('stack read', asked(10), (error) => error.stack);
  await look('argument of the call, nothing read', passed(), () => {});
  await look('rejected promise, nothing read', rejected(), () => {});
  await look('rejected promise, stack read', rejected(), (error) => error.stack);
  await look('captureStackTrace, stack read', captured(), (error) => error.stack);
  await look('stackTraceLimit 0, nothing read', asked(0), () => {});
})();
X
echo "node $have, V8 $(node -p 'process.versions.v8')"
out=$(timeout 60 node --expose-gc "$tmp/p.js"); echo "$out"
want='nothing read: lives before: inner true, outer true; after: inner true, outer true
message and String(error) read: lives before: inner true, outer true; after: inner true, outer true
stack read: lives before: inner true, outer true; after: inner false, outer false
argument of the call, nothing read: lives before: argument false; after: argument false
rejected promise, nothing read: lives before: receiver true; after: receiver true
rejected promise, stack read: lives before: receiver true; after: receiver false
captureStackTrace, stack read: lives before: receiver true; after: receiver false
stackTraceLimit 0, nothing read: lives before: inner false, outer false; after: inner false, outer false'
[ "$out" = "$want" ] || { echo "changed: an error holds other objects now, or lets them go at another time"; exit 1; }
