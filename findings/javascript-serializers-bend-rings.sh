#!/usr/bin/env bash
# npm's seroval 1.8.2 and cbor-x 1.6.9; beside them msgpackr 2.1.4, devalue 6.0.3 and Node's structuredClone.
#
# Guess from the docs: both keep rings, through Maps and Sets too, and what comes back is the same graph. Its Maps and Sets, and the keys of its
# objects, are in the order that they had, as everywhere in JavaScript; cbor-x says of its option `structuredClone` that identity is preserved.
# What happens: what seroval's `serialize` writes puts an edge to an object that is not finished back in when all else is there: such an entry
# of a Set or a Map comes last, and so does such a key of an object. Three nodes that know each other in the order a, b, c come back with another
# order in each. `toJSON`, of the same package, keeps it. In cbor-x an edge back to a Map or a Set that it is inside leads to a new empty object
# instead, and no error is raised; edges back to objects and arrays are right. The examples of both have rings, and no order in them. msgpackr, by
# the author of cbor-x, and devalue do neither.
#
# For who writes a heap with snapshots: order is state, wherever something goes from first to last; a queue, a policy of eviction, a printed
# trace. For who tests one: let each container be in a ring with something behind the edge back, and compare lists, not sets.
set -euo pipefail
node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null || { echo "skipped: wants Node 20 or later as node"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cd "$tmp"; echo '{"private": true}' > package.json
timeout 250 npm i -s --no-audit --no-fund --ignore-scripts seroval@1.8.2 cbor-x@1.6.9 msgpackr@2.1.4 devalue@6.0.3
cat > p.mjs <<'X'
import * as seroval from 'seroval';
import { Encoder } from 'cbor-x';
import { Packr } from 'msgpackr';
import * as devalue from 'devalue';

const cbor = new Encoder({ structuredClone: true });
const packr = new Packr({ structuredClone: true });
const copies = {
  'structuredClone': (graph) => structuredClone(graph),
  'seroval serialize': (graph) => seroval.deserialize(seroval.serialize(graph)),
  'seroval toJSON': (graph) => seroval.fromJSON(JSON.parse(JSON.stringify(seroval.toJSON(graph)))),
  'cbor-x': (graph) => cbor.decode(cbor.encode(graph)),
  'msgpackr': (graph) => packr.unpack(packr.pack(graph)),
  'devalue': (graph) => devalue.parse(devalue.stringify(graph)),
};
const names = ['a', 'b', 'c'];

// Each of three nodes knows all three, itself too, in the order a, b, c.
function graph(empty, add) {
  const nodes = names.map((name) => ({ name, knows: empty() }));
  for (const node of nodes) for (const other of nodes) add(node.knows, other);
  return nodes[0];
}
// A container that has itself, and something behind it.
const shapes = {
  Array: { make: () => graph(() => [], (all, one) => all.push(one)), list: (all) => [...all] },
  Object: { make: () => graph(() => ({}), (all, one) => { all[one.name] = one; }), list: (all) => Object.values(all) },
  Set: { make: () => graph(() => new Set(), (all, one) => all.add(one)), list: (all) => [...all] },
  Map: { make: () => graph(() => new Map(), (all, one) => all.set(one.name, one)), list: (all) => [...all.values()] },
};
const selfs = {
  Array: { make: () => { const one = []; one.push(one, 1); return one; }, list: (one) => [...one] },
  Object: { make: () => { const one = {}; one.self = one; one.rest = 1; return one; }, list: (one) => Object.values(one) },
  Set: { make: () => { const one = new Set(); return one.add(one).add(1); }, list: (one) => [...one] },
  Map: { make: () => { const one = new Map(); return one.set('self', one).set('rest', 1); }, list: (one) => [...one.values()] },
};
for (const [copier, copy] of Object.entries(copies)) {
  for (const [kind, { make, list }] of Object.entries(shapes)) {
    const first = copy(make());
    const found = new Map(list(first.knows).map((node) => [node.name, node]));
    const orders = names.map((name) => `${name} knows ${list(found.get(name).knows).map((node) => (found.get(node.name) === node ? node.name : `another ${node.name}`)).join('')}`);
    const self = selfs[kind];
    const back = copy(self.make());
    const said = (one) => (one === back ? 'itself' : one === 1 ? 'the rest' : `${one.constructor.name === kind ? 'another' : 'an'} ${one.constructor.name}`);
    const inside = self.list(back).map(said);
    console.log(`${copier}, ${kind}: ${orders.join(', ')}; one that holds itself and the rest: ${inside.join(', ')}`);
  }
}
X
for name in seroval cbor-x msgpackr devalue; do node -p "'$name ' + JSON.parse(require('fs').readFileSync('node_modules/$name/package.json')).version"; done
out=$(timeout 60 node p.mjs); echo "$out"
want='structuredClone, Array: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
structuredClone, Object: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
structuredClone, Set: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
structuredClone, Map: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
seroval serialize, Array: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
seroval serialize, Object: a knows bca, b knows cab, c knows abc; one that holds itself and the rest: the rest, itself
seroval serialize, Set: a knows bca, b knows cab, c knows abc; one that holds itself and the rest: the rest, itself
seroval serialize, Map: a knows bca, b knows cab, c knows abc; one that holds itself and the rest: the rest, itself
seroval toJSON, Array: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
seroval toJSON, Object: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
seroval toJSON, Set: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
seroval toJSON, Map: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
cbor-x, Array: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
cbor-x, Object: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
cbor-x, Set: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: an Object, the rest
cbor-x, Map: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: an Object, the rest
msgpackr, Array: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
msgpackr, Object: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
msgpackr, Set: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
msgpackr, Map: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
devalue, Array: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
devalue, Object: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
devalue, Set: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest
devalue, Map: a knows abc, b knows abc, c knows abc; one that holds itself and the rest: itself, the rest'
[ "$out" = "$want" ] || { echo "changed: serializers bring rings back in another way"; exit 1; }
