-- A Lua's own heap, held to the contract: tables and closures, found garbage by tracing.
--
--     heapproof check --subject 'exec:lua5.4 heap.lua WAY WEAK DIALECT'
--
-- WAY is how it collects:
--
--     full           whole collections, when asked
--     steps          also a small step of the incremental collector behind each command
--     generational   also a young collection behind each command
--     jobs           whole collections, and user code: a finalizer of a sentinel that only its object holds, so the object is dead
--
-- WEAK is `keys` or `values`, by which a weak object holds its target. DIALECT is what this Lua answers otherwise than the contract.
--
-- Each object under proof is one object of Lua. A table, box, array or scalar is a table, a closure is a function over its captures,
-- and a weak object a weak table; with weak keys an ephemeron is one, too. What there is to know of them stands in `facts`, a table with weak keys that refers to none of them:
-- Lua takes an entry out when the object dies, so that is the census. Plain values do not concern a heap, and stay the words that came.

local folder = arg and arg[0] and arg[0]:match("^(.*/)") or HERE or ""
package.path = folder .. "?.lua;" .. package.path
local lines = require("lines")
local hear, say, say_words, cut = lines.hear, lines.say, lines.say_words, lines.cut
local WAY, WEAK, DIALECT = arg[1], arg[2], arg[3]

local weakly = WEAK == "keys" and { __mode = "k" } or { __mode = "v" }
local facts, places, held, living, count, marked, told, emptying

local function begin()
    facts = setmetatable({}, { __mode = "k" })
    places = setmetatable({}, { __mode = "v" }) -- by number
    held = {}    -- by number, the references of the mutator: {object, how many}
    living = {}  -- by number, whether it has not died; what has code says when that was set
    count = 0    -- of objects
    marked = 0   -- of objects that have code
    told = true  -- whether the census of the last collection is taken
    emptying = true
    collectgarbage()
    collectgarbage()
    collectgarbage("stop")
    emptying = false
end

-- Finding objects. What is refused comes as an error whose message is a table.

local function refuse(why) error({ why = why }, 0) end

local function find(word, kind)
    if word == "nil" then refuse("nil") end
    local number = tonumber(word:sub(2))
    local object = places[number]
    if object == nil then refuse("stale") end
    if kind and facts[object].kind ~= kind then refuse("kind") end
    return object
end

local function parse(word)
    if word:sub(1, 1) ~= "#" then return word end
    local object = places[tonumber(word:sub(2))]
    if object == nil then refuse("stale-value") end
    return object
end

local function show(value)
    return type(value) == "string" and value or "#" .. facts[value].number
end

-- A text is a plain value, so an object under proof is never a string.
local function is_reference(value) return type(value) ~= "string" end

local function take(object)
    local number = facts[object].number
    local one = held[number] or { object, 0 }
    one[2] = one[2] + 1
    held[number] = one
end

local function target(weak)
    if WEAK == "keys" then return (next(weak)) end
    return weak[1]
end

-- Commands.

local function enter(kind, object, more)
    local fact = more or {}
    fact.kind, fact.number = kind, count
    facts[object] = fact
    places[count] = object
    living[count] = 0
    count = count + 1
    take(object)
    return show(object)
end

local function closure(captures)
    return function(index, new)
        if new == nil then return captures[index] end
        captures[index] = new
    end
end

local make = {}

function make.table() return enter("table", {}, { fields = {} }) end

function make.array(words)
    local object = {}
    for i = 2, #words do object[i - 1] = parse(words[i]) end
    return enter("array", object)
end

