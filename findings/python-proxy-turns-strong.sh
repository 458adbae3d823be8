#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), weakref.proxy.
#
# Guess from the docs: a proxy is used like its object and never keeps it alive. `self.parent = weakref.proxy(parent)` is a weak edge for as
# long as nobody assigns something else to it; what goes through it, a method call or an operator, goes to the object.
# What happens: `+=`, `|=`, `-=`, `*=` and the rest go to the object too, and give what the object's `__iadd__` gives: the object itself.
# Python assigns that to the variable, the attribute or the element where the proxy was. So `self.log += [line]` and `node.parent -= 1`
# replace the weak edge by a strong one, once and silently, and the ring that the proxy was to prevent is there: a collection has to find
# what the count alone would have freed. Lists, sets, deques and each class whose in-place operators return `self` do so.
#
# For who writes a heap with weak handles: compound assignment is a store; what an operation through a weak handle gives may not be stored
# in its place. For who tests one: after each operation through a weak edge ask whether it is still weak. In Python call the method
# (`self.log.append(line)`), or keep a `ref`.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import collections, gc, weakref

gc.disable()
gc.collect()

class Log(list):
    pass

class Marks(set):
    pass

class Line(collections.deque):
    pass

class Pool:
    used = 0

    def __isub__(self, many):
        self.used -= many
        return self

class Child:
    pass

def extended(child):
    child.parent.extend([1])

def added(child):
    child.parent += [1]

def repeated(child):
    child.parent *= 2

def united(child):
    child.parent |= {1}

def subtracted(child):
    child.parent -= 1

def compared(child):
    return child.parent == [1], child.parent[:] + [1]

for use, kind in ((extended, Log), (compared, Log), (added, Log), (repeated, Log), (united, Marks), (added, Line), (subtracted, Pool)):
    parent, child = kind(), Child()
    child.parent = weakref.proxy(parent)
    parent.child = child
    seen = weakref.ref(parent)
    use(child)
    kept = type(child.parent).__name__
    del parent, child
    dead = seen() is None
    print(f"{kind.__name__}, {use.__name__}: the edge is a {kept}; parent {'dead' if dead else 'lives'}, collected then {gc.collect()}, {'dead' if seen() is None else 'lives'}")
X
echo "$have"
out=$(timeout 60 "$py" "$tmp/p.py"); echo "$out"
want='Log, extended: the edge is a ProxyType; parent dead, collected then 0, dead
Log, compared: the edge is a ProxyType; parent dead, collected then 0, dead
Log, added: the edge is a Log; parent lives, collected then 3, dead
Log, repeated: the edge is a Log; parent lives, collected then 3, dead
Marks, united: the edge is a Marks; parent lives, collected then 3, dead
Line, added: the edge is a Line; parent lives, collected then 3, dead
Pool, subtracted: the edge is a Pool; parent lives, collected then 2, dead'
[ "$out" = "$want" ] || { echo "changed: other operations turn a proxy into its object"; exit 1; }
