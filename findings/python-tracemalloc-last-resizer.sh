#!/usr/bin/env bash
# CPython 3.11.2 (Debian 12's python3.11), module tracemalloc.
#
# Guess from the docs: a snapshot says where each memory block was allocated. A list that was built at one line is memory of that line as long
# as it lives; a line that appends one element adds some bytes, one that removes elements none, and what a dead object had is gone.
# What happens: a block that is resized belongs whole to the line that did it last. One `append` takes 800 KB from the line that built the list;
# so with bytearray, array, BytesIO, and with a set or a dict, whose new table holds the old entries too. `pop` does it as well: the line
# that removed most elements is top of the snapshot, with all that remains. `get_object_traceback` goes on naming the line of the object
# itself, so that both answers differ. And small dicts get their tables from a free list without a new trace: the tables of eighty living dicts are
# memory of a line whose dicts are all dead, until a collection empties that list.
#
# For who looks for a leak with it: compare two snapshots by their sums, and take a line that grew for the last that touched the container, not for
# its owner; a filter by file moves whole containers in and out as a library grows them. For who writes an accounting of a heap: say whose a
# resized block is, and give what comes from a free list to its new owner.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import array, gc, io, tracemalloc

def by_function():
    """The bytes of a snapshot by the function that allocates them."""
    ours = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, __file__)])
    lines = {place.traceback[0].lineno: place.size for place in ours.statistics("lineno")}
    return {run.__name__: sum(size for line, size in lines.items() if start <= line < end) for run, start, end in spans}

def build_list(): return [None] * 100_000
def append_two(made): made.append(None); made.append(None)
def pop_most(made):
    for _ in range(60_000): made.pop()
def build_list_by_append():
    made = []
    for _ in range(100_000): made.append(None)
    return made
def append_some(made):
    for _ in range(20_000): made.append(None)
def build_bytearray(): return bytearray(100_000)
def append_byte(made): made.append(1)
def build_array(): return array.array("q", [0]) * 100_000
def append_number(made): made.append(1)
def build_file(): return io.BytesIO(bytes(100_000))
def write_byte(made): made.seek(0, 2); made.write(b"1")
def build_dict(): return dict.fromkeys(keys)
def add_keys(made): made.update(dict.fromkeys(more, 0))
def build_set(): return set(keys)
def add_members(made): made.update(more)
def pop_keys(made):
    for key in keys[:-1]: made.pop(key)
def first_dicts(): return [{"name": 1} for _ in range(80)]
def second_dicts(): return [{"name": 1} for _ in range(80)]
def end(): pass

functions = [value for value in list(globals().values()) if callable(value) and hasattr(value, "__code__")]
starts = [run.__code__.co_firstlineno for run in functions]
spans = list(zip(functions, starts, starts[1:]))
keys, more = list(range(100_000)), list(range(100_000, 100_000 + 80_000))
gc.disable()

def case(what, build, touch):
    tracemalloc.start()
    made = build()
    before = by_function()
    touch(made)
    after = by_function()
    tracemalloc.stop()
    owner = lambda sizes: max((build, touch), key=lambda run: sizes[run.__name__]).__name__
    print(f"{what}: {owner(before)} has it, then {owner(after)}, and {build.__name__} {'nothing' if after[build.__name__] < before[build.__name__] / 100 else 'its part'}")

case("list, two appended", build_list, append_two)
case("list, six of ten taken", build_list, pop_most)
case("list made by appending, a fifth appended", build_list_by_append, append_some)
case("bytearray, one appended", build_bytearray, append_byte)
case("array, one appended", build_array, append_number)
case("BytesIO, one written", build_file, write_byte)
case("dict, four fifths more keys", build_dict, add_keys)
case("set, four fifths more members", build_set, add_members)
case("dict, all keys but one taken", build_dict, pop_keys)

tracemalloc.start()
dead = first_dicts()
alone = by_function()["first_dicts"]
del dead
living = second_dicts()
sizes = by_function()
share = sizes["first_dicts"] / alone
print(f"dicts of first_dicts are dead, of second_dicts alive: first_dicts has {'about half of' if 0.3 < share < 0.75 else share} what it had")
kinds = sorted({tracemalloc.get_object_traceback(made)[0].lineno - second_dicts.__code__.co_firstlineno for made in living if tracemalloc.get_object_traceback(made)})
print(f"get_object_traceback of the living: second_dicts {kinds == [0]}")
del living
gc.collect()
print(f"after a collection first_dicts has {'next to nothing' if by_function()['first_dicts'] < alone / 20 else 'much'}")
X
echo "$have"
out=$(timeout 60 "$py" "$tmp/p.py"); echo "$out"
want='list, two appended: build_list has it, then append_two, and build_list nothing
list, six of ten taken: build_list has it, then pop_most, and build_list nothing
list made by appending, a fifth appended: build_list_by_append has it, then append_some, and build_list_by_append nothing
bytearray, one appended: build_bytearray has it, then append_byte, and build_bytearray nothing
array, one appended: build_array has it, then append_number, and build_array nothing
BytesIO, one written: build_file has it, then write_byte, and build_file nothing
dict, four fifths more keys: build_dict has it, then add_keys, and build_dict nothing
set, four fifths more members: build_set has it, then add_members, and build_set nothing
dict, all keys but one taken: build_dict has it, then build_dict, and build_dict its part
dicts of first_dicts are dead, of second_dicts alive: first_dicts has about half of what it had
get_object_traceback of the living: second_dicts True
after a collection first_dicts has next to nothing'
[ "$out" = "$want" ] || { echo "changed: resized memory, or that of a free list, belongs to another line now"; exit 1; }
