#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), module copy.
#
# Guess from the docs: `copy.deepcopy` copies an object and what it finds in it, and keeps what was shared shared (its memo). So in
# the copy of a tree whose children refer to their parent weakly, a child refers to its parent in the copy.
# What happens: a weak reference is taken over as it is. The copy's child refers weakly to the parent in the ORIGINAL, and to
# nothing once the original is gone, though its own parent lives. The three weak collections differ in name only: the values of
# a WeakValueDictionary, the keys of a WeakKeyDictionary and the members of a WeakSet in the copy are the original objects.
# Strong references beside them are to the copies, so one copy holds two graphs. When the original dies, the copied WeakSet
# still counts its dead member and gives none: the weak reference that was taken over reports its death to the original set. The
# docs name the types that are not copied (modules, frames, files, ..), and weak references are not among them.
#
# For who writes a heap that can be copied, or a test that runs on a copy of one: a weak edge has to be translated like any
# other, by the same table. For who writes a test: copy a graph with weak edges, drop the original, and follow them then; before that
# both targets look alike.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import copy, weakref

class Node:
    pass

tree, child = Node(), Node()
tree.child = child
child.parent, child.strong = weakref.ref(tree), tree
tree.values = weakref.WeakValueDictionary(child=child)
tree.keys = weakref.WeakKeyDictionary({child: 1})
tree.set = weakref.WeakSet([child])
two = copy.deepcopy(tree)

def whose(found):
    return {id(tree): "the original", id(child): "the original", id(two): "the copy", id(two.child): "the copy"}[id(found)]

print("in the copy, a strong edge leads to", whose(two.child.strong))
print("a weak reference to", whose(two.child.parent()))
print("a value of WeakValueDictionary is of", whose(two.values["child"]))
print("a key of WeakKeyDictionary is of", whose(next(iter(two.keys))))
print("a member of WeakSet is of", whose(next(iter(two.set))))
child.strong = None
del tree, child
print("the original is gone: weak reference", two.child.parent(), "values", len(two.values), "keys", len(two.keys), "members", len(two.set), list(two.set))
X
echo "$have"
out=$(timeout 60 "$py" -I "$tmp/p.py"); echo "$out"
want='in the copy, a strong edge leads to the copy
a weak reference to the original
a value of WeakValueDictionary is of the original
a key of WeakKeyDictionary is of the original
a member of WeakSet is of the original
the original is gone: weak reference None values 0 keys 0 members 1 []'
[ "$out" = "$want" ] || { echo "changed: deepcopy treats weak edges in another way now"; exit 1; }
