#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), weakref.WeakValueDictionary; beside it WeakKeyDictionary and WeakSet.
#
# Guess from the docs: a loop over one of the three weak collections may go on while members die. The docs warned of that once, and dropped
# the warning as solved: removals wait until the loop is over. Who only reads the collection in the loop (`len`, `in`, `[key]`, `get`, a
# second loop) changes nothing.
# What happens: in a WeakValueDictionary such a read removes the entries that have died since the loop began, and the loop's next step
# raises RuntimeError, "dictionary changed size during iteration", though no line of the program changed the dictionary. Without a death
# in the loop nothing happens, so it depends on when a value dies; for one in a ring, on when the collector runs. WeakKeyDictionary and
# WeakSet, in the same module and with the same guard, are right.
#
# For who writes a table with weak entries: a read is no place to clean up while an iterator is open; count open iterators, and look at
# the count in each way to clean up. For who tests one: let an entry die in the middle of a loop, ask each question, then go on with the
# loop. In Python loop over `list(cache.items())`.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import weakref

class Node:
    pass

# How a collection is made of nodes, and what stands for the first of them in it.
kinds = {
    "WeakValueDictionary": (lambda nodes: weakref.WeakValueDictionary(enumerate(nodes)), lambda nodes: 0),
    "WeakKeyDictionary": (lambda nodes: weakref.WeakKeyDictionary({node: 1 for node in nodes}), lambda nodes: nodes[0]),
    "WeakSet": (weakref.WeakSet, lambda nodes: nodes[0]),
}
reads = {
    "nothing": lambda collection, first: None,
    "len": lambda collection, first: len(collection),
    "in": lambda collection, first: first in collection,
    "get": lambda collection, first: collection.get(first),
    "[]": lambda collection, first: collection[first],
    "a second loop": lambda collection, first: list(collection),
    "copy": lambda collection, first: collection.copy(),
}

def loop(make, stands_for, read, one_dies):
    nodes = [Node() for _ in range(5)]
    collection, steps = make(nodes), 0
    try:
        for _ in collection:
            del _
            steps += 1
            if steps == 1 and one_dies:
                nodes[3] = None
            read(collection, stands_for(nodes))
    except RuntimeError as error:
        return f"step {steps}, then: {error}"
    return "whole"

for kind, (make, stands_for) in kinds.items():
    for name, read in reads.items():
        if kind == "WeakSet" and name in ("get", "[]"):
            continue
        print(f"{kind}, {name}: {loop(make, stands_for, read, False)}; if a member dies: {loop(make, stands_for, read, True)}")
X
echo "$have"
out=$(timeout 60 "$py" "$tmp/p.py"); echo "$out"
want='WeakValueDictionary, nothing: whole; if a member dies: whole
WeakValueDictionary, len: whole; if a member dies: step 1, then: dictionary changed size during iteration
WeakValueDictionary, in: whole; if a member dies: step 1, then: dictionary changed size during iteration
WeakValueDictionary, get: whole; if a member dies: step 1, then: dictionary changed size during iteration
WeakValueDictionary, []: whole; if a member dies: step 1, then: dictionary changed size during iteration
WeakValueDictionary, a second loop: whole; if a member dies: step 1, then: dictionary changed size during iteration
WeakValueDictionary, copy: whole; if a member dies: step 1, then: dictionary changed size during iteration
WeakKeyDictionary, nothing: whole; if a member dies: whole
WeakKeyDictionary, len: whole; if a member dies: whole
WeakKeyDictionary, in: whole; if a member dies: whole
WeakKeyDictionary, get: whole; if a member dies: whole
WeakKeyDictionary, []: whole; if a member dies: whole
WeakKeyDictionary, a second loop: whole; if a member dies: whole
WeakKeyDictionary, copy: whole; if a member dies: whole
WeakSet, nothing: whole; if a member dies: whole
WeakSet, len: whole; if a member dies: whole
WeakSet, in: whole; if a member dies: whole
WeakSet, a second loop: whole; if a member dies: whole
WeakSet, copy: whole; if a member dies: whole'
[ "$out" = "$want" ] || { echo "changed: other reads break a loop over a weak collection"; exit 1; }
