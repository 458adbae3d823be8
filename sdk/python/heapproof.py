"""Puts a heap in Python under proof: `heapproof check --subject 'exec:python3 my_heap.py'`.

Write a class with a method for each operation that the heap has, and call `run` with an object of it. The library speaks
the protocol of docs/protocol.md. It numbers the objects, knows which live, parses commands and values, and refuses what
needs no look into the heap: nil, dead objects, wrong kinds, indices out of range. The heap says what happens to its objects:
`died` where one dies, `run_code` where it would call a finalizer or destructor, and `call_back` where the callback of a
weak object.

Values are None, booleans, integers, floats, strings, `Char`, and the heap's objects. Python 3.8. License: MIT OR Apache-2.0.
"""

import os
import re
import sys
import time

__version__ = "1.0"


class Refused(Exception):
    """Raised by a method that refuses, and has changed nothing. The reason is a word of the protocol, as `not-held`."""


class Panic(Exception):
    """May be raised when user code has panicked: the outermost operation is then refused as panicked."""


class Char(str):
    """A character, which is no string of length one."""


def run(heap, name, version, observations="", dialect="", panics=False, look_disturbs=False, operations="", runs_differ=False):
    """Speaks until the input ends. From now on `print` goes to standard error.

    observations: of `refusals journal sets`; the others follow from the methods `look`, `counts`, `strong`, `close`.
    operations: the names of those that the method `other` carries out.
    runs_differ: two runs of a program may differ in what the contract leaves open.
    """
    global _library
    _library = _Library(heap)
    _library.greet(name, version, observations, dialect, panics, look_disturbs, operations, runs_differ)
    _library.speak()


def died(thing):
    """An object dies, at this moment."""
    _library.died(_library.number_of(thing))


def run_code(thing):
    """Runs an object's code; the heap's methods are called meanwhile. True: it has panicked."""
    return _library.run_code(thing)


def call_back(weak):
    """Runs the callback of a weak object whose target has died, likewise."""
    return _library.run_code(weak, "called")


def took(things):
    """A collection has found these objects as one set."""
    _library.event("took", things)


def paused():
    """A slice or a check ends with more to do."""
    _library.event("paused", ())


def allocated(thing, kind):
    """Numbers a new object of the kind `table` etc. before its method returns: if user code may run in the meantime, and
    in `other`."""
    _library.allocated(thing, kind)


def living(number):
    """The object of a number, None if it is dead: for `other`."""
    return _library.things.get(number)


_KINDS = ("table", "array", "closure", "box", "scalar", "weak")
_PLAIN = {"nil": None, "true": True, "false": False, "inf": float("inf"), "-inf": -float("inf"), "nan": float("nan")}
# The operations, and the methods that each needs.
_NEEDS = {
    "Table": "table", "Box": "box", "Array": "array length", "Closure": "closure length", "Scalar": "scalar",
    "Weak": "weak", "Chain": "table write_field drop", "Ring": "table write_field drop",
    "ReadField": "table read_field", "WriteField": "table write_field", "Remove": "table remove",
    "ReadElement": "array read_index", "WriteElement": "array write_index", "Push": "array push", "Pop": "array pop",
    "ReadCapture": "closure read_index", "WriteCapture": "closure write_index", "ReadBox": "box read_index",
    "WriteBox": "box write_index", "Clear": "clear", "Swap": "array length swap", "Ephemeron": "ephemeron read_value",
    "Take": "take", "Drop": "drop", "Upgrade": "weak upgrade", "Collect": "collect",
    "On": "on", "When": "weak when",
}
_ACCESS = re.compile(r"\*?(?:#(\d+)|nil)(?:\.(\w+)|\[(\d+)\]|\{(\d+)\})?(?: = (.+))?$", re.S)
_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[^ ]+', re.S)
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|(.))", re.S)
_UNESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_TO_ESCAPE = str.maketrans({"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\\": "\\\\", '"': '\\"', "'": "\\'"})
_CHUNK = 1 << 16


