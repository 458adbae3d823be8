#!/usr/bin/env bash
# Pympler 1.1 from PyPI (asizeof), beside objsize 0.8.0; on CPython 3.11 (any).
#
# Guess from the docs: `asizeof.asizeof(object)` is the size of an object and of all that it refers to, each thing once; code, classes and
# modules are left out. A container counts with its contents, whichever it is. What a weak reference leads to is not held by it, and is
# not counted: a tool for leaks asks what is held.
# What happens: the other way round. A `deque` counts without its contents, and so do a class that derives from it, `queue.Queue`,
# `queue.SimpleQueue` and `partial`. And a weak reference counts with its target, a WeakValueDictionary with its values, a
# WeakKeyDictionary with its keys, a WeakSet with its members; a `weakref.proxy` does not. So a queue that grows for ever stays small in
# Pympler's numbers (ClassTracker takes them from here), and a child with a weak edge to its parent weighs as much as the tree. objsize,
# which asks the collector for edges, counts deques and leaves weak references out, but takes a proxy for its object.
#
# For who writes a heap that tells sizes: list the edges once, for the collector, and count along these. For who tests a tool that
# measures: put one object of a known size into each kind of container and behind each kind of edge.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 300 "$tmp/v/bin/pip" -q --disable-pip-version-check install Pympler==1.1 objsize==0.8.0
cat > "$tmp/p.py" <<'X'
import collections, functools, queue, types, weakref
import objsize
from pympler import asizeof

SIZE = 1_000_000

class Big:
    def __init__(self):
        self.bytes = bytearray(SIZE)

class Line(collections.deque):
    pass

def queued(kind, big):
    line = kind()
    line.put(big)
    return line

def keyed(big):
    table = weakref.WeakKeyDictionary()
    table[big] = 1
    return table

ways = {
    "itself": lambda big: big,
    "list": lambda big: [big],
    "OrderedDict": lambda big: collections.OrderedDict(a=big),
    "SimpleNamespace": lambda big: types.SimpleNamespace(a=big),
    "deque": lambda big: collections.deque([big]),
    "a class from deque": lambda big: Line([big]),
    "queue.Queue": lambda big: queued(queue.Queue, big),
    "queue.SimpleQueue": lambda big: queued(queue.SimpleQueue, big),
    "partial": lambda big: functools.partial(print, big),
    "weakref.ref": weakref.ref,
    "weakref.proxy": weakref.proxy,
    "WeakValueDictionary": lambda big: weakref.WeakValueDictionary(a=big),
    "WeakKeyDictionary": keyed,
    "WeakSet": lambda big: weakref.WeakSet([big]),
}
for name, way in ways.items():
    big = Big()
    value = way(big)
    counted = {"Pympler": asizeof.asizeof(value) >= SIZE, "objsize": objsize.get_deep_size(value) >= SIZE}
    print(f"{name}: {', '.join(f'{tool} counts the object: {yes}' for tool, yes in counted.items())}")
X
"$tmp/v/bin/pip" --disable-pip-version-check list 2>/dev/null | grep -i -E '^(pympler|objsize) ' | tr -s ' ' | paste -sd,
out=$(timeout 60 "$tmp/v/bin/python" "$tmp/p.py"); echo "$out"
want='itself: Pympler counts the object: True, objsize counts the object: True
list: Pympler counts the object: True, objsize counts the object: True
OrderedDict: Pympler counts the object: True, objsize counts the object: True
SimpleNamespace: Pympler counts the object: True, objsize counts the object: True
deque: Pympler counts the object: False, objsize counts the object: True
a class from deque: Pympler counts the object: False, objsize counts the object: True
queue.Queue: Pympler counts the object: False, objsize counts the object: True
queue.SimpleQueue: Pympler counts the object: False, objsize counts the object: True
partial: Pympler counts the object: False, objsize counts the object: True
weakref.ref: Pympler counts the object: True, objsize counts the object: False
weakref.proxy: Pympler counts the object: False, objsize counts the object: True
WeakValueDictionary: Pympler counts the object: True, objsize counts the object: False
WeakKeyDictionary: Pympler counts the object: True, objsize counts the object: False
WeakSet: Pympler counts the object: True, objsize counts the object: False'
[ "$out" = "$want" ] || { echo "changed: Pympler counts other things now"; exit 1; }
