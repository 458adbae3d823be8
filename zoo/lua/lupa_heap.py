"""Runs heap.lua in one of the Luas that lupa ships.

    python lupa_heap.py lua55 WAY WEAK DIALECT
"""

import importlib
import pathlib
import sys

here = pathlib.Path(__file__).parent


def read():
    line = sys.stdin.buffer.readline()
    return line.removesuffix(b"\n") if line else None


lua = importlib.import_module("lupa." + sys.argv[1]).LuaRuntime()
lua.globals().HERE = f"{here}/"
# `io.read` takes a long line through a buffer, and Lua 5.5 collects behind that, though its collector is stopped.
lua.globals().READ = read
lua.globals().arg = lua.table(*sys.argv[2:])
lua.execute((here / "heap.lua").read_text())
