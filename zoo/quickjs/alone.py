"""Runs a program in the QuickJS-ng that the package quickjs-ng ships, with the functions `gc` and `print`.

    python alone.py FILE
"""

import pathlib
import sys

import quickjs

context = quickjs.Context()
context.add_callable("gc", lambda: context.gc())
context.add_callable("print", print)
context.eval(pathlib.Path(sys.argv[1]).read_text())
while context.execute_pending_job():
    pass
