"""The objects of CPython that are under proof, and how they are found.

There are four sorts:

    containers   tables are dicts, arrays are deques; both give up their contents from the first
    instances    tables are instances with attributes, arrays are lists, which give up theirs from the last
    callbacks    containers, and each weak object has a callback, which says so where a program has given it one
    keys         containers, and ephemerons, each of which has a WeakKeyDictionary with its one entry

and a fifth, `sets`, where code runs in collections: containers, whose weak objects are such that keep their reference to the target
in a table, as WeakValueDictionary does. For a collection clears a reference that is garbage itself, before code and for good, though
its target lives, and no clause says so.

Nothing here keeps an object alive but `held`, which has the references of the mutator. A line may name garbage too, and that is found
by its address, as C code would find it that borrows a reference. Weak references would not do: collections clear them before code
runs. An object is asked for only while its label says that it lives.
"""

import ctypes
import gc
import sys
from collections import deque
from weakref import WeakKeyDictionary, ref

from lines import say, send

held = {}  # by number, the references of the mutator, one entry each
watches = {}  # by number, what tells the death of an object; those that live
lasting = {}  # likewise, as the interpreter ends
addresses = []  # by number
targets = {}  # by number of a weak object of `Sets`, the reference to its target
watched = {}  # by number of a weak object, the number of its target
calls = set()  # the weak objects that have a callback
emptying = False  # between programs nobody listens
ending = False  # when the interpreter ends nobody else sends what is said


def label(number):
    """A code object that stands for one object under proof: that alone holds it, and gives it up before all else. So the end of
    the label is the death of the object. It has to be of a type that can refer to no object in a ring, so that the collector does
    not see it and no set has it, and that weak references can watch. Code objects are the only such type."""
    made = code.__code__.replace(co_firstlineno=number)
    watches[number] = ref(made, lambda _: gone(number))
    if ending:
        keep_watch(number)
    return made


def keep_watch(number):
    """As the interpreter ends `watches` is garbage too, and a collection clears references that are. So another one is kept for ever."""
    lasting[number] = ref(watches[number]())
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(lasting[number]))


def lives(number):
    return number in watches and (number not in lasting or lasting[number]() is not None)


def number_of(thing):
    return thing.label.co_firstlineno


def gone(number):
    del watches[number]
    targets.pop(number, None)
    calls.discard(number)
    say("died %d" % number)


class Panic(Exception):
    """Leaves user code."""


class Refused(Exception):
    """A command is refused, for the reason given."""


serve = None  # answers commands up to the end of the code that runs; heap.py has it


def code(thing):
    """The finalizer of each object that has one."""
    if emptying:
        return
    say("began %d" % number_of(thing))
    panics = serve() == "panic"
    if ending:
        send()
    if panics:
        raise Panic


def called(weak):
    """The callback of each weak object. It runs before the label of a target is given up that is released, and has no references
    then: that is dead. In a collection it runs before code, and the target may live on."""
    if emptying or weak not in calls:
        return
    calls.discard(weak)
    target = watched[weak]
    if target in watches and not ctypes.c_ssize_t.from_address(addresses[target]).value:
        gone(target)
    say("called %d" % weak)
    if serve() == "panic":
        raise Panic


def one_is_called(weak):
    """The same function for all: each of its own would be one more object of a ring that gives its weak object up."""
    called(number_of(weak))


def kind(word, base, *slots):
    """A class of objects, and one of the same layout with a finalizer: `on` moves an object from the first to the second."""
    # Tables with weak keys ask for hashes.
    same = {"__hash__": object.__hash__, "__eq__": object.__eq__}
    plain = type(word, (base,), {"__slots__": ("label", *slots), "word": word, **same})
    plain.armed = type(word, (plain,), {"__slots__": (), "__del__": code})
    return plain


Box = kind("box", object, "value", "__weakref__")
Scalar = kind("scalar", object, "value", "__weakref__")
Ref = kind("weak", ref, "__weakref__")
Called = kind("weak", ref, "__weakref__")
Called.__new__ = lambda cls, target: ref.__new__(cls, target, one_is_called)
Called.__init__ = lambda *_: None
Keyed = kind("weak", object, "__weakref__", "mapping")
Keyed.__init__ = lambda keyed, key, value: setattr(keyed, "mapping", WeakKeyDictionary({key: value}))
Keyed.__call__ = lambda keyed: next(iter(keyed.mapping), None)
Kept = kind("weak", object, "__weakref__")
Kept.__init__ = lambda _, target: targets.update({len(addresses): ref(target)})
Kept.__call__ = lambda weak: targets[number_of(weak)]()


class Containers:
    Table = kind("table", dict, "__weakref__")
    Array = kind("array", deque)
    plain_array = deque
    Weak = Ref
    fields = staticmethod(lambda table: table)
    read = staticmethod(dict.__getitem__)
    write = staticmethod(dict.__setitem__)
    delete = staticmethod(dict.__delitem__)


class Instances:
    Table = kind("table", object, "__dict__", "__weakref__")
    Array = kind("array", list, "__weakref__")
    plain_array = list
    Weak = Ref
    fields = staticmethod(vars)
    read = staticmethod(getattr)
    write = staticmethod(setattr)
    delete = staticmethod(delattr)


class Sets(Containers):
    Weak = Kept


class Callbacks(Containers):
    Weak = Called


class Keys(Containers):
    """Each ephemeron is an object with a WeakKeyDictionary of one entry."""


# --- Finding objects. ---


sort = {"containers": Containers, "instances": Instances, "sets": Sets, "callbacks": Callbacks, "keys": Keys}.get(sys.argv[1])


def entry(keyed):
    """The value that an ephemeron has for its key, while that lives."""
    return next(iter(keyed.mapping.values()), "nil")


def contents(thing):
    if thing.word == "table":
        return sort.fields(thing).values()
    if thing.word == "array":
        return thing
    return (thing.value,) if thing.word == "box" else ()


def thing_at(number):
    return ctypes.cast(addresses[number], ctypes.py_object).value


def find(word, kind=None):
    if word == "nil":
        raise Refused("nil")
    number = int(word[1:])
    if not lives(number):
        raise Refused("stale")
    thing = thing_at(number)
    if kind and thing.word != kind:
        raise Refused("kind")
    return thing


def parse(word):
    """A value to be stored."""
    if word[0] != "#":
        return word
    if not lives(int(word[1:])):
        raise Refused("stale-value")
    return find(word)


def show(value):
    return value if type(value) is str else "#%d" % number_of(value)


def take(thing):
    held.setdefault(number_of(thing), []).append(thing)


def new(cls, *args):
    thing = cls(*args)
    thing.label = label(len(addresses))
    addresses.append(id(thing))
    take(thing)
    return thing


def begin():
    """Empties the heap. Rings whose code saved them once may need more than one collection."""
    global emptying
    emptying = True
    watches.clear()
    targets.clear()
    watched.clear()
    calls.clear()
    held.clear()
    while gc.collect():
        pass
    emptying = False
    addresses.clear()
