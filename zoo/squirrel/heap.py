"""Runs heap.nut in the Squirrel that squirrel-lang ships, and reads and writes for it.

    python heap.py DIALECT
"""

import os
import pathlib
import re
import sys

import squirrel

WORD = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[^ ]+')
answers = []
commands = []  # that have arrived, the next one last
rest = b""  # of a command that is not complete


def hear():
    """The words of the next command."""
    global commands, rest
    while not commands:
        os.write(1, "".join(answers).encode())
        answers.clear()
        chunk = os.read(0, 1 << 16)
        if not chunk:
            os._exit(0)
        *lines, rest = (rest + chunk).split(b"\n")
        commands = lines[::-1]
    return "\x1f".join(WORD.findall(commands.pop().decode()))


def say(line):
    answers.append(line + "\n")


GREETING = """heapproof 1
name squirrel 3.2
operations Table Box Array Closure Scalar Weak Chain Ring ReadField ReadElement ReadCapture ReadBox WriteField WriteElement \
WriteCapture WriteBox Push Pop Remove Take Drop Upgrade Collect
observations refusals contents
dialect %s
begin anew
look harmless
ready"""

say(GREETING % sys.argv[1])
vm = squirrel.SQVM()
vm.bindfunc("hear", hear)
vm.bindfunc("say", say)
vm.execute((pathlib.Path(__file__).parent / "heap.nut").read_text())
