#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), modules copy and pickle.
#
# Guess from the docs: `copy.deepcopy` keeps a memo of what it has copied already, which solves the two problems that its docs name: objects
# that contain themselves, and shared data copied too much. So the copy of a graph has the graph's shape, wherever the copy begins.
# What happens: an object is put into the memo before its contents are copied if it is a list, a dict or an instance with a state; a set,
# a frozenset, a namedtuple, a subclass of tuple and an exception are put there after it. A ring through one of them comes out right if
# the copy begins at the node, but if it begins at the set, there are two sets in the copy: the one that is returned, and another one,
# which the copied node refers to. A child that is added to the first is unknown to its siblings. Plain tuples have a way of their own
# and are right, and `pickle` there and back is right for all of them. No error, no warning; what was one object is two that are equal.
#
# For who writes a heap's copy or snapshot: enter the copy of an object before you copy what it refers to, for each kind of object, and if
# it can't be made before its contents, look into the table again after them. For who tests one: begin the copy at each object of a ring in
# turn, and compare the identity of what came out along each edge; `copy == original` says yes.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import collections, copy, functools, pickle

class Node:
    pass

class Pair(collections.namedtuple("Pair", "first second")):
    pass

class Row(tuple):
    pass

class Failure(Exception):
    pass

# How a container of one node is made, and how the node is read from it.
containers = {
    "list": (lambda node: [node], lambda c: c[0]),
    "dict": (lambda node: {"node": node}, lambda c: c["node"]),
    "deque": (lambda node: collections.deque([node]), lambda c: c[0]),
    "tuple": (lambda node: (node,), lambda c: c[0]),
    "set": (lambda node: {node}, lambda c: next(iter(c))),
    "frozenset": (lambda node: frozenset([node]), lambda c: next(iter(c))),
    "namedtuple": (lambda node: Pair(node, 1), lambda c: c.first),
    "subclass of tuple": (lambda node: Row([node]), lambda c: c[0]),
    "exception": (lambda node: Failure(node), lambda c: c.args[0]),
    "partial": (lambda node: functools.partial(print, node), lambda c: c.args[0]),
}
ways = {"deepcopy": copy.deepcopy, "pickle": lambda value: pickle.loads(pickle.dumps(value))}

for name, (make, read) in containers.items():
    node = Node()
    node.container = make(node)
    said = []
    for way, copied in ways.items():
        from_node, from_container = copied(node), copied(node.container)
        whole = read(from_node.container) is from_node, read(from_container).container is from_container
        said.append(f"{way} from the node {'whole' if whole[0] else 'split'}, from the container {'whole' if whole[1] else 'split'}")
    print(f"{name}: {'; '.join(said)}")

parent = Node()
parent.children = {Node()}
for child in parent.children:
    child.siblings = parent.children
children = copy.deepcopy(parent.children)
first = next(iter(children))
children.add(Node())
print(f"a child is added to the copy of a set of one: it has {len(children)}, its first child knows {len(first.siblings)}")
X
echo "$have"
out=$(timeout 60 "$py" "$tmp/p.py"); echo "$out"
want='list: deepcopy from the node whole, from the container whole; pickle from the node whole, from the container whole
dict: deepcopy from the node whole, from the container whole; pickle from the node whole, from the container whole
deque: deepcopy from the node whole, from the container whole; pickle from the node whole, from the container whole
tuple: deepcopy from the node whole, from the container whole; pickle from the node whole, from the container whole
set: deepcopy from the node whole, from the container split; pickle from the node whole, from the container whole
frozenset: deepcopy from the node whole, from the container split; pickle from the node whole, from the container whole
namedtuple: deepcopy from the node whole, from the container split; pickle from the node whole, from the container whole
subclass of tuple: deepcopy from the node whole, from the container split; pickle from the node whole, from the container whole
exception: deepcopy from the node whole, from the container split; pickle from the node whole, from the container whole
partial: deepcopy from the node whole, from the container whole; pickle from the node whole, from the container whole
a child is added to the copy of a set of one: it has 2, its first child knows 1'
[ "$out" = "$want" ] || { echo "changed: deepcopy keeps the shape of other rings now"; exit 1; }
