#!/usr/bin/env bash
# jest-mock 30.5.2 (Jest's spies), @vitest/spy 5.1.2 (Vitest's), sinon 22.1.0 from npm, and node:test's mocks, on Node 20.
#
# Guess from the docs: `restore` of a spy gives the object its own method back and ends the spying. An object that was watched for one call, and
# then let go of, is garbage like any other.
# What happens: all four note in a list of their own how to restore each spied object, and restoring this spy does not take it off. So
# an object that was ever spied on lives, with all it refers to, whether the method was called or not, until ALL spies are restored
# (`restoreAllMocks`, `sinon.restore`), with node:test until `mock.reset()`; `mock.restoreAll()` is not enough there. Many runners are set
# up to do so after each test, or not at all; within a test no object that was spied on dies.
#
# For who tests a heap, weak references or finalizers from JavaScript: a spy on a method of the object under test is a root; wrap
# the object by hand. For who writes instruments: keep the way back in the thing that was changed, or weakly.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 300 npm i -s --no-audit --no-fund --ignore-scripts jest-mock@30.5.2 @vitest/spy@5.1.2 sinon@22.1.0
cat > p.mjs <<'X'
import { mock } from 'node:test';
import { ModuleMocker } from 'jest-mock';
import * as vitest from '@vitest/spy';
import sinon from 'sinon';

const jest = new ModuleMocker(globalThis);
const turn = () => new Promise((done) => setTimeout(done, 5));
async function collect() { for (let i = 0; i < 4; i++) { await turn(); gc(); } }

class Heap { collect() { return 0; } }
async function look(what, use, ...later) {
  const seen = (() => { const heap = new Heap(); use(heap); return new WeakRef(heap); })();
  const found = [];
  for (const step of [null, ...later]) {
    step?.();
    await collect();
    found.push(`${step ? `after ${step.told}` : 'let go of'}: ${seen.deref() === undefined ? 'dead' : 'lives'}`);
    await turn();
  }
  console.log(`${what}: ${found.join('; ')}`);
}
const told = (name, step) => Object.assign(step, { told: name });

await look('no spy', (heap) => heap.collect());
await look('Jest, restored', (heap) => { const spy = jest.spyOn(heap, 'collect'); heap.collect(); spy.mockRestore(); }, told('restoreAllMocks', () => jest.restoreAllMocks()));
await look('Jest, not called, restored', (heap) => jest.spyOn(heap, 'collect').mockRestore(), told('restoreAllMocks', () => jest.restoreAllMocks()));
await look('Vitest, restored', (heap) => { const spy = vitest.spyOn(heap, 'collect'); heap.collect(); spy.mockRestore(); }, told('restoreAllMocks', () => vitest.restoreAllMocks()));
await look('sinon, restored', (heap) => { const spy = sinon.spy(heap, 'collect'); heap.collect(); spy.restore(); }, told('sinon.restore', () => sinon.restore()));
await look('node:test, restored', (heap) => { const spy = mock.method(heap, 'collect'); heap.collect(); spy.mock.restore(); },
  told('restoreAll', () => mock.restoreAll()), told('reset', () => mock.reset()));
X
echo "jest-mock, @vitest/spy, sinon: $(for name in jest-mock @vitest/spy sinon; do node -p "require('./node_modules/$name/package.json').version"; done | paste -sd' '), node $have"
out=$(timeout 60 node --expose-gc p.mjs); echo "$out"
want='no spy: let go of: dead
Jest, restored: let go of: lives; after restoreAllMocks: dead
Jest, not called, restored: let go of: lives; after restoreAllMocks: dead
Vitest, restored: let go of: lives; after restoreAllMocks: dead
sinon, restored: let go of: lives; after sinon.restore: dead
node:test, restored: let go of: lives; after restoreAll: lives; after reset: dead'
[ "$out" = "$want" ] || { echo "changed: other spies hold what they watched"; exit 1; }
