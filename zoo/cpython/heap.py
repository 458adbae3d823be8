"""CPython's own heap, held to the contract: counts, and a collector of cycles that runs when asked.

    heapproof check --subject 'exec:/usr/bin/python3 heap.py SORT DIALECT'

The objects under proof are objects of CPython (objects.py). This file carries out commands on them. SORT is which objects, and `sets`
has user code and collections together. Otherwise DIALECT says which of the two there is. It is what the interpreter answers otherwise
than the contract; it differs from version to version, so the toml has it.

Plain values do not concern a heap. They are kept as the words that came.
"""

import gc
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import objects
from lines import hear, say, send
from objects import Box, Keyed, Refused, Scalar, begin, calls, contents, entry, find, held, new, number_of, parse, show, sort, take, thing_at, watched, watches

# --- Commands. Each returns what stands behind `done`, and the reference that it gives up. Nothing else refers to the objects of a
# command when that goes, as each function has returned: so what dies then dies at once. ---


def make(word, words):
    if word == "table":
        thing = new(sort.Table)
    elif word == "weak":
        target = find(words[0])
        thing = new(sort.Weak, target)
        watched[number_of(thing)] = number_of(target)
    elif word == "ephemeron":
        thing = new(Keyed, find(words[0]), parse(words[1]))
    elif word == "array":
        thing = new(sort.Array, [parse(value) for value in words])
    else:
        value = parse(words[0])
        if word == "scalar" and type(value) is not str:
            raise Refused("not-plain")
        thing = new(Box if word == "box" else Scalar)
        thing.value = value
    return show(thing), None


class Skipped(Exception):
    """The dialect says that this line can't be written. Only lines of user code come nevertheless."""


DEPTH = int(re.search("(?<=depth )[0-9]+|$", sys.argv[2])[0] or 1 << 32)


def row(length, closed):
    """A chain or a ring of tables. The mutator holds the first only."""
    if length > DEPTH:
        raise Skipped
    if not length:
        return "nil", None
    first = last = new(sort.Table)
    for _ in range(length - 1):
        thing = new(sort.Table)
        sort.write(last, "next", thing)
        del held[number_of(thing)]
        last = thing
    if closed:
        sort.write(last, "next", first)
    return show(first), None


def place(word):
    """The object and the key of `#1.x`, `#1[0]` or `*#1`, and its functions to read and to write."""
    if word[0] == "*":
        thing = find(word[1:])
        if type(thing) is Keyed:
            return thing, "mapping", lambda keyed, _: entry(keyed), None
        return find(word[1:], "box"), "value", getattr, setattr
    name, sign, key = re.match(r"(#\d+|nil)([.[])(\w+)", word).groups()
    if sign == ".":
        return find(name, "table"), key, sort.read, sort.write
    thing = find(name, "array")
    if int(key) >= len(thing):
        raise Refused("index")
    return thing, int(key), sort.Array.__getitem__, sort.Array.__setitem__


def read(word):
    thing, key, get, _ = place(word)
    try:
        return show(get(thing, key)), None
    except (KeyError, AttributeError):
        raise Refused("field")


def write(word, value):
    thing, key, get, put = place(word)
    if not put:
        raise Refused("kind")
    value = parse(value)
    try:
        old = get(thing, key)
    except (KeyError, AttributeError):
        old = None
    put(thing, key, value)
    return "nil", old


def remove(word):
    thing, key, get, _ = place(word)
    try:
        old = get(thing, key)
    except (KeyError, AttributeError):
        raise Refused("field")
    sort.delete(thing, key)
    return given(old)


def pop(word):
    array = find(word, "array")
    if not array:
        raise Refused("index")
    return given(array.pop())


def given(value):
    """A reference that the mutator has from now on."""
    if type(value) is not str:
        take(value)
    return show(value), None


def push(word, value):
    array = find(word, "array")
    array.append(parse(value))
    return "nil", None


def clear(word):
    """What goes is moved first: a call holds the object that it clears, which code may let go meanwhile."""
    thing = find(word)
    if thing.word not in ("table", "array"):
        raise Refused("kind")
    container = sort.fields(thing) if thing.word == "table" else thing
    old = (dict if thing.word == "table" else sort.plain_array)(container)
    container.clear()
    return "nil", old


RANK = ("nil", "stale", "kind", "index")  # of two reasons the first counts


def swap(one, other):
    places, refused = [], []
    for word in (one, other):
        try:
            places.append(place(word))
        except Refused as why:
            refused.append(str(why))
    if refused:
        raise Refused(min(refused, key=RANK.index))
    (a, i, *_), (b, j, *_) = places
    a[i], b[j] = b[j], a[i]
    return "nil", None


