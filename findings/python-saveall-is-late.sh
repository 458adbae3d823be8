#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), module gc.
#
# Guess from the docs: with `gc.DEBUG_SAVEALL` "all unreachable objects found will be appended to garbage rather than being freed".
# So what lies in `gc.garbage` is as it was when the collector found it: not finalized, its weak references working.
# What happens: the collector saves at its last step. Before it, callbacks of weak references have run, all weak references to the ring are
# cleared for good, and all finalizers have run. The object lives on, whole, while every weak reference to it, and a
# WeakValueDictionary that had it, say that it is dead; and when it dies at last, its `__del__` is not called again.
#
# For who writes a heap: a switch that keeps garbage for inspection belongs before the first effect on it, or its users look at
# something else than they would without it. For who logs a heap by this switch, or tests by it: "in gc.garbage" and
# "weakly dead" are both true of one object; a live one and a dead weak reference to it are no contradiction here.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import gc, weakref
gc.disable()
gc.collect()

class Node:
    def __del__(self):
        print("finalizer runs")

def ring():
    node = Node()
    node.me, node.data = node, 1
    return weakref.ref(node, lambda _: print("callback of the weak reference runs")), weakref.WeakValueDictionary(node=node)

weak, table = ring()
gc.set_debug(gc.DEBUG_SAVEALL)
gc.collect()
gc.set_debug(0)
saved = [found for found in gc.garbage if isinstance(found, Node)]
gc.garbage.clear()
print("saved:", len(saved), "and whole:", saved[0].me is saved[0] and saved[0].data == 1)
print("its weak reference:", weak(), "entries of its WeakValueDictionary:", len(table))
print("a new weak reference to it works:", weakref.ref(saved[0])() is saved[0])
saved[0].me = None
print("the last reference goes")
saved.clear()
X
echo "$have"
out=$(timeout 60 "$py" -I "$tmp/p.py"); echo "$out"
want='callback of the weak reference runs
finalizer runs
saved: 1 and whole: True
its weak reference: None entries of its WeakValueDictionary: 0
a new weak reference to it works: True
the last reference goes'
[ "$out" = "$want" ] || { echo "changed: DEBUG_SAVEALL saves at another moment now"; exit 1; }
