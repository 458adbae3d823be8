#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), modules gc and weakref.
#
# Guess from the docs: `gc.collect()` gives the number of unreachable objects that it found: garbage that only a collection frees. Who
# is told of a death by a weak reference with a callback is reachable, and whatever the callback does is not found by the collector.
# What happens: each weak reference that its own callback lets go of counts as collected, though it stood in a list that the program
# holds, and was never unreachable. One object in a ring and 100 such references: 101, in `gc.get_stats()` too. If the callbacks do
# nothing it is 1. What else callbacks let go of is not counted.
#
# For who counts a heap's garbage by what its collector gives, in a test of leaks say: caches that take their entry out in its callback
# make the number grow, and no object leaks. For who writes a heap: count what a set had, not what was freed meanwhile.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import gc
import weakref

class Node:
    __slots__ = ("me", "__weakref__")

watching = []
others = []

def nothing(_):
    pass

def let_itself_go(weak):
    watching.remove(weak)

def let_another_go(_):
    others.pop()

def collected(callback, many):
    gc.collect()
    others[:] = [Node() for _ in range(many)]
    node = Node()
    node.me = node
    watching[:] = [weakref.ref(node, callback) for _ in range(many)]
    del node
    before = gc.get_stats()[2]["collected"]
    given = gc.collect()
    return given, gc.get_stats()[2]["collected"] - before, len(watching), len(others)

gc.disable()
for callback in (nothing, let_another_go, let_itself_go):
    given, statistics, watchers, left = collected(callback, 100)
    print(f"{callback.__name__}: collect gives {given}, statistics {statistics}; {watchers} weak references and {left} others are left")
X
got=$("$py" "$tmp/p.py")
echo "$have"; echo "$got"
want='nothing: collect gives 1, statistics 1; 100 weak references and 100 others are left
let_another_go: collect gives 1, statistics 1; 100 weak references and 0 others are left
let_itself_go: collect gives 101, statistics 101; 0 weak references and 100 others are left'
[ "$got" = "$want" ] || { echo "changed: collect no longer counts the weak references that their callbacks let go"; exit 1; }
