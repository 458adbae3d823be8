#!/usr/bin/env bash
# Node 20 (AbortSignal.any, AbortSignal.timeout), 20.20.2.
#
# Guess from the docs: `AbortSignal.any([a, b])` gives a signal that aborts when a or b does; there is no word of collections. Whoever listens
# to it, or waits with it, hears of a deadline in it; when no source can abort any more, nothing holds it.
# What happens: both edges between a composite and its sources are weak, and what listens keeps the composite alone. So a source that nobody else
# refers to is collected, its timer with it: `any([AbortSignal.timeout(1000)])` never aborts once there was a collection, though there is a
# listener, though the program holds the composite, and though it is waiting with it. A listener on the timeout alone, or on the timeout too,
# keeps it. And a composite with a listener is held by a list of node's own until it aborts or its listeners are removed: those whose sources
# are collected can never abort, and live on, with what their listeners hold, to the end of the process. Without a collection all is as guessed.
#
# For who writes a heap with weak references: "each edge is weak, and the rest is a root" loses what should live and keeps what should die; the
# listener must hold the way to its cause, and the cause the listener (an ephemeron, or strong edges in one direction). For who tests one:
# collect between the making of something and its use, and look in both directions: at what still happens, and at what is still there.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[ "$have" = v20.20.2 ] || { echo "skipped: wants Node 20.20.2 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.js" <<'X'
'use strict';
const { setTimeout: sleep } = require('node:timers/promises');
const deadline = 2000;
const kept = [];
const keep = (object) => { kept.push(object); return object; };
const listen = (signal, heard) => signal.addEventListener('abort', heard);
const ways = {
  'a timeout': (heard) => listen(AbortSignal.timeout(deadline), heard),
  'any of a timeout': (heard) => listen(AbortSignal.any([AbortSignal.timeout(deadline)]), heard),
  'any of a timeout, any kept': (heard) => listen(keep(AbortSignal.any([AbortSignal.timeout(deadline)])), heard),
  'any of a timeout and a kept controller': (heard) => listen(AbortSignal.any([keep(new AbortController()).signal, AbortSignal.timeout(deadline)]), heard),
  'any of a kept timeout': (heard) => listen(AbortSignal.any([keep(AbortSignal.timeout(deadline))]), heard),
  'any of a timeout with a listener': (heard) => {
    const timeout = AbortSignal.timeout(deadline);
    listen(timeout, () => {});
    listen(AbortSignal.any([timeout]), heard);
  },
  'a wait with any of a timeout': (heard) => {
    sleep(10 * deadline, 0, { signal: AbortSignal.any([AbortSignal.timeout(deadline)]), ref: false }).catch(heard);
  },
};

async function collect() { for (let turn = 0; turn < 5; turn++) { gc(); await sleep(1); } }

async function deadlines(collecting) {
  const heard = new Set();
  for (const way of Object.keys(ways)) ways[way](() => heard.add(way));
  if (collecting) await collect();
  await sleep(2 * deadline);
  console.log(collecting ? 'with a collection before it' : 'without a collection');
  for (const way of Object.keys(ways)) console.log(`  ${way}: ${heard.has(way) ? 'aborts' : 'never aborts'}`);
}

async function left(what, make) {
  const sources = [], signals = [];
  (() => {
    for (let n = 0; n < 100; n++) {
      const controller = new AbortController();
      sources.push(new WeakRef(controller.signal));
      signals.push(new WeakRef(make(controller)));
    }
  })();
  await collect();
  const alive = (all) => all.filter((one) => one.deref()).length;
  console.log(`${what}: of 100 sources live ${alive(sources)}, of their signals ${alive(signals)}`);
}

const listening = (signal) => { listen(signal, () => {}); return signal; };
const listened = (signal) => { const heard = () => {}; listen(signal, heard); signal.removeEventListener('abort', heard); return signal; };

(async () => {
  await deadlines(false);
  await deadlines(true);
  console.log('all dropped');
  await left('  own signal, with a listener', (controller) => listening(controller.signal));
  await left('  any, without a listener', (controller) => AbortSignal.any([controller.signal]));
  await left('  any, with a listener', (controller) => listening(AbortSignal.any([controller.signal])));
  await left('  any, with a listener that was removed', (controller) => listened(AbortSignal.any([controller.signal])));
})();
X
echo "node $have"
out=$(timeout 60 node --expose-gc "$tmp/p.js"); echo "$out"
want='without a collection
  a timeout: aborts
  any of a timeout: aborts
  any of a timeout, any kept: aborts
  any of a timeout and a kept controller: aborts
  any of a kept timeout: aborts
  any of a timeout with a listener: aborts
  a wait with any of a timeout: aborts
with a collection before it
  a timeout: aborts
  any of a timeout: never aborts
  any of a timeout, any kept: never aborts
  any of a timeout and a kept controller: never aborts
  any of a kept timeout: aborts
  any of a timeout with a listener: aborts
  a wait with any of a timeout: never aborts
all dropped
  own signal, with a listener: of 100 sources live 0, of their signals 0
  any, without a listener: of 100 sources live 0, of their signals 0
  any, with a listener: of 100 sources live 0, of their signals 100
  any, with a listener that was removed: of 100 sources live 0, of their signals 0'
[ "$out" = "$want" ] || { echo "changed: composite signals hold or lose other sources now"; exit 1; }