function make.closure(words)
    local captures = {}
    for i = 3, #words do captures[i - 2] = parse(words[i]) end
    return enter("closure", closure(captures), { code = words[2], length = #captures })
end

function make.box(words) return enter("box", { parse(words[2]) }) end

function make.scalar(words)
    if is_reference(parse(words[2])) then refuse("not-plain") end
    return enter("scalar", { words[2] })
end

function make.weak(words)
    local object = setmetatable({}, weakly)
    local aim = find(words[2])
    object[WEAK == "keys" and aim or 1] = WEAK == "keys" and true or aim
    return enter("weak", object)
end

-- A table with a weak key has a value for it.
function make.ephemeron(words)
    local aim = find(words[2])
    local object = setmetatable({}, weakly)
    object[aim] = parse(words[3])
    return enter("weak", object, { ephemeron = true })
end

-- A chain or a ring of tables. The mutator holds the first only.
local function row(length, closed)
    if length == 0 then return "nil" end
    local first, last
    for _ = 1, length do
        make.table()
        local object = places[count - 1]
        if last then
            last.next, facts[last].fields[1] = object, "next"
            held[count - 1] = nil
        end
        first, last = first or object, object
    end
    if closed then last.next, facts[last].fields[1] = first, "next" end
    return show(first)
end

function make.chain(words) return row(tonumber(words[2]), false) end
function make.ring(words) return row(tonumber(words[2]), true) end

-- Of `#1.x`, `#1[0]`, `#1{0}` and `*#1`: a function that reads, and one that writes.
local function place(word)
    if word:sub(1, 1) == "*" then
        local object = find(word:sub(2))
        if facts[object].ephemeron then
            return function() return select(2, next(object)) or "nil" end
        end
        object = find(word:sub(2), "box")
        return function() return object[1] end, function(value) object[1] = value end
    end
    local name, sign, key = word:match("^(#?%w+)([.%[{])([%w_]+)")
    if sign == "." then
        local object = find(name, "table")
        return function() return object[key] or "nil" end, function(value)
            if object[key] == nil then table.insert(facts[object].fields, key) end
            object[key] = value
        end
    end
    local object = find(name, sign == "[" and "array" or "closure")
    local index = tonumber(key) + 1
    if sign == "{" then
        if index > facts[object].length then refuse("index") end
        return function() return object(index) end, function(value) object(index, value) end
    end
    if index > #object then refuse("index") end
    return function() return object[index] end, function(value) object[index] = value end
end

local function given(value)
    if is_reference(value) then take(value) end
    return show(value)
end

function make.push(words)
    local array = find(words[2], "array")
    array[#array + 1] = parse(words[3])
end

function make.pop(words)
    local array = find(words[2], "array")
    if #array == 0 then refuse("index") end
    return given(table.remove(array))
end

function make.remove(words)
    local name, field = words[2]:match("^(#?%w+)%.([%w_]+)$")
    local object = find(name, "table")
    local value, fields = object[field], facts[object].fields
    if value == nil then refuse("field") end
    object[field] = nil
    for at, one in ipairs(fields) do
        if one == field then table.remove(fields, at) break end
    end
    return given(value)
end

-- Lua has no function for it; the manual has this loop.
function make.clear(words)
    local object = find(words[2])
    local kind = facts[object].kind
    if kind ~= "table" and kind ~= "array" then refuse("kind") end
    for key in pairs(object) do object[key] = nil end
    if kind == "table" then facts[object].fields = {} end
end

-- Of `#1[0]`: the array and where the element stands.
local function element(word)
    local name, index = word:match("^(#?%w+)%[(%d+)%]$")
    local array = find(name, "array")
    if tonumber(index) >= #array then refuse("index") end
    return array, tonumber(index) + 1
end

local RANK = { ["nil"] = 1, stale = 2, kind = 3, index = 4 }

function make.swap(words)
    local is_one, one, i = pcall(element, words[2])
    local is_other, other, j = pcall(element, words[3])
    if not is_one and (is_other or RANK[one.why] <= RANK[other.why]) then error(one, 0) end
    if not is_other then error(other, 0) end
    one[i], other[j] = other[j], one[i]
end

function make.take(words)
    if words[2] ~= "nil" then take(find(words[2])) end
end

function make.drop(words)
    if words[2] == "nil" then return end
    local number = facts[find(words[2])].number
    local one = held[number]
    if not one then refuse("not-held") end
    one[2] = one[2] - 1
    if one[2] == 0 then held[number] = nil end
end

function make.upgrade(words)
    local aim = target(find(words[2], "weak"))
    return aim and given(aim) or "nil"
end

-- Tells who has died since the last census. Code runs in the opposite order of arming, after the deaths: so they come in that order.
local function census()
    local alive, dead = {}, {}
    for _, fact in pairs(facts) do alive[fact.number] = true end
    for number, armed in pairs(living) do
        if not alive[number] then dead[#dead + 1] = { number, armed } end
    end
    table.sort(dead, function(a, b)
        if a[2] ~= b[2] then return a[2] > b[2] end
        return a[1] < b[1]
    end)
    for i, one in ipairs(dead) do
        dead[i] = one[1]
        living[one[1]] = nil
    end
    for _, number in ipairs(dead) do say("died " .. number) end
end

local converse

local function run_code(sentinel)
    if emptying then return end
    if not told then
        told = true
        census()
    end
    say("began " .. sentinel.number)
    if converse() == "panic" then error("panic", 0) end
end

function make.on(words)
    local object = find(words[2])
    local fact = facts[object]
    if not fact.sentinel then
        marked = marked + 1
        living[fact.number] = marked
        fact.sentinel = setmetatable({ number = fact.number }, { __gc = run_code })
    end
end

function make.collect()
    local outer = told
    told = false
    collectgarbage()
    collectgarbage("stop") -- in Lua 5.1 a collection sets it going again
    if not told then census() end
    told = outer
end

-- What else the collector does, behind each command.
local pace = WAY == "generational" and 1 or 0

local function step()
    if pace == 0 then return end
    for _ = 1, pace do collectgarbage("step", 0) end
    collectgarbage("stop")
    census()
end

-- The steps are the smallest that this Lua has, and as many that a collection is spread over a dozen commands.
local function set_pace()
    pcall(collectgarbage, "incremental", 100, 100, 1)
    if not pcall(collectgarbage, "setstepmul", 1) then collectgarbage("param", "stepsize", 16) end
    local steps = 1
    collectgarbage()
    while not collectgarbage("step", 0) do steps = steps + 1 end
    pace = math.ceil(steps / 12)
end

-- The conversation.

local function look_at(number, object)
    local fact = facts[object]
    local words = { tostring(number), fact.kind }
    if fact.kind == "table" then
        for _, field in ipairs(fact.fields) do words[#words + 1] = field .. "=" .. show(object[field]) end
    elseif fact.kind == "weak" then
        local aim = target(object)
        words[3] = aim and show(aim) or "nil"
        if fact.ephemeron then words[4] = aim and show(object[aim]) or "nil" end
    elseif fact.kind == "closure" then
        words[3] = fact.code
        for i = 1, fact.length do words[#words + 1] = show(object(i)) end
    else
        for _, value in ipairs(object) do words[#words + 1] = show(value) end
    end
    say_words(words)
end

local function look()
    local shown = 0
    for number = 0, count - 1 do
        if places[number] ~= nil then
            look_at(number, places[number])
            shown = shown + 1
        end
    end
    say("end " .. shown)
end

local function carry_out(line)
    local words = cut(line)
    local act = make[words[1]]
    if act then return act(words) or "nil" end
    local read, write = place(words[1])
    if not words[2] then return show(read()) end
    if not write then refuse("kind") end
    write(parse(words[3]))
    return "nil"
end

-- Carries out a line; nothing of it stays on the stack, where a collection would find it.
local function answer(line)
    local done, result = pcall(carry_out, line)
    if done then return "done " .. result end
    if type(result) ~= "table" then
        io.stderr:write(tostring(result), " at `", line, "`\n")
        os.exit(2)
    end
    return "refused " .. result.why
end

-- Answers commands up to the end of the code that runs, and says how it ends.
function converse()
    while true do
        local line = hear()
        if not line then os.exit(0, false) end
        if line == "return" or line == "panic" then return line end
        if line == "look" then look()
        elseif line == "begin" then begin() say("done")
        elseif line == "close" then
            told = true -- no collection tells who has died
            os.exit(0, true)
        else
            local result = answer(line)
            step()
            say(result)
        end
    end
end

-- Compiled code of LuaJIT keeps the closures that a hot loop called, and what they hold: findings/luajit-hot-loop-keeps.sh.
if jit then jit.off() end
begin()
if WAY == "generational" then collectgarbage("generational") end
if WAY == "steps" then set_pace() end
say("heapproof 1\nname " .. ((jit and jit.version or _VERSION):gsub(" ", "-")) .. " " .. WAY .. "-" .. WEAK)
say("operations Table Box Array Closure Scalar Weak Chain Ring ReadField ReadElement ReadCapture ReadBox WriteField WriteElement " ..
    "WriteCapture WriteBox Push Pop Remove Clear Swap Take Drop Upgrade Collect" .. (WAY == "jobs" and " On Panic" or "") ..
    (WAY == "full" and WEAK == "keys" and " Ephemeron" or ""))
say("observations refusals contents" .. (WAY == "jobs" and " journal" or "") ..
    (DIALECT:find("at-end", 1, true) and " closing" or ""))
say("dialect " .. DIALECT)
say("begin anew\nlook harmless\nready")
converse()
