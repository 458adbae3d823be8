-- Lines from heapproof and lines to it, and how they are cut into words.

local lines = {}
io.stdout:setvbuf("full")
local unsent = false

-- What reads a line. A host may give another, as `lupa_heap.py` does.
local read = READ or function() return io.read("*l") end

function lines.hear()
    -- A read waits only where nothing has arrived, which can't be asked: so answers go out before each.
    if unsent then
        io.stdout:flush()
        unsent = false
    end
    return read()
end

-- Each is written as it is: `table.concat` makes a long string in a buffer, and Lua 5.5 collects behind that, though its collector is
-- stopped: findings/lua-long-strings-collect.sh.
function lines.say(line)
    io.stdout:write(line, "\n")
    unsent = true
end

function lines.say_words(words)
    for i = 1, #words - 1 do io.stdout:write(words[i], " ") end
    lines.say(words[#words])
end

-- Words. One that has a quote goes on to the next quote of the same sort that no `\` stands before.
function lines.cut(line)
    local words, at = {}, 1
    while at <= #line do
        local quote = line:match("^[\"']", at)
        local stop
        if quote then
            stop = at + 1
            while line:sub(stop, stop) ~= quote do
                stop = stop + (line:sub(stop, stop) == "\\" and 2 or 1)
            end
        else
            stop = (line:find(" ", at, true) or #line + 1) - 1
        end
        words[#words + 1] = line:sub(at, stop)
        at = stop + 2
    end
    return words
end

return lines
