#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2).
#
# Guess from PEP 442 and the docs of `__del__`: the collector first calls all finalizers of a garbage ring, while all of
# its objects are whole, and only then clears them; so `__del__` never sees an object that the collector has emptied.
# What happens: whether an object has a finalizer is asked twice, once in that pass over the ring (oldest object first) and
# again when the object is freed. If the finalizer of a member gives an OLDER member a class with `__del__` (by assigning
# `__class__`), the pass is already past it: its `__del__` runs in the same collection, after its attributes were taken
# away. With the other order of creation the same program shows it whole. Nothing is raised or printed by the
# interpreter itself.
#
# For who writes a heap with finalizers: note per object, before any user code runs, whether it is to be finalized, and
# keep to that note, or look again before clearing. For who writes a test: let finalizers change what decides about
# finalizers (type, hooks, flags), in both orders of creation.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import gc
gc.disable()

class Plain:
    __slots__ = ("other", "data")  # no instance dictionary: assigning __class__ makes no new object

class Closing(Plain):
    __slots__ = ()
    def __del__(self):
        print("  Closing.__del__ runs, its attributes are there:", hasattr(self, "data"))

class Setter(Plain):
    __slots__ = ()
    def __del__(self):
        print("  Setter.__del__ runs, the other's attributes are there:", hasattr(self.other, "data"))
        self.other.__class__ = Closing

def ring(first, second):
    a, b = first(), second()
    a.other, b.other, a.data, b.data = b, a, 1, 2

for first, second in ((Closing, Closing), (Setter, Plain), (Plain, Setter)):
    print("older", first.__name__ + ", younger", second.__name__)
    ring(first, second)
    print("  collected", gc.collect())
X
echo "$have"
out=$(timeout 60 "$py" -I "$tmp/p.py"); echo "$out"
want='older Closing, younger Closing
  Closing.__del__ runs, its attributes are there: True
  Closing.__del__ runs, its attributes are there: True
  collected 2
older Setter, younger Plain
  Setter.__del__ runs, the other'"'"'s attributes are there: True
  Closing.__del__ runs, its attributes are there: True
  collected 2
older Plain, younger Setter
  Setter.__del__ runs, the other'"'"'s attributes are there: True
  Closing.__del__ runs, its attributes are there: False
  collected 2'
[ "$out" = "$want" ] || { echo "changed: which attributes a finalizer that came late sees is different now"; exit 1; }
