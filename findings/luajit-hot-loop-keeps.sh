#!/usr/bin/env bash
# LuaJIT 2.1 (2.1.1774896198), as lupa 2.8 from PyPI ships it.
#
# Guess from the docs: the compiler changes how fast a program is, not what it does. What no variable, table or function refers to any more
# dies in a full collection, whether the loop that used it was compiled or not.
# What happens: a loop that gets hot is compiled for the very closure that it called, and the machine code (attached to the prototype of the
# function, so as long-lived as the program's text) holds that closure, and all that its upvalues refer to, for good. A function that makes a
# node and a closure, and calls the closure once, leaves nothing; called a thousand times it leaves closure, node and child alive after any
# number of full collections, weak tables keep their entries, and `__gc` of a userdata there is not called. Only `jit.flush()` lets them go.
# The same holds for a method that is stored in a table. A loop that uses the table alone leaves nothing.
#
# For who writes a heap with a compiler: what compiled code names is a root; hold it weakly, and drop the code with it. For who tests weak
# tables or finalizers by random programs: with more operations in a loop fewer objects die. Run with the compiler off, or flush before each
# look. For who minimises such a failure: fewer rounds make it go away, as if the number of operations mattered.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
"$tmp/v/bin/pip" -q --disable-pip-version-check install lupa==2.8
cat > "$tmp/p.lua" <<'X'
local weak = setmetatable({}, { __mode = "k" })
local finalized = 0

local function alive()
  for _ = 1, 5 do collectgarbage() end
  local names = {}
  for _, name in pairs(weak) do names[#names + 1] = name end
  table.sort(names)
  return #names == 0 and "nothing" or table.concat(names, ", ")
end

local function closure(times)
  local node = { x = 1, child = {} }
  local function read() return node.x end
  weak[node], weak[node.child], weak[read] = "node", "child", "closure"
  for _ = 1, times do read() end
end

local function method(times)
  local node = { x = 1, read = function(self) return self.x end }
  weak[node], weak[node.read] = "node", "method"
  for _ = 1, times do node:read() end
end

local function plain(times)
  local node, sum = { x = 1 }, 0
  weak[node] = "node"
  for _ = 1, times do sum = sum + node.x end
end

local function finalizer(times)
  local node = newproxy(true)
  getmetatable(node).__gc = function() finalized = finalized + 1 end
  local function read() return node and 1 end
  for _ = 1, times do read() end
end

for _, times in ipairs { 1, 1000 } do
  for _, way in ipairs { { "closure", closure }, { "method", method }, { "plain table", plain } } do
    way[2](times)
    print(way[1] .. ", called " .. times .. " times, lives: " .. alive())
    jit.flush()
    print("  flushed, lives: " .. alive())
  end
  finalizer(times)
  alive()
  local before = finalized
  jit.flush()
  alive()
  print("userdata, called " .. times .. " times: finalized " .. before .. ", flushed " .. finalized)
  finalized = 0
end
X
cat > "$tmp/p.py" <<'X'
import pathlib, sys
from lupa import luajit21
lua = luajit21.LuaRuntime()
lua.globals().print = lambda line: print(line)
lua.execute(f"jit.{sys.argv[1]}()")
lua.execute(pathlib.Path(sys.argv[2]).read_text())
X
"$tmp/v/bin/python" -c 'from importlib.metadata import version; from lupa import luajit21; print("lupa", version("lupa"), luajit21.LuaRuntime().eval("jit.version"))'
on=$(timeout 60 "$tmp/v/bin/python" "$tmp/p.py" on "$tmp/p.lua"); off=$(timeout 60 "$tmp/v/bin/python" "$tmp/p.py" off "$tmp/p.lua")
printf 'compiler on\n%s\ncompiler off\n%s\n' "$on" "$off"
want_off='closure, called 1 times, lives: nothing
  flushed, lives: nothing
method, called 1 times, lives: nothing
  flushed, lives: nothing
plain table, called 1 times, lives: nothing
  flushed, lives: nothing
userdata, called 1 times: finalized 1, flushed 1
closure, called 1000 times, lives: nothing
  flushed, lives: nothing
method, called 1000 times, lives: nothing
  flushed, lives: nothing
plain table, called 1000 times, lives: nothing
  flushed, lives: nothing
userdata, called 1000 times: finalized 1, flushed 1'
want_on=$(sed -e 's/^closure, called 1000 times, lives: nothing/closure, called 1000 times, lives: child, closure, node/' \
    -e 's/^method, called 1000 times, lives: nothing/method, called 1000 times, lives: method/' \
    -e 's/^userdata, called 1000 times: finalized 1/userdata, called 1000 times: finalized 0/' <<<"$want_off")
[ "$off" = "$want_off" ] && [ "$on" = "$want_on" ] || { echo "changed: compiled code holds other objects now"; exit 1; }
