#!/usr/bin/env bash
# Node 20 (V8 11.3): `structuredClone`, `v8.serialize`, `postMessage`.
#
# Guess from the docs: what is cloned by structure may be in rings, and an Error is cloned with its cause. What can't be cloned, as a function,
# is refused by the sender: `structuredClone`, `v8.serialize` and `postMessage` throw. What was written can be read.
# What happens: an Error whose cause leads back to it, as that of a failed request whose `error` it is, is written without complaint, and
# nothing can read it: "Unable to deserialize cloned data". `v8.serialize` returns bytes that `v8.deserialize` refuses, with all else that
# was serialized along. `postMessage` succeeds, and the receiver gets, instead of the message, a `messageerror` that few listen to; without
# a listener nobody hears of it. It depends on where the writer came into the ring: from the cause the same ring is cloned well.
#
# For who writes a copy or a snapshot of a heap: each kind of object must have its number before its first edge is followed, in the writer and
# in the reader; a kind that has it later breaks only those rings that are entered there. So test each kind as the root of a ring, not only
# somewhere in one, and read back what was written before the original is let go. For who reports a failure from a worker: send the text
# of an error.
set -euo pipefail
have=$(node -p 'process.versions.node.split(".")[0] + " (V8 " + process.versions.v8.split(".").slice(0, 2).join(".") + ")"' 2>/dev/null || echo none)
[ "$have" = '20 (V8 11.3)' ] || { echo "skipped: wants Node 20 (V8 11.3), found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.mjs" <<'X'
import v8 from 'node:v8';
import { MessageChannel } from 'node:worker_threads';

const ring = () => { const error = new Error('failed', { cause: { name: 'request' } }); error.cause.error = error; return error; };
const attempt = (what, run) => { try { console.log(`${what}: ${run()}`); } catch (e) { console.log(`${what}: throws "${e.message}"`); } };
const clone = (what, value, whole) => attempt(`clone of ${what}`, () => whole(structuredClone(value)));

const object = { name: 'a' };
object.me = object;
clone('an object in a ring', object, copy => copy.me === copy);
clone('an Error with a cause', new Error('failed', { cause: { name: 'request' } }), copy => copy.cause.name === 'request');
clone('an Error whose cause is a ring without it', new Error('failed', { cause: object }), copy => copy.cause.me === copy.cause);
const shared = new Error('failed', { cause: { name: 'request' } });
clone('an Error and its cause', [shared, shared.cause], copy => copy[0].cause === copy[1]);
clone('a ring of an Error, from the cause', ring().cause, copy => copy.error.cause === copy);
clone('a ring of an Error, from the Error', ring(), copy => copy.cause.error === copy);
clone('a list with such an Error in it', ['before', ring(), 'after'], copy => copy.length);
const first = new Error('first'), second = new Error('second', { cause: first });
first.cause = second;
clone('two Errors that are causes of each other', first, copy => copy.cause.cause === copy);

attempt('v8.serialize of a function', () => v8.serialize({ run: () => 0 }).length);
const bytes = v8.serialize({ before: 'kept', error: ring() });
console.log(`v8.serialize of the ring: ${bytes.length > 100 ? 'gives bytes' : 'gives none'}`);
attempt('v8.deserialize of these', () => v8.deserialize(bytes).before);

const send = async (what, hear) => {
  const { port1, port2 } = new MessageChannel();
  const got = [];
  port2.on('message', message => got.push(message));
  if (hear) port2.on('messageerror', e => got.push(`messageerror "${e.message}"`));
  attempt(`${what}, postMessage`, () => { port1.postMessage(ring()); return 'returns'; });
  await new Promise(done => { port2.on('message', done); port1.postMessage('the next one'); });
  console.log(`${what}, received: ${got.join(', ')}`);
  port1.close();
};
await send('with a listener', true);
await send('without', false);
X
echo "node $have"
out=$(timeout 60 node "$tmp/p.mjs" 2>&1); echo "$out"
want='clone of an object in a ring: true
clone of an Error with a cause: true
clone of an Error whose cause is a ring without it: true
clone of an Error and its cause: true
clone of a ring of an Error, from the cause: true
clone of a ring of an Error, from the Error: throws "Unable to deserialize cloned data."
clone of a list with such an Error in it: throws "Unable to deserialize cloned data."
clone of two Errors that are causes of each other: throws "Unable to deserialize cloned data."
v8.serialize of a function: throws "() => 0 could not be cloned."
v8.serialize of the ring: gives bytes
v8.deserialize of these: throws "Unable to deserialize cloned data."
with a listener, postMessage: returns
with a listener, received: messageerror "Unable to deserialize cloned data.", the next one
without, postMessage: returns
without, received: the next one'
[ "$out" = "$want" ] || { echo "changed: a ring through the cause of an Error is written or read otherwise now"; exit 1; }
