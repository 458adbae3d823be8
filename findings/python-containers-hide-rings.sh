#!/usr/bin/env bash
# From PyPI rpds-py 2026.9.1, lru-dict 1.4.1, numpy 2.4.6; beside them immutables 0.21, pyrsistent 0.20.0, cachebox 6.2.10, multidict 7.2.1,
# frozenlist 1.8.0. On CPython 3.11 (any).
#
# Guess from the docs: a container in C or Rust that takes any Python object is a container like `dict`: an object that is in a map, and has
# the map in an attribute, is a ring, and `gc.collect()` finds it when nothing else refers to it. The READMEs present rpds-py as persistent
# collections, lru-dict as a dict-like cache; a numpy array of dtype=object holds Python objects.
# What happens: rpds-py's collections, lru-dict's LRU and numpy's object arrays don't tell the collector what they hold
# (`gc.is_tracked` is false), so such a ring is never freed, by any number of collections, nor is it in `gc.garbage`: to a collector that
# can't see one edge of a ring, that edge is a reference from outside. immutables, pyrsistent, cachebox, multidict and frozenlist are
# right.
#
# For who writes a heap: one container that hides an edge keeps every ring through it, and all that hangs on them; nothing is ever wrong
# with the counts. For who tests one, or hunts a leak in Python: put each kind of container into a ring, drop it, and count who died.
# Tools which ask the collector (`gc.get_referrers`, objgraph) do not see what holds such an object.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 400 "$tmp/v/bin/pip" -q --disable-pip-version-check install rpds-py==2026.9.1 lru-dict==1.4.1 numpy==2.4.6 immutables==0.21 \
    pyrsistent==0.20.0 cachebox==6.2.10 multidict==7.2.1 frozenlist==1.8.0
cat > "$tmp/p.py" <<'X'
import gc, weakref
import cachebox, frozenlist, immutables, lru, multidict, numpy, pyrsistent, rpds

class Node:
    pass

def with_item(container):
    def fill(node):
        container["node"] = node
        return container
    return fill

containers = {
    "dict": lambda node: {"node": node},
    "immutables.Map": lambda node: immutables.Map(node=node),
    "pyrsistent.pvector": lambda node: pyrsistent.pvector([node]),
    "cachebox.LRUCache": with_item(cachebox.LRUCache(3)),
    "multidict.MultiDict": lambda node: multidict.MultiDict(node=node),
    "frozenlist.FrozenList": lambda node: frozenlist.FrozenList([node]),
    "rpds.HashTrieMap": lambda node: rpds.HashTrieMap({"node": node}),
    "rpds.HashTrieSet": lambda node: rpds.HashTrieSet([node]),
    "rpds.List": lambda node: rpds.List([node]),
    "rpds.Queue": lambda node: rpds.Queue([node]),
    "lru.LRU": with_item(lru.LRU(3)),
    "numpy.array of objects": lambda node: numpy.array([node], dtype=object),
}
for name in list(containers):
    node = Node()
    node.container = containers.pop(name)(node)
    seen, tracked = weakref.ref(node), gc.is_tracked(node.container)
    del node
    for _ in range(3):
        gc.collect()
    print(f"{name}: tracked {tracked}, the ring is {'never freed' if seen() else 'collected'}; garbage {len(gc.garbage)}")
X
"$tmp/v/bin/pip" --disable-pip-version-check list 2>/dev/null | grep -E '^(rpds-py|lru-dict|numpy|immutables|pyrsistent|cachebox|multidict|frozenlist)' | tr -s ' ' | paste -sd,
out=$(timeout 60 "$tmp/v/bin/python" "$tmp/p.py"); echo "$out"
want='dict: tracked True, the ring is collected; garbage 0
immutables.Map: tracked True, the ring is collected; garbage 0
pyrsistent.pvector: tracked True, the ring is collected; garbage 0
cachebox.LRUCache: tracked True, the ring is collected; garbage 0
multidict.MultiDict: tracked True, the ring is collected; garbage 0
frozenlist.FrozenList: tracked True, the ring is collected; garbage 0
rpds.HashTrieMap: tracked False, the ring is never freed; garbage 0
rpds.HashTrieSet: tracked False, the ring is never freed; garbage 0
rpds.List: tracked False, the ring is never freed; garbage 0
rpds.Queue: tracked False, the ring is never freed; garbage 0
lru.LRU: tracked False, the ring is never freed; garbage 0
numpy.array of objects: tracked False, the ring is never freed; garbage 0'
[ "$out" = "$want" ] || { echo "changed: other containers hide rings from CPython's collector"; exit 1; }
