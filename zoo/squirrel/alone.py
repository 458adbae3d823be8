"""Runs a program in the Squirrel that squirrel-lang ships.

    python alone.py FILE
"""

import pathlib
import sys

import squirrel

squirrel.SQVM().execute(pathlib.Path(sys.argv[1]).read_text())
