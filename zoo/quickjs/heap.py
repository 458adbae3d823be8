"""QuickJS in Python: handles to JavaScript values, which this process holds, and their deaths.

    python heap.py NAME VERSION registry|refs|jobs DIALECT [keys]

The package that is installed decides which engine it is: `quickjs-ng` ships QuickJS-ng, `quickjs-bindings` Bellard's QuickJS;
both are imported as `quickjs`. What happens in the engine stands in heap.js.

Deaths are seen by a FinalizationRegistry, where the engine queues a job as an object dies (`registry`). User code is such a job
too (`jobs`; SPEC 11.17): it runs when the jobs of all that died have told of their deaths. An engine that queues those jobs in
its next collection only is asked which WeakRefs give nothing any more (`refs`); then there is no order of deaths, and no code.

Each program has a runtime of its own. To look allocates, and deaths can't be told there: so collections by themselves are put off
from the first look on, after which nothing else comes. To ask for deaths makes no object, since those of a collection that came meanwhile would be
told too late. With `keys` there are ephemerons, which are WeakMaps of one entry.
"""

import functools
import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "sdk", "python"))

import quickjs

import heapproof
from heapproof import Char, Refused

CAPACITY = 1_000_000
# The engines collect by themselves when they have allocated that many bytes. So that small programs see it, only the last of
# these are left to them; not where there is code, since SPEC 11.14 has no collections that come by themselves in code, nor where there are
# ephemerons.
THRESHOLD, SOON = 256 * 1024, 4000
PROGRAM = open(os.path.join(here, "heap.js"), encoding="utf-8").read()
FUNCTIONS = "create find takeDead ask load unload read write length has push pop remove clear swap entry deref look number"


class Engine:
    """A runtime and its context, by either package."""

    def __init__(self, collects_soon):
        self.context = quickjs.Context()
        self.context.eval(PROGRAM)
        for name in FUNCTIONS.split():
            setattr(self, name, self.context.eval(name))
        if collects_soon:
            self.collect_soon()

    def collect_soon(self):
        if hasattr(self.context, "memory"):
            used = self.context.memory()["malloc_size"]
            self.load(THRESHOLD - SOON - used)
        else:
            runtime = self.context.runtime
            runtime.set_gc_threshold(runtime.compute_memory_usage()["malloc_size"] + SOON)

    def collect_late(self):
        """No collection comes by itself until the engine has allocated much more. Makes no object, so none comes of this."""
        if hasattr(self.context, "memory"):
            self.unload()
        else:
            self.context.runtime.set_gc_threshold(2**40)

    def run_jobs(self):
        while self.context.execute_pending_job():
            pass

    def collect(self):
        if hasattr(self.context, "gc"):
            self.context.gc()
        else:
            self.context.runtime.run_gc()


class Thing:
    """An object, by its number; the handles to it that the program holds."""

    def __init__(self, number, kind, callee=None):
        self.number = number
        self.kind = kind
        self.callee = callee  # of a closure
        self.held = []
        self.coded = False


def encoded(value):
    """A plain value as a text with a tag."""
    if value is None:
        return None
    tag = {bool: "b", int: "i", float: "f", str: "s", Char: "c"}[type(value)]
    text = value.encode("unicode_escape").decode() if tag in "sc" else repr(value)
    return tag + text


def decoded(text):
    """A value as the library wants it, from what heap.js shows."""
    if text is None:
        return None
    if not isinstance(text, str):
        return heapproof.living(int(text))
    tag, text = text[0], text[1:]
    if tag in "sc":
        text = text.encode().decode("unicode_escape")
        return text if tag == "s" else Char(text)
    return {"b": lambda word: word == "True", "i": int, "f": float}[tag](text)


def settled(method):
    """A call, the deaths that it causes, and where it is the outermost one the code of what has died."""

    @functools.wraps(method)
    def call(self, *operands):
        given = method(self, *operands)
        self.settle()
        return given

    return call


