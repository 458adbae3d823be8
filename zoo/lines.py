"""Lines from heapproof, and lines to it, for heaps in Python. Where CPython runs in wasm, pyodide.mjs reads and writes."""

import os
import sys

answers = []
commands = []  # that have arrived, the next one last
rest = b""  # of a command that is not complete


def hear():
    """The next command."""
    global commands, rest
    while not commands:
        send()
        chunk = os.read(0, 1 << 16)
        if not chunk:
            os._exit(0)
        *lines, rest = (rest + chunk).split(b"\n")
        commands = lines[::-1]
    return commands.pop().decode()


def say(line):
    answers.append(line + "\n")


def send():
    """What was said goes out."""
    if answers:
        os.write(1, "".join(answers).encode())
        answers.clear()


if sys.platform == "emscripten":
    from bridge import hear, say

    def send():
        """The bridge does, before it waits."""
