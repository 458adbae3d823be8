#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2): enumerate, zip, dict.items, itertools.
#
# Guess from the docs: an iterator hands an object out and is done with it. In `for number, node in enumerate(nodes())` with a generator that
# keeps nothing, the loop's variable is the only reference; `del node` in the body frees the object at once, as in `for node in nodes()`.
# What happens: `enumerate`, `zip`, `zip_longest` and the iterator of `dict.items()` keep the tuple that they gave out last, to fill it
# again, and so what is in it: until the next round, and at the end of the loop as long as the iterator lives, though it is exhausted. So
# `del node` frees nothing there, no finalizer runs, no collection helps, and a value that was taken out of a dict in a loop over its items
# is not dead. `map` and plain generators keep nothing, whether they give nodes or pairs.
#
# For who writes a heap: a buffer that is used again must be emptied when it is given back. For who tests one, weak references or finalizers
# from Python: programs of operations are often run by `for number, operation in enumerate(program)` or `zip(program, expected)`; what such a
# step holds lives one step longer than it should, and the last one to the end.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import gc, itertools, weakref

class Node:
    pass

def nodes():
    for _ in range(3):
        yield Node()

def lives(seen):
    gc.collect()
    return "lives" if seen() is not None else "dead"

def pairs(what, iterator):
    found = []
    for _, node in iterator:
        seen = weakref.ref(node)
        del node
        found.append(lives(seen))
    print(f"{what}: let go of in the body: {' '.join(found)}; after the loop, iterator kept: {lives(seen)}")

def single(what, iterator):
    found = []
    for node in iterator:
        seen = weakref.ref(node)
        del node
        found.append(lives(seen))
    print(f"{what}: let go of in the body: {' '.join(found)}; after the loop, iterator kept: {lives(seen)}")

single("generator", nodes())
single("map", map(lambda node: node, nodes()))
pairs("map to pairs", map(lambda node: (1, node), nodes()))
pairs("enumerate", enumerate(nodes()))
pairs("zip", zip(range(3), nodes()))
pairs("zip_longest", itertools.zip_longest(range(3), nodes()))

table = {number: Node() for number in range(3)}
found = []
for key, node in table.items():
    seen = weakref.ref(node)
    table[key] = None
    del node
    found.append(lives(seen))
print(f"items of a dict: taken out in the body: {' '.join(found)}")
X
echo "$have"
out=$(timeout 60 "$py" -I "$tmp/p.py"); echo "$out"
want='generator: let go of in the body: dead dead dead; after the loop, iterator kept: dead
map: let go of in the body: dead dead dead; after the loop, iterator kept: dead
map to pairs: let go of in the body: dead dead dead; after the loop, iterator kept: dead
enumerate: let go of in the body: lives lives lives; after the loop, iterator kept: lives
zip: let go of in the body: lives lives lives; after the loop, iterator kept: lives
zip_longest: let go of in the body: lives lives lives; after the loop, iterator kept: lives
items of a dict: taken out in the body: lives lives lives'
[ "$out" = "$want" ] || { echo "changed: other iterators hold what they gave out last"; exit 1; }
