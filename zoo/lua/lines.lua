-- Lines from heapproof and lines to it, and how they are cut into words.

local lines = {}
local answers = {}

function lines.hear()
    -- `io.read` waits only where nothing has arrived, which can't be asked: so answers go out before each.
    if #answers > 0 then
        io.stdout:write(table.concat(answers))
        io.stdout:flush()
        answers = {}
    end
    return io.read("*l")
end

function lines.say(line)
    answers[#answers + 1] = line .. "\n"
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
