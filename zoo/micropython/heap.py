# MicroPython's own heap, held to the contract: dicts, lists, closures and instances, found garbage by tracing.
#
# heap.mjs runs this, calls `answer` for each command, and collects. Each object under proof is one object of MicroPython. Nothing here
# keeps it alive but `held`, which has the references of the mutator; `places` has weak references, which also tell of deaths. An object
# is numbered by its address, as nothing moves. Plain values do not concern a heap, and stay the words that came.

import gc
import weakref
from collections import OrderedDict

places = []  # by number; None when the death is told
kinds = []  # by number
numbers = {}  # by address
held = {}  # by number, the references of the mutator


class Refused(Exception):
    pass


class Cell:
    """A box or a scalar."""


def find(word, kind=None):
    if word == "nil":
        raise Refused("nil")
    number = int(word[1:])
    if places[number] is None:
        raise Refused("stale")
    if kind and kinds[number][0] != kind:
        raise Refused("kind")
    return places[number]()


def parse(word):
    if word[0] != "#":
        return word
    number = int(word[1:])
    if places[number] is None:
        raise Refused("stale-value")
    return places[number]()


def show(value):
    return value if type(value) is str else "#%d" % numbers[id(value)]


def take(thing):
    held.setdefault(numbers[id(thing)], []).append(thing)


# Commands.


def enter(thing, *kind):
    numbers[id(thing)] = len(places)
    places.append(weakref.ref(thing))
    kinds.append(kind)
    take(thing)
    return show(thing)


def closure(captures):
    def access(index, value=None):
        if value is None:
            return captures[index]
        captures[index] = value

    return access


def make(kind, words):
    if kind == "table":
        return enter(OrderedDict(), kind)
    if kind == "weak":
        return enter(weakref.ref(find(words[0])), kind)
    if kind == "array":
        return enter([parse(word) for word in words], kind)
    if kind == "closure":
        return enter(closure([parse(word) for word in words[1:]]), kind, words[0], len(words) - 1)
    value = parse(words[0])
    if kind == "scalar" and type(value) is not str:
        raise Refused("not-plain")
    cell = Cell()
    cell.value = value
    return enter(cell, kind)


def row(length, closed):
    """A chain or a ring of tables. The mutator holds the first only."""
    if not length:
        return "nil"
    first = last = OrderedDict()
    enter(first, "table")
    for _ in range(length - 1):
        thing = OrderedDict()
        enter(thing, "table")
        del held[len(places) - 1]
        last["next"] = thing
        last = thing
    if closed:
        last["next"] = first
    return show(first)


def access(word, value):
    """Of `#1.x`, `#1[0]`, `#1{0}` and `*#1`: reads, or writes if there is a value."""
    if word[0] == "*":
        cell = find(word[1:], "box")
        if value is None:
            return show(cell.value)
        cell.value = parse(value)
        return "nil"
    if "." in word:
        name, key = word.split(".")
        thing = find(name, "table")
        if value is None and key not in thing:
            raise Refused("field")
    else:
        sign = "[" if "[" in word else "{"
        name, key = word[:-1].split(sign)
        thing = find(name, "array" if sign == "[" else "closure")
        key = int(key)
        if key >= (len(thing) if sign == "[" else kinds[numbers[id(thing)]][2]):
            raise Refused("index")
        if sign == "{":
            old = thing(key, None if value is None else parse(value))
            return show(old) if value is None else "nil"
    if value is None:
        return show(thing[key])
    thing[key] = parse(value)
    return "nil"


def given(value):
    if type(value) is not str:
        take(value)
    return show(value)


def pop(word):
    array = find(word, "array")
    if not array:
        raise Refused("index")
    return given(array.pop())


def remove(word):
    name, field = word.split(".")
    table = find(name, "table")
    if field not in table:
        raise Refused("field")
    return given(table.pop(field))


def clear(word):
    thing = find(word)
    if kinds[numbers[id(thing)]][0] not in ("table", "array"):
        raise Refused("kind")
    thing.clear()
    return "nil"


def element(word):
    """The array and the index of `#1[0]`."""
    name, index = word[:-1].split("[")
    array = find(name, "array")
    if int(index) >= len(array):
        raise Refused("index")
    return array, int(index)


RANK = ("nil", "stale", "kind", "index")  # of two reasons the first counts


def swap(one, other):
    places, refused = [], []
    for word in (one, other):
        try:
            places.append(element(word))
        except Refused as why:
            refused.append(RANK.index(why.args[0]))
    if refused:
        raise Refused(RANK[min(refused)])
    (a, i), (b, j) = places
    a[i], b[j] = b[j], a[i]
    return "nil"


def drop(word):
    number = numbers[id(find(word))]
    if number not in held:
        raise Refused("not-held")
    held[number].pop()
    if not held[number]:
        del held[number]
    return "nil"


def push(word, value):
    array = find(word, "array")
    array.append(parse(value))
    return "nil"


def upgrade(word):
    target = find(word, "weak")()
    return "nil" if target is None else given(target)


def carry_out(words):
    word = words[0]
    if word in ("table", "array", "closure", "box", "scalar", "weak"):
        return make(word, words[1:])
    if word in ("chain", "ring"):
        return row(int(words[1]), word == "ring")
    if word == "push":
        return push(words[1], words[2])
    if word == "clear":
        return clear(words[1])
    if word == "swap":
        return swap(words[1], words[2])
    if word == "take":
        if words[1] != "nil":
            take(find(words[1]))
        return "nil"
    if word == "drop" and words[1] == "nil":
        return "nil"
    if word in ("pop", "remove", "drop", "upgrade"):
        return {"pop": pop, "remove": remove, "drop": drop, "upgrade": upgrade}[word](words[1])
    return access(word, words[2] if len(words) > 1 else None)


def answer(words):
    try:
        return "done " + carry_out(words.split("\x1f"))
    except Refused as refused:
        return "refused " + refused.args[0]


# What is told and shown.


def deaths():
    dead = [number for number, place in enumerate(places) if place is not None and place() is None]
    for number in dead:
        places[number] = None
    if dead:
        for address in [address for address, number in numbers.items() if places[number] is None]:
            del numbers[address]
    return "".join("died %d\n" % number for number in dead)


def shown(number):
    thing = places[number]()
    kind = kinds[number][0]
    if kind == "table":
        words = ["%s=%s" % (field, show(value)) for field, value in thing.items()]
    elif kind == "weak":
        words = ["nil" if thing() is None else show(thing())]
    elif kind == "array":
        words = [show(value) for value in thing]
    elif kind == "closure":
        words = [kinds[number][1]] + [show(thing(index)) for index in range(kinds[number][2])]
    else:
        words = [show(thing.value)]
    return " ".join([str(number), kind] + words)


def look():
    lines = [shown(number) for number in range(len(places)) if places[number] is not None]
    return "\n".join(lines + ["end %d" % len(lines)])


def begin():
    for all in (places, kinds, numbers, held):
        all.clear()


def occupy(blocks):
    """Makes so many objects of one block each, one behind the other, as nothing is collected meanwhile."""
    make = object
    for _ in range(blocks):
        make()


gc.disable()
