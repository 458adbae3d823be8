#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), module typing.
#
# Guess from the docs: an annotation says something of types and does nothing at run time. A class that is made in a function, as in a test,
# dies with the function's end and a collection, and with it what its methods have captured and its attributes hold; the object that
# `Optional[Node]` gives is dropped at once.
# What happens: the module keeps what `Optional[Node]`, `List[Node]`, `Type`, `Callable`, `ClassVar` and a generic class of one's own gave
# last, in caches, and so keeps the class, and all that hangs on it: here an object that a method has captured, and one in a list of the
# class. An annotation of an inner function is enough, or a field of a dataclass, or that somebody asked for the type hints. The same
# types written as `list[Node]`, `Node | None`, `collections.abc.Callable`, `type[Node]`, or in quotes, keep nothing. After
# `Optional` of 64 other classes this one is let go.
#
# For who tests a heap in Python: a class, a pool, a table that one test made is alive in the tests after it, and finalizers run at
# somebody else's annotation or at the end. Write the new forms where deaths count. For who writes a cache: what you take as a key you own;
# hold it weakly, or say how long.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import collections.abc, dataclasses, gc, typing, weakref

class Thing:
    pass

class Of(typing.Generic[typing.TypeVar("T")]):
    pass

def annotated(node):
    def link(other: typing.Optional[node]):
        pass

def annotated_in_the_new_way(node):
    def link(other: node | None):
        pass

def field(node):
    @dataclasses.dataclass
    class Pair:
        other: typing.Optional[node] = None

def hints(node):
    def link(other: "Optional[Node]"):
        pass
    typing.get_type_hints(link, {"Optional": typing.Optional, "Node": node})

uses = {
    "nothing": lambda node: None,
    "list[Node]": lambda node: list[node],
    "type[Node]": lambda node: type[node],
    "Node | None": lambda node: node | None,
    "collections.abc.Callable[[Node], None]": lambda node: collections.abc.Callable[[node], None],
    "Optional of a text": lambda node: typing.Optional["Node"],
    "a parameter, Node | None": annotated_in_the_new_way,
    "List[Node]": lambda node: typing.List[node],
    "Type[Node]": lambda node: typing.Type[node],
    "Optional[Node]": lambda node: typing.Optional[node],
    "Callable[[Node], None]": lambda node: typing.Callable[[node], None],
    "ClassVar[Node]": lambda node: typing.ClassVar[node],
    "a generic class of the user": lambda node: Of[node],
    "a parameter, Optional[Node]": annotated,
    "a field, Optional[Node]": field,
    "get_type_hints of a text": hints,
}

def made(use):
    captured, listed = Thing(), Thing()

    class Node:
        instances = [listed]

        def read(self):
            return captured

    use(Node)
    return [weakref.ref(what) for what in (Node, captured, listed)]

def count(seen):
    gc.collect()
    return sum(1 for weak in seen if weak() is not None)

for name, use in uses.items():
    print(f"{name}: of class, captured and listed object {count(made(use))} live")

seen, others = made(uses["Optional[Node]"]), 0
while count(seen) > 0 and others < 1000:
    typing.Optional[type("Other", (), {})]
    others += 1
print(f"Optional[Node] lets go after {others} other classes")
X
echo "$have"
out=$(timeout 60 "$py" "$tmp/p.py"); echo "$out"
want='nothing: of class, captured and listed object 0 live
list[Node]: of class, captured and listed object 0 live
type[Node]: of class, captured and listed object 0 live
Node | None: of class, captured and listed object 0 live
collections.abc.Callable[[Node], None]: of class, captured and listed object 0 live
Optional of a text: of class, captured and listed object 0 live
a parameter, Node | None: of class, captured and listed object 0 live
List[Node]: of class, captured and listed object 3 live
Type[Node]: of class, captured and listed object 3 live
Optional[Node]: of class, captured and listed object 3 live
Callable[[Node], None]: of class, captured and listed object 3 live
ClassVar[Node]: of class, captured and listed object 3 live
a generic class of the user: of class, captured and listed object 3 live
a parameter, Optional[Node]: of class, captured and listed object 3 live
a field, Optional[Node]: of class, captured and listed object 3 live
get_type_hints of a text: of class, captured and listed object 3 live
Optional[Node] lets go after 64 other classes'
[ "$out" = "$want" ] || { echo "changed: other forms of annotations hold their classes"; exit 1; }
