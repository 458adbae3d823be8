"""Runs heap.lua in one of the Luas that lupa ships.

    python lupa_heap.py lua55 WAY WEAK DIALECT
"""

import importlib
import pathlib
import sys

here = pathlib.Path(__file__).parent
lua = importlib.import_module("lupa." + sys.argv[1]).LuaRuntime()
lua.globals().HERE = f"{here}/"
lua.globals().arg = lua.table(*sys.argv[2:])
lua.execute((here / "heap.lua").read_text())