class Heap:
    collects_soon = True

    def __init__(self, sight):
        self.sight = sight

    def begin(self):
        self.engine = Engine(self.collects_soon)
        self.count = 0
        self.living = {}
        self.due = []  # what has died and has code, in that order
        self.runs = False  # such code

    def settle(self):
        """Runs the engine's jobs. Code waits until the outermost call is done: it may be called itself from here."""
        self.tell_deaths()
        if self.runs:
            return
        self.runs = True
        while self.due:
            heapproof.run_code(self.due.pop(0))
            self.tell_deaths()
        self.runs = False

    def tell_deaths(self):
        """Neither the jobs nor the questions make objects."""
        self.engine.run_jobs()
        if self.sight == "refs":
            self.engine.ask()
        for number in self.engine.takeDead().split():
            thing = self.living.pop(int(number))
            heapproof.died(thing)
            if thing.coded:
                self.due.append(thing)

    def handle(self, thing):
        return thing.held[-1] if thing.held else self.engine.find(thing.number)

    def stored(self, value):
        return self.handle(value) if isinstance(value, Thing) else encoded(value)

    def given(self, value):
        """What comes out of the engine and belongs to the program then."""
        if value is None or isinstance(value, str):
            return decoded(value)
        if type(value).__name__ == "UndefinedType":
            return None
        thing = self.living[int(self.engine.number(value))]
        thing.held.append(value)
        return thing

    # Allocations.

    def room(self):
        return CAPACITY - len(self.living)

    @settled
    def make(self, kind, values, callee=None):
        if self.room() == 0:
            raise Refused("capacity")
        thing = Thing(self.count, kind, callee)
        thing.held.append(self.engine.create(kind, self.count, *map(self.stored, values)))
        self.living[self.count] = thing
        self.count += 1
        # Code may run before this returns.
        heapproof.allocated(thing, "weak" if kind == "ephemeron" else kind)
        return thing

    def table(self):
        return self.make("table", [])

    def array(self, values):
        return self.make("array", values)

    def closure(self, callee, values):
        return self.make("closure", values, callee)

    def box(self, value):
        return self.make("box", [value])

    def scalar(self, value):
        return self.make("scalar", [value])

    def weak(self, target):
        return self.make("weak", [target])

    # Contents.

    @settled
    def read_field(self, table, field):
        return decoded(self.engine.read(self.handle(table), field))

    @settled
    def read_index(self, thing, index):
        return decoded(self.engine.read(self.handle(thing), index))

    @settled
    def write_field(self, table, field, value):
        self.engine.write(self.handle(table), field, self.stored(value))

    @settled
    def write_index(self, thing, index, value):
        self.engine.write(self.handle(thing), index, self.stored(value))

    def length(self, thing):
        return int(self.engine.length(self.handle(thing)))

    @settled
    def push(self, array, value):
        self.engine.push(self.handle(array), self.stored(value))

    @settled
    def pop(self, array):
        return self.given(self.engine.pop(self.handle(array)))

    @settled
    def remove(self, table, field):
        if not self.engine.has(self.handle(table), field):
            raise Refused("field")
        return self.given(self.engine.remove(self.handle(table), field))

    @settled
    def clear(self, thing):
        self.engine.clear(self.handle(thing))

    @settled
    def swap(self, one, i, other, j):
        self.engine.swap(self.handle(one), i, self.handle(other), j)

    # References of the program.

    @settled
    def take(self, thing):
        thing.held.append(self.engine.find(thing.number))

    @settled
    def drop(self, thing):
        if not thing.held:
            raise Refused("not-held")
        thing.held.pop()

    @settled
    def upgrade(self, weak):
        return self.given(self.engine.deref(self.handle(weak)))

    @settled
    def collect(self):
        self.engine.collect()

    def look(self, thing):
        self.engine.collect_late()
        handle = self.handle(thing)
        seen = json.loads(self.engine.look(handle))
        if thing.kind == "table":
            return {field: decoded(value) for field, value in seen}
        values = [decoded(value) for value in seen]
        return [thing.callee, *values] if thing.kind == "closure" else values


class HeapWithKeys(Heap):
    collects_soon = False  # it would depend on that when a dead map lets its value go

    @settled
    def ephemeron(self, key, value):
        return self.make("ephemeron", [key, value])

    def collect(self):
        """Bellard's engine gives up the value of a key that has died in its next collection only."""
        count = None
        while count != len(self.living):
            count = len(self.living)
            super().collect()

    @settled
    def read_value(self, ephemeron):
        return decoded(self.engine.entry(self.handle(ephemeron)))


class HeapWithCode(Heap):
    collects_soon = False

    def on(self, thing):
        thing.coded = True


if __name__ == "__main__":
    name, version, sight, dialect, *more = sys.argv[1:]
    heap = (HeapWithCode if sight == "jobs" else HeapWithKeys if more else Heap)(sight)
    observations = "refusals" if sight == "refs" else "refusals journal"
    heapproof.run(heap, name, version, observations, dialect, panics=True, look_disturbs=True)
