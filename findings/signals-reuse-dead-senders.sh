#!/usr/bin/env bash
# From PyPI blinker 1.9.0 (Flask's signals), PyDispatcher 2.0.7, Django 5.2.19 (module django.dispatch). On CPython 3.11 (any).
#
# Guess from the docs: a receiver that is connected for one sender is called when that sender sends, and no other. The sender is any
# object. Receivers are held weakly, and the death of a sender ends its connections; where a sender can't be referred to weakly (its
# class has `__slots__`, or it is a tuple or a list) it is either held or refused.
# What happens: all three file a connection under `id(sender)`. blinker and PyDispatcher notice the death of a sender by a weak
# reference; if none can be made they pass that over in silence. Django watches receivers only. So the connection stays, the address is
# given to the next object of that size, and the dead sender's receiver gets the messages of an object that nobody has connected: of a
# sender with `__slots__` in all three, of a plain one in Django too.
#
# For who writes a table by identity: an address, a slot, an index is no identity after a death; without a generation or a notice of the
# death, hold the object. For who tests one: let a key die, make another of the same size at once, ask the table for it; CPython's allocator
# gives the same address at the first try.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 400 "$tmp/v/bin/pip" -q --disable-pip-version-check install blinker==1.9.0 PyDispatcher==2.0.7 Django==5.2.19
cat > "$tmp/p.py" <<'X'
import blinker
from django.dispatch import Signal
from pydispatch import dispatcher

class Plain:
    def __init__(self, name):
        self.name = name

class Slots:
    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

# How a receiver is connected for a sender, and how a sender sends.
def by_blinker():
    signal = blinker.Signal()
    return lambda receiver, sender: signal.connect(receiver, sender=sender), lambda sender: signal.send(sender)

def by_dispatcher():
    return (lambda receiver, sender: dispatcher.connect(receiver, signal="changed", sender=sender),
            lambda sender: dispatcher.send("changed", sender=sender))

def by_django():
    signal = Signal()
    return lambda receiver, sender: signal.connect(receiver, sender=sender), lambda sender: signal.send(sender=sender)

ways = {"blinker": by_blinker, "PyDispatcher": by_dispatcher, "Django": by_django}
for way, make in ways.items():
    for kind in (Plain, Slots):
        connect, send = make()
        heard = []

        def receiver(sender, **_):
            heard.append(sender.name)

        first = kind("first")
        connect(receiver, first)
        send(first)
        del first
        others = [kind(f"other {number}") for number in range(3)]
        for other in others:
            send(other)
        print(f"{way}, {kind.__name__}: connected for the first, it hears {', '.join(heard)}")
X
"$tmp/v/bin/pip" --disable-pip-version-check list 2>/dev/null | grep -i -E '^(blinker|pydispatcher|django) ' | tr -s ' ' | paste -sd,
out=$(timeout 60 "$tmp/v/bin/python" "$tmp/p.py"); echo "$out"
want='blinker, Plain: connected for the first, it hears first
blinker, Slots: connected for the first, it hears first, other 0
PyDispatcher, Plain: connected for the first, it hears first
PyDispatcher, Slots: connected for the first, it hears first, other 0
Django, Plain: connected for the first, it hears first, other 0
Django, Slots: connected for the first, it hears first, other 0'
[ "$out" = "$want" ] || { echo "changed: other signals confuse a dead sender with a living one"; exit 1; }
