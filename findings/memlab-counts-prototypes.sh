#!/usr/bin/env bash
# npm's @memlab/core 2.0.5 (takeNodeMinimalHeap, hasObjectWithClassName), under Node 20 (V8 11.3).
#
# Guess from the docs: `heap.hasObjectWithClassName('Task')` is true if the heap has an object that the class Task has constructed. The
# documentation makes an assertion of it: after the last use of a Task it must be false. Of a class that was never constructed it is false.
# What happens: a class that any other class extends has an object for ever: the prototype of the other class, made when that was
# declared. V8 names it after the class that is extended, and memlab asks for name and kind only. `Object.create(Task.prototype)`, the older
# way to inherit, does the same. `getAnyObjectWithClassName` gives this prototype. The other way round, instances of classes that extend
# RegExp or Function are never found: their kind is not "object". So the same assertion about a base class always fails, and about a
# subclass of RegExp always passes, whatever leaks.
#
# For who tests for leaks by name in a heap snapshot: ask before anything was made, and see the assertion pass; then leak an object on
# purpose, and see it fail. For who reads snapshots: a name is what the engine calls an object; it does not say who constructed it.
set -euo pipefail
have=$(node -p 'process.version' 2>/dev/null || echo none)
[[ $have == v20.* ]] || { echo "skipped: wants Node 20 as node, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
PUPPETEER_SKIP_DOWNLOAD=1 timeout 290 npm i -s --no-audit --no-fund --ignore-scripts @memlab/core@2.0.5
cat > p.js <<'X'
'use strict';
const { takeNodeMinimalHeap, config } = require('@memlab/core');
config.muteConsole = true;

class LoneNever {}
class LoneDropped {}
class LoneHeld {}
class BaseNever {}
class DerivedNever extends BaseNever {}
class BaseOfDropped {}
class DerivedDropped extends BaseOfDropped {}
function OldBaseNever() {}
function OldDerivedNever() {}
OldDerivedNever.prototype = Object.create(OldBaseNever.prototype, { constructor: { value: OldDerivedNever } });
class MapHeld extends Map {}
class ErrorHeld extends Error {}
class RegExpHeld extends RegExp {}
class FunctionHeld extends Function {}

(() => { new LoneDropped(); new DerivedDropped(); })();
const held = [new LoneHeld(), new MapHeld(), new ErrorHeld('held'), new RegExpHeld('held'), new FunctionHeld()];
const classes = [LoneNever, LoneDropped, LoneHeld, BaseNever, DerivedNever, BaseOfDropped, DerivedDropped, OldBaseNever, OldDerivedNever,
  MapHeld, ErrorHeld, RegExpHeld, FunctionHeld];

(async () => {
  const heap = await takeNodeMinimalHeap();
  for (const { name } of classes) {
    const found = heap.getAnyObjectWithClassName(name);
    const edges = found === null ? [] : found.references.map((edge) => String(edge.name_or_index));
    const what = found === null ? '' : edges.includes('constructor') ? ', which is the prototype of another class' : '';
    console.log(`${name}: instances ${held.filter((one) => one.constructor.name === name).length}, has one ${heap.hasObjectWithClassName(name)}${what}`);
  }
})();
X
echo "node $have, @memlab/core $(node -p "require('@memlab/core/package.json').version")"
out=$(timeout 120 node --expose-gc p.js); echo "$out"
want='LoneNever: instances 0, has one false
LoneDropped: instances 0, has one false
LoneHeld: instances 1, has one true
BaseNever: instances 0, has one true, which is the prototype of another class
DerivedNever: instances 0, has one false
BaseOfDropped: instances 0, has one true, which is the prototype of another class
DerivedDropped: instances 0, has one false
OldBaseNever: instances 0, has one true, which is the prototype of another class
OldDerivedNever: instances 0, has one false
MapHeld: instances 1, has one true
ErrorHeld: instances 1, has one true
RegExpHeld: instances 1, has one false
FunctionHeld: instances 1, has one false'
[ "$out" = "$want" ] || { echo "changed: memlab finds other objects by name"; exit 1; }