class _Library:
    """The conversation; a process has one."""

    def __init__(self, heap):
        self.heap = heap
        # User code within user code stands on the stack several times a level, and there may be a thousand of them.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 20000))
        # The protocol takes descriptors of its own: what else is printed goes to standard error, and what else reads finds
        # nothing.
        self.input, self.output = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self.answers = []
        self.lines = []  # complete lines that have arrived, the next one last
        self.rest = b""  # of a line that is not complete
        self.line = ""  # carried out now
        self.depth = 0  # of user code
        self.forget()

    def forget(self):
        self.things = {}  # those that live, by number
        self.kinds = {}
        self.numbers = {}  # by id; `kept` keeps the ids
        self.kept = []
        self.coded = set()
        self.watching = set()  # weak objects that have a callback
        self.ephemerons = set()
        self.count = 0

    def has(self, methods):
        return all(hasattr(self.heap, method) for method in methods.split())

    def greet(self, name, version, observations, dialect, panics, look_disturbs, operations, runs_differ):
        has = [operation for operation, methods in _NEEDS.items() if self.has(methods)]
        has += ["Panic"] if panics and self.has("on") else []
        seen = [word for word, method in (("contents", "look"), ("counts", "counts"), ("strong", "strong"), ("closing", "close")) if self.has(method)]
        self.answers += [
            "heapproof 1",
            "name %s %s" % (name, version),
            " ".join(["operations", *has, *operations.split()]),
            " ".join(["observations", *seen, *observations.split()]),
            *(["dialect " + dialect] if dialect else []),
            "begin anew" if self.has("begin") else "begin fresh",
            "look disturbs" if look_disturbs else "look harmless",
            "runs differ" if runs_differ else "runs alike",
            "ready",
        ]

    def speak(self):
        try:
            self.begin()
            self.commands()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # whatever it is, what was answered before says where it broke
            self.flush()
            import traceback

            traceback.print_exc()
            self.fail("%s: %s, at `%s`" % (type(error).__name__, error, self.line))
        finally:
            self.flush()

    def fail(self, message):
        sys.stderr.write("heapproof.py: %s\n" % message.replace("\n", " "))
        sys.stderr.flush()
        os._exit(2)

    def unread(self):
        raise ValueError("there is no such command, or the heap has no method for it")

    # Lines.

    def flush(self):
        if self.answers:
            data = ("\n".join(self.answers) + "\n").encode()
            self.answers.clear()
            while data:
                try:
                    data = data[os.write(self.output, data):]
                except BlockingIOError:
                    time.sleep(0.001)  # the descriptor does not block, and is full
                except BrokenPipeError:
                    os._exit(1)  # nobody listens any more

    def read(self):
        """The next line, None at the end of the input."""
        while not self.lines:
            self.flush()  # no further command is here, so the answers must go out
            try:
                chunk = os.read(self.input, _CHUNK)
            except BlockingIOError:
                time.sleep(0.001)  # the descriptor does not block, and has nothing yet
                continue
            if not chunk:
                return None
            *lines, self.rest = (self.rest + chunk).split(b"\n")
            self.lines = lines[::-1]
        return self.lines.pop().decode()

    def commands(self):
        """Reads and carries out commands, within user code until that ends. True after `panic`."""
        while True:
            line = self.read()
            if line is None:
                if self.depth:
                    os._exit(0)
                return False
            if line == "return" or line == "panic":
                if not self.depth:
                    self.fail("`%s`, but no user code is running" % line)
                return line == "panic"
            self.line = line
            try:
                self.answers.append(self.carry_out(line))
            except Refused as refused:
                self.answers.append(("refused %s" % refused).rstrip())
            except Panic:
                # In user code that other code called, a panic is contained.
                self.answers.append("done" if self.depth else "refused panicked")

    # Objects and events.

    def allocated(self, thing, kind):
        number = self.numbers.get(id(thing))
        if number is None:
            if thing is None:
                raise ValueError("an object of kind %s can't be None; does the method return it?" % kind)
            number = self.numbers[id(thing)] = self.count
            self.things[number], self.kinds[number] = thing, kind
            self.kept.append(thing)
            self.count += 1
        return number

    def number_of(self, thing):
        number = self.numbers.get(id(thing))
        if number is None:
            raise ValueError("a %s is no value, and was not allocated" % type(thing).__name__)
        return number

    def died(self, number):
        if self.things.pop(number, None) is None:  # told as well, since the parent shall see it
            sys.stderr.write("heapproof.py: object #%d dies a second time\n" % number)
        self.answers.append("died %d" % number)

    def event(self, word, things):
        self.answers.append(" ".join([word, *(str(self.number_of(thing)) for thing in things)]))

    def run_code(self, thing, word="began"):
        number = self.number_of(thing)
        if number not in (self.coded if word == "began" else self.watching):
            return False  # its code is empty
        self.answers.append("%s %d" % (word, number))
        self.depth += 1
        panicked = self.commands()
        self.depth -= 1
        return panicked

    # Values.

    def parse(self, word):
        first = word[0]
        if first == "#":
            thing = self.things.get(int(word[1:]))
            if thing is None:
                raise Refused("stale-value")
            return thing
        if first in "\"'":
            text = word[1:-1]
            if "\\" in text:
                text = _ESCAPED.sub(lambda m: _UNESCAPED.get(m[2], m[2]) if m[2] else chr(int(m[1], 16)), text)
            return text if first == '"' else Char(text)
        if word in _PLAIN:
            return _PLAIN[word]
        return float(word) if "." in word or "e" in word or "E" in word else int(word)

    def show(self, value):
        if value is None:
            return "nil"
        kind = type(value)
        if kind is int:
            return str(value)
        if kind is bool:
            return "true" if value else "false"
        if kind is str:
            return '"%s"' % value.translate(_TO_ESCAPE)
        if kind is Char:
            return "'%s'" % value.translate(_TO_ESCAPE)
        if kind is float:
            return repr(value)
        return "#%d" % self.number_of(value)

    # Commands. Reasons are looked for in the contract's order, from `nil` to `not-plain`; the rest is the heap's.

    def find(self, number, kind=None):
        """The object of a number, None for nil, if it is of the kind."""
        if number is None:
            raise Refused("nil")
        number = int(number)
        thing = self.things.get(number)
        if thing is None:
            raise Refused("stale")
        if kind is not None and self.kinds[number] not in (kind if type(kind) is tuple else (kind,)):
            raise Refused("kind")
        return thing

    def named(self, word, kind=None):
        return self.find(None if word == "nil" else word[1:], kind)

    def carry_out(self, line):
        heap, first = self.heap, line[:1]
        if first in "#*" or line.startswith("nil"):
            return self.access(line)
        words = _WORDS.findall(line) if '"' in line or "'" in line else line.split(" ")
        word = words[0]
        if word in _KINDS:
            thing = self.make(word, words[1:])
            return "done #%d" % self.allocated(thing, word)
        if word in ("take", "drop", "on", "when"):
            if words[1] == "nil" and word in ("take", "drop"):
                return "done"
            thing = self.named(words[1], "weak" if word == "when" else None)
            if word == "on":
                self.coded.add(int(words[1][1:]))
            told = getattr(heap, word)(thing)
            if word == "when" and told is False:
                return "done false"  # the target is dead: the callback will not run
            if word == "when":
                self.watching.add(int(words[1][1:]))
            return "done"
        if word == "push":
            thing = self.named(words[1], "array")
            heap.push(thing, self.parse(words[2]))
            return "done"
        if word == "pop":
            thing = self.named(words[1], "array")
            if heap.length(thing) == 0:
                raise Refused("index")
            return "done " + self.show(heap.pop(thing))
        if word == "clear":
            heap.clear(self.named(words[1], ("table", "array")))
            return "done"
        if word == "swap":
            return self.swap(words[1], words[2])
        if word == "ephemeron":
            number = self.allocated(heap.ephemeron(self.named(words[1]), self.parse(words[2])), "weak")
            self.ephemerons.add(number)
            return "done #%d" % number
        if word == "remove":
            name, field = words[1].split(".")
            return "done " + self.show(heap.remove(self.named(name, "table"), field))
        if word == "upgrade":
            return "done " + self.show(heap.upgrade(self.named(words[1], "weak")))
        if word == "look":
            return self.look()
        if line == "collect":
            return "done " + self.show(heap.collect())
        if word in ("chain", "ring"):
            return "done " + self.show(self.chain(int(words[1]), word == "ring"))
        if line == "close":
            heap.close()
            return "done"
        if word == "begin" and len(words) == 1:
            self.begin()
            return "done"
        if not hasattr(heap, "other"):
            self.unread()
        return "done " + self.show(heap.other(line))

    def make(self, kind, words):
        heap = self.heap
        if kind == "table":
            return heap.table()
        if kind == "weak":
            return heap.weak(self.named(words[0]))
        if kind == "closure":
            return heap.closure(int(words[0]), [self.parse(word) for word in words[1:]])
        values = [self.parse(word) for word in words]
        if kind == "array":
            return heap.array(values)
        if kind == "box":
            return heap.box(values[0])
        if words[0][0] == "#":
            raise Refused("not-plain")
        return heap.scalar(values[0])

    def access(self, line):
        """`#1.x`, `#1[0]`, `#1{0}`, `*#1`, also with ` = VALUE` behind."""
        heap, matched = self.heap, _ACCESS.match(line)
        if not matched:
            self.unread()
        number, field, element, capture, written = matched.groups()
        if field is not None:
            thing = self.find(number, "table")
            if written is None:
                return "done " + self.show(heap.read_field(thing, field))
            heap.write_field(thing, field, self.parse(written))
            return "done"
        if number is not None and int(number) in self.ephemerons and not (element or capture or written):
            return "done " + self.show(heap.read_value(self.find(number)))
        kind, index = ("array", element) if element else ("closure", capture) if capture else ("box", 0)
        thing, index = self.find(number, kind), int(index)
        if kind != "box" and index >= heap.length(thing):
            raise Refused("index")
        if written is None:
            return "done " + self.show(heap.read_index(thing, index))
        heap.write_index(thing, index, self.parse(written))
        return "done"

    def swap(self, *words):
        """`swap #1[0] #2[3]`. Of two reasons to refuse it the one that stands first here counts."""
        places, refused = [], []
        for word in words:
            number, _, index, _, _ = _ACCESS.match(word).groups()
            try:
                array, index = self.find(number, "array"), int(index)
                if index >= self.heap.length(array):
                    raise Refused("index")
                places += [array, index]
            except Refused as why:
                refused.append(str(why))
        if refused:
            raise Refused(min(refused, key=("nil", "stale", "kind", "index").index))
        self.heap.swap(*places)
        return "done"

    def chain(self, length, ring):
        """As the single calls: each table is stored in the one before it, and dropped."""
        heap, first, last = self.heap, None, None
        if hasattr(heap, "room") and length > heap.room():
            raise Refused("capacity")
        for _ in range(length):
            thing = heap.table()
            self.allocated(thing, "table")
            if last is None:
                first = thing
            else:
                heap.write_field(last, "next", thing)
                heap.drop(thing)
            last = thing
        if ring and first is not None:
            heap.write_field(last, "next", first)
        return first

    def begin(self):
        self.forget()
        if hasattr(self.heap, "begin"):
            self.heap.begin()

    def look(self):
        heap, shown = self.heap, 0
        contents, counts, strong = self.has("look"), self.has("counts"), self.has("strong")
        for number, thing in sorted(self.things.items()):
            words = [str(number)]
            if contents:
                seen, kind = heap.look(thing), self.kinds[number]
                if seen is None:
                    continue  # nothing can be said of it
                words.append(kind)
                if kind == "table":
                    words += ["%s=%s" % (field, self.show(value)) for field, value in seen.items()]
                else:
                    words += [self.show(value) for value in seen]
            if counts:
                words.append("| %d %d %d" % tuple(heap.counts(thing)))
            elif strong:
                words.append("| %d" % heap.strong(thing))
            self.answers.append(" ".join(words))
            shown += 1
        return "end %d" % shown


_library = None
