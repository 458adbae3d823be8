#!/usr/bin/env bash
# CPython 3.11 (Debian 12's python3, 3.11.2).
#
# Guess from the docs: `locals()` makes a dictionary that shows the variables of a function; who throws it away has changed nothing. `dir()`,
# `vars()` and `eval(text)` only look. After `del node` the object that only this variable held is dead.
# What happens: the frame keeps the dictionary, and brings it up to date only at the next such look. So one look at any time before makes
# each object that a variable held then live on, though the variable is deleted or has another value, until the function returns or looks
# again. It need not be a call of `locals()`: `dir()` and `vars()` without an argument, `eval` and `exec` of a text (they take the variables
# as their default), a debugger's or a tracer's `frame.f_locals` of a caller do the same, in another function and another module. `eval` with
# a dictionary of its own does not. A second look, which one adds to see why the object lives, frees it.
#
# For who writes a heap with a debugger: a snapshot of variables must not own what it shows, or must go when it was shown. For who tests one,
# weak references or finalizers from Python: no `locals()` in a log line, and no conditional breakpoint, above a look at what is dead.
set -euo pipefail
py=/usr/bin/python3
have=$("$py" -c 'import platform; print(platform.python_implementation(), platform.python_version())' 2>/dev/null || echo none)
[ "$have" = "CPython 3.11.2" ] || { echo "skipped: wants CPython 3.11.2 as $py, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import gc, sys, weakref

class Node:
    pass

def lives(seen):
    gc.collect()
    return "lives" if seen() is not None else "dead"

def tool():
    sys._getframe(1).f_locals

def nothing():
    node = Node(); seen = weakref.ref(node)
    del node
    return lives(seen)

def look_at_locals():
    node = Node(); seen = weakref.ref(node)
    locals()
    del node
    return lives(seen)

def look_and_overwrite():
    node = Node(); seen = weakref.ref(node)
    locals()
    node = None
    return lives(seen)

def format_a_line():
    node = Node(); seen = weakref.ref(node)
    "{seen}".format(**locals())
    del node
    return lives(seen)

def look_by_dir():
    node = Node(); seen = weakref.ref(node)
    dir()
    del node
    return lives(seen)

def look_by_eval():
    node = Node(); seen = weakref.ref(node)
    eval("1 + 1")
    del node
    return lives(seen)

def look_by_eval_elsewhere():
    node = Node(); seen = weakref.ref(node)
    eval("1 + 1", {})
    del node
    return lives(seen)

def look_by_a_tool():
    node = Node(); seen = weakref.ref(node)
    tool()
    del node
    return lives(seen)

def look_twice():
    node = Node(); seen = weakref.ref(node)
    locals()
    del node
    first = lives(seen)
    locals()
    return f"{first}, after a second look {lives(seen)}"

for way in (nothing, look_at_locals, look_and_overwrite, format_a_line, look_by_dir, look_by_eval, look_by_eval_elsewhere, look_by_a_tool, look_twice):
    print(f"{way.__name__}: {way()}")
X
echo "$have"
out=$(timeout 60 "$py" -I "$tmp/p.py"); echo "$out"
want='nothing: dead
look_at_locals: lives
look_and_overwrite: lives
format_a_line: lives
look_by_dir: lives
look_by_eval: lives
look_by_eval_elsewhere: dead
look_by_a_tool: lives
look_twice: lives, after a second look dead'
[ "$out" = "$want" ] || { echo "changed: other looks at variables hold what they saw"; exit 1; }
