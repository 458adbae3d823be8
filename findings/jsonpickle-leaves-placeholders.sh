#!/usr/bin/env bash
# PyPI package jsonpickle 4.1.4, in CPython 3.11.
#
# Guess from the docs: jsonpickle takes any graph of objects to JSON and back. With `make_refs`, its default, objects that are identical are so
# afterwards, rings too; `unpicklable=False` and `make_refs=False` give that up. What can't be restored raises, or warns with `warn=True`.
# What happens: what is rebuilt by a reduction (deque, OrderedDict, SimpleNamespace, an exception; with `keys=True` each class with a
# `__reduce__`) and refers to itself, directly or by another of these (with `keys=True` by a dict too), gets in that place an object of
# jsonpickle's own, `jsonpickle.unpickler._Proxy`. Nothing raises, nothing warns, and `decode` gives it to the program. With a list or an
# object of an ordinary class in between, the same ring comes back right. And a set that two refer to becomes two, without any ring: what
# is added by one is not seen by the other. `pickle` does all of these as one would guess.
#
# For who writes or reads snapshots of a heap: compare the graph that comes back by identity, edge by edge and from each kind of object as the
# root; the text in between may be right (it says which object is meant, and the reader has no such object yet). An equal set and a proxy
# that answers to no method are found only by use.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { echo "skipped: wants Python 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 300 "$tmp/v/bin/pip" -q --disable-pip-version-check install jsonpickle==4.1.4 2>/dev/null
cat > "$tmp/graphs.py" <<'X'
import collections, pickle, types, warnings
import jsonpickle

class Node: pass
class Reduced:
    def __reduce__(self): return Reduced, (), self.__dict__
class Failure(Exception): pass

def key(make):
    def ring(): made = make(); made["me"] = made; return made
    return ring, lambda back: back["me"]
def item(make):
    def ring(): made = make(); made.append(made); return made
    return ring, lambda back: back[0]
def attribute(make):
    def ring(): made = make(); made.me = made; return made
    return ring, lambda back: back.me
def inner(make, between, put, get):
    def ring(): made = make(); part = between(); put(part, made); made.me = part; return made
    return ring, lambda back: get(back.me)

rings = {
    "list": item(list), "dict": key(dict), "object": attribute(Node), "object with __reduce__": attribute(Reduced),
    "deque": item(collections.deque), "OrderedDict": key(collections.OrderedDict),
    "SimpleNamespace": attribute(types.SimpleNamespace), "exception": attribute(Failure),
    "SimpleNamespace, by a list": inner(types.SimpleNamespace, list, list.append, lambda part: part[0]),
    "SimpleNamespace, by a dict": inner(types.SimpleNamespace, dict, lambda part, made: part.update(up=made), lambda part: part["up"]),
    "SimpleNamespace, by another": inner(types.SimpleNamespace, types.SimpleNamespace, lambda part, made: setattr(part, "up", made), lambda part: part.up),
    "SimpleNamespace, by an object": inner(types.SimpleNamespace, Node, lambda part, made: setattr(part, "up", made), lambda part: part.up),
    "object, by a deque": inner(Node, collections.deque, lambda part, made: part.append(made), lambda part: part[0]),
}
def by_json(graph, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        return jsonpickle.decode(jsonpickle.encode(graph, warn=True, **options), **options)

ways = {"pickle": lambda graph: pickle.loads(pickle.dumps(graph)), "jsonpickle": by_json, "with keys": lambda graph: by_json(graph, keys=True)}
for name, (ring, get) in rings.items():
    assert get(graph := ring()) is graph
    met = {way: get(back := run(graph)) is back and "itself" or type(get(back)).__name__ for way, run in ways.items()}
    print(f"ring of {name}: {', '.join(f'{way} {what}' for way, what in met.items())}")
for name, value in {"list": [1], "dict": {"k": 1}, "deque": collections.deque([1]), "bytearray": bytearray(1), "set": {1}}.items():
    backs = {way: run([value, value]) for way, run in ways.items()}
    print(f"{name} of two owners: {', '.join(way + (' one' if back[0] is back[1] else ' two') for way, back in backs.items())}")
X
"$tmp/v/bin/pip" --disable-pip-version-check list 2>/dev/null | grep jsonpickle
out=$(timeout 60 "$tmp/v/bin/python" "$tmp/graphs.py" 2>&1); echo "$out"
want='ring of list: pickle itself, jsonpickle itself, with keys itself
ring of dict: pickle itself, jsonpickle itself, with keys itself
ring of object: pickle itself, jsonpickle itself, with keys itself
ring of object with __reduce__: pickle itself, jsonpickle itself, with keys _Proxy
ring of deque: pickle itself, jsonpickle _Proxy, with keys _Proxy
ring of OrderedDict: pickle itself, jsonpickle _Proxy, with keys _Proxy
ring of SimpleNamespace: pickle itself, jsonpickle _Proxy, with keys _Proxy
ring of exception: pickle itself, jsonpickle _Proxy, with keys _Proxy
ring of SimpleNamespace, by a list: pickle itself, jsonpickle itself, with keys itself
ring of SimpleNamespace, by a dict: pickle itself, jsonpickle itself, with keys _Proxy
ring of SimpleNamespace, by another: pickle itself, jsonpickle _Proxy, with keys _Proxy
ring of SimpleNamespace, by an object: pickle itself, jsonpickle itself, with keys itself
ring of object, by a deque: pickle itself, jsonpickle itself, with keys itself
list of two owners: pickle one, jsonpickle one, with keys one
dict of two owners: pickle one, jsonpickle one, with keys one
deque of two owners: pickle one, jsonpickle one, with keys one
bytearray of two owners: pickle one, jsonpickle one, with keys one
set of two owners: pickle one, jsonpickle two, with keys two'
[ "$out" = "$want" ] || { echo "changed: other graphs come back whole now"; exit 1; }