def drop(word):
    if word == "nil":
        return "nil", None
    number = int(word[1:])
    if number not in held:
        raise Refused("not-held" if number in watches else "stale")
    refs = held[number]
    one = refs.pop()
    if not refs:
        del held[number]
    return "nil", one


def upgrade(word):
    target = find(word, "weak")()
    return given("nil" if target is None else target)


def on(word):
    thing = find(word)
    if not hasattr(thing, "__del__"):
        thing.__class__ = thing.armed
    return "nil", None


def when(word):
    weak = find(word, "weak")
    if shown_target(weak) == "nil":
        return "false", None
    calls.add(number_of(weak))
    return "nil", None


def carry_out(line):
    words = re.findall(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[^ ]+', line)
    word, rest = words[0], words[1:]
    if word[0] in "#*" or word.startswith("nil"):
        return write(word, rest[1]) if rest else read(word)
    if word in ("table", "array", "box", "scalar", "weak", "ephemeron"):
        return make(word, rest)
    if word in ("chain", "ring"):
        return row(int(rest[0]), word == "ring")
    if word == "take":
        if rest[0] != "nil":
            take(find(rest[0]))
        return "nil", None
    if word == "collect":
        return str(gc.collect()), None
    return {"drop": drop, "push": push, "pop": pop, "remove": remove, "upgrade": upgrade, "clear": clear, "swap": swap, "on": on, "when": when}[word](*rest)


# --- The conversation. ---


def look():
    for number in sorted(watches):
        thing = thing_at(number)
        words = [str(number), thing.word]
        if thing.word == "table":
            words += ["%s=%s" % (field, show(value)) for field, value in sort.fields(thing).items()]
        elif thing.word == "weak":
            words.append(shown_target(thing))
            words += [show(entry(thing))] if type(thing) is Keyed else []
        else:
            words += [show(value) for value in ((thing.value,) if thing.word == "scalar" else contents(thing))]
        say(" ".join(words))
    say("end %d" % len(watches))


def shown_target(weak):
    target = weak()
    return "nil" if target is None else show(target)


def end():
    """Ends the interpreter as a program would that did nothing to its collector."""
    send()
    objects.ending = True
    for number in watches:
        objects.keep_watch(number)
    gc.unfreeze()
    gc.enable()
    sys.unraisablehook = sys.__unraisablehook__  # ours would keep this module
    sys.exit()


def commands():
    """Answers commands up to the end of the code that runs, and says how it ends."""
    while True:
        line = hear()
        if line in ("return", "panic"):
            return line
        if line == "look":
            look()
            continue
        if line == "begin":
            begin()
            say("done")
            continue
        if line == "close":
            end()
        try:
            answer, given_up = carry_out(line)
        except Refused as refused:
            say("refused %s" % refused)
            continue
        except Skipped:
            say("skipped")
            continue
        del given_up
        say("done " + answer)


# What no clause says of the code of sets is kept out of all code:
# - CPython calls finalizers in one scan. Code that other code gives to an object runs only if that comes later.
# - An object that loses its last reference to its own code dies right behind it, before the code of the others.
# - What code left to members alone is no member. It dies with the first of them that refers to it, before the others.
SETS = "Collect On Panic " + " ".join(
    "not-in-code:" + word for word in ("On", "WriteField", "WriteElement", "WriteBox", "Remove", "Pop", "Push", "Clear", "Swap", "Drop")
)

GREETING = """heapproof 1
name cpython-%s %d.%d.%d
operations Table Box Array Scalar Weak Chain Ring ReadField ReadElement ReadBox WriteField WriteElement WriteBox \
Push Pop Remove Clear Swap Take Drop Upgrade %s
observations refusals contents%s
dialect %s
begin anew
look harmless
ready"""


if __name__ == "__main__":
    gc.disable()
    gc.freeze()  # what the interpreter has made so far is none of our objects
    sys.setrecursionlimit(20000)
    sys.unraisablehook = lambda _: None  # it would print each panic
    objects.serve = commands
    more = SETS if sys.argv[1] == "sets" else "On Panic" if "garbage never" in sys.argv[2] else "Collect"
    more += " When Panic not-in-code:Collect not-in-code:Drop not-in-code:WriteField not-in-code:WriteElement not-in-code:WriteBox not-in-code:Remove not-in-code:Pop not-in-code:Push not-in-code:Clear not-in-code:Swap" if sys.argv[1] == "callbacks" else ""
    more += " Ephemeron" if sys.argv[1] == "keys" else ""
    # To end costs a process each time. A WeakKeyDictionary gives a value up before its key is told to be dead.
    journal = "" if sys.argv[1] == "keys" else " journal closing" if "at-end" in sys.argv[2] else " journal"
    say(GREETING % (sys.argv[1], *sys.version_info[:3], more, journal, sys.argv[2]))
    commands()
