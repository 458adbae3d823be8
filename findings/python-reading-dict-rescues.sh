#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2).
#
# Guess from the docs: a garbage ring is rescued in a collection only if a finalizer makes it reachable again. A finalizer
# that just reads, as `vars(self)` for a log line, changes nothing: the ring dies in this collection, and `gc.collect()`
# counts its objects.
# What happens: since 3.11 an object gets its `__dict__` only when someone asks for it. The dictionary made inside the
# finalizer is a new object, is not in the set that is being collected, and owns the object's references; so the collector
# takes the ring for rescued, keeps it, and `gc.collect()` returns 0. It dies in the next collection. Assigning
# `__class__` does the same. Had anyone read `__dict__` before the collection, the ring would die in the first one.
#
# For who writes a heap that looks for rescued objects after finalizers: a bookkeeping object of the runtime, made
# lazily by a read, is an outside reference too. For who writes a test: "unreachable, and the finalizer stores nothing, so
# freed now" is no safe expectation of this runtime; collect until nothing changes, or read `__dict__` first.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import gc
gc.disable()

class Node:
    def __init__(self): self.data = 1

class ReadsAttribute(Node):
    def __del__(self): self.data

class ReadsDict(Node):
    def __del__(self): vars(self)

class SetsClass(Node):
    def __del__(self): self.__class__ = Node

class ReadBefore(ReadsDict):
    def __init__(self): vars(self); self.data = 1

def alive():
    return sum(isinstance(o, Node) for o in gc.get_objects())

gc.collect()
for cls in (Node, ReadsAttribute, ReadsDict, SetsClass, ReadBefore):
    a, b = cls(), cls()
    a.other, b.other = b, a
    del a, b
    first, left = gc.collect(), alive()
    print(f"{cls.__name__}: collect() returns {first}, still alive {left}; again: {gc.collect()}, {alive()}")
X
echo "$have"
out=$(timeout 60 "$py" -I "$tmp/p.py"); echo "$out"
want='Node: collect() returns 2, still alive 0; again: 0, 0
ReadsAttribute: collect() returns 2, still alive 0; again: 0, 0
ReadsDict: collect() returns 0, still alive 2; again: 4, 0
SetsClass: collect() returns 0, still alive 2; again: 4, 0
ReadBefore: collect() returns 4, still alive 0; again: 0, 0'
[ "$out" = "$want" ] || { echo "changed: a finalizer that only reads keeps the ring in other cases now"; exit 1; }
