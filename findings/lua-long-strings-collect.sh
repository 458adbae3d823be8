#!/usr/bin/env bash
# Lua 5.5.1, as lupa 2.8 from PyPI ships it, beside Lua 5.4.
#
# Guess from the docs: `collectgarbage("stop")` "stops automatic execution of the garbage collector. The collector will run only when
# explicitly invoked, until a call to restart it." So nothing dies and no finalizer runs, whatever strings a program makes.
# What happens: a string over 1024 bytes (the buffer of the auxiliary library) that `string.rep`, `table.concat`, `gsub`, `format` or
# `file:read` makes is followed by a step of the collector, also while that is stopped and `isrunning` says false. After some such strings
# a whole collection is done: weak tables lose entries, and finalizers are called. A concatenation by `..` makes as long a string, and
# collects nothing; nor does `string.rep` of 1024 bytes, nor any of these in Lua 5.4. By the source it is `luaL_pushresult` that calls
# `lua_gc` for a step, as one calls it explicitly; so it concerns every C library that makes strings in buffers.
#
# For who stops the collector of Lua 5.5 to keep finalizers away from a part of a program: that holds for short strings only. For who
# measures or tests a heap with its collector stopped: messages that are put together by `table.concat` collect. Write the pieces each for
# itself, or by `..`, and read long lines otherwise. For who writes a heap: what asks for a step on its own has to ask first whether it may.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
"$tmp/v/bin/pip" -q --disable-pip-version-check install lupa==2.8
cat > "$tmp/p.lua" <<'X'
local half = ("x"):rep(1000)
local file = io.open(PATH)
local ways = {
  { "string.rep, 1024 bytes", function() return ("x"):rep(1024) end },
  { "string.rep, 1025 bytes", function() return ("x"):rep(1025) end },
  { "table.concat", function() return table.concat({ half, half }) end },
  { "gsub", function() return (half:gsub("x", "yy")) end },
  { "format", function() return ("%s%s"):format(half, half) end },
  { "file:read", function() file:seek("set") return file:read() end },
  { "..", function(i) return half .. i .. half end },
}

-- Whether an object that nothing refers to dies while the collector is stopped, and its finalizer is called.
local function try(make)
  local finalized = 0
  collectgarbage()
  collectgarbage("stop")
  local weak = setmetatable({ {} }, { __mode = "v" })
  setmetatable({}, { __gc = function() finalized = finalized + 1 end })
  for i = 1, 10000 do make(i) end
  local running = collectgarbage("isrunning")
  local entry = weak[1] and "is there" or "is gone"
  local before = finalized
  collectgarbage("restart")
  return ("running %s, the entry %s, finalizers called: %d"):format(running, entry, before)
end

for _, way in ipairs(ways) do print("  " .. way[1] .. ": " .. try(way[2])) end
X
cat > "$tmp/p.py" <<'X'
import importlib, pathlib, sys
lua = importlib.import_module("lupa." + sys.argv[1]).LuaRuntime()
lua.globals().print = lambda line: print(line)
line = pathlib.Path(sys.argv[2] + ".line")
line.write_text("x" * 2000 + "\n")
lua.globals().PATH = str(line)
print("Lua %d.%d" % lua.lua_version)
lua.execute(pathlib.Path(sys.argv[2]).read_text())
X
"$tmp/v/bin/python" -c 'from importlib.metadata import version; print("lupa", version("lupa"))'
got=$(for lua in lua54 lua55; do timeout 60 "$tmp/v/bin/python" "$tmp/p.py" $lua "$tmp/p.lua"; done)
echo "$got"
want='Lua 5.4
  string.rep, 1024 bytes: running false, the entry is there, finalizers called: 0
  string.rep, 1025 bytes: running false, the entry is there, finalizers called: 0
  table.concat: running false, the entry is there, finalizers called: 0
  gsub: running false, the entry is there, finalizers called: 0
  format: running false, the entry is there, finalizers called: 0
  file:read: running false, the entry is there, finalizers called: 0
  ..: running false, the entry is there, finalizers called: 0
Lua 5.5
  string.rep, 1024 bytes: running false, the entry is there, finalizers called: 0
  string.rep, 1025 bytes: running false, the entry is gone, finalizers called: 1
  table.concat: running false, the entry is gone, finalizers called: 1
  gsub: running false, the entry is gone, finalizers called: 1
  format: running false, the entry is gone, finalizers called: 1
  file:read: running false, the entry is gone, finalizers called: 1
  ..: running false, the entry is there, finalizers called: 0'
[ "$got" = "$want" ] || { echo "changed: Lua 5.5 collects at other strings now"; exit 1; }
