#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2), module gc.
#
# Guess from the docs: `gc.get_referrers(x)` lists the containers that refer to x, but for extension types without support for the
# collector. Tuples and lists have that support, so as long as one holds x, it is listed; a collection frees garbage and
# changes nothing about what lives.
# What happens: it walks the lists of the generations, and what is in none of them is not seen. A collection takes a tuple
# off these lists if nothing in it can be part of a ring: the same tuple, alive and holding the same text, is a referrer before
# `gc.collect()` and none after it. And `gc.freeze()` moves all that lives to a list that is not walked: no object has any
# referrer then, and `gc.get_objects()` is all but empty, while `gc.is_tracked` goes on saying True.
#
# For who writes a heap: a question about the graph should not be answered from lists that belong to the collector's economy. For who
# makes snapshots of this one, to compare counts with edges: the difference between `sys.getrefcount` and the referrers found
# grows at each collection, and after a freeze it is everything. It is no leak.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import gc, sys
gc.disable()

class Node:
    pass

def seen(target, holder, when):
    found = any(one is holder for one in gc.get_referrers(target))
    listed = any(one is holder for one in gc.get_objects())
    print(f"{type(holder).__name__} {when}: holds it {holder[0] is target}, a referrer {found}, in get_objects {listed}, "
          f"is_tracked {gc.is_tracked(holder)}, count {sys.getrefcount(target)}")

def run():
    text = "".join(("a", " text"))
    holder = tuple([text])
    seen(text, holder, "before a collection")
    gc.collect()
    seen(text, holder, "after it")
    node = Node()
    holder = [node]
    seen(node, holder, "before a freeze")
    gc.freeze()
    seen(node, holder, "after it")
    gc.unfreeze()
    seen(node, holder, "after unfreeze")

run()
X
echo "$have"
out=$(timeout 60 "$py" -I "$tmp/p.py"); echo "$out"
want='tuple before a collection: holds it True, a referrer True, in get_objects True, is_tracked True, count 4
tuple after it: holds it True, a referrer False, in get_objects False, is_tracked False, count 4
list before a freeze: holds it True, a referrer True, in get_objects True, is_tracked True, count 4
list after it: holds it True, a referrer False, in get_objects False, is_tracked True, count 4
list after unfreeze: holds it True, a referrer True, in get_objects True, is_tracked True, count 4'
[ "$out" = "$want" ] || { echo "changed: other referrers are seen now"; exit 1; }
