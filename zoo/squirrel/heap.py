"""Runs heap.nut in the Squirrel that squirrel-lang ships, and reads and writes for it.

    python heap.py DIALECT
"""

import pathlib
import re
import sys

import squirrel

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parent))
from lines import hear, say

WORD = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[^ ]+')


def words():
    """The words of the next command."""
    return "\x1f".join(WORD.findall(hear()))


GREETING = """heapproof 1
name squirrel 3.2
operations Table Box Array Closure Scalar Weak Chain Ring ReadField ReadElement ReadCapture ReadBox WriteField WriteElement \
WriteCapture WriteBox Push Pop Remove Clear Swap Take Drop Upgrade Collect
observations refusals contents
dialect %s
begin anew
look harmless
ready"""

say(GREETING % sys.argv[1])
vm = squirrel.SQVM()
vm.bindfunc("hear", words)
vm.bindfunc("say", say)
vm.execute((here / "heap.nut").read_text())
