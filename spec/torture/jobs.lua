-- SPDX-License-Identifier: MIT
--- A program of the torture that runs itself several times at once, each time for a part of the cases. What a part
--- prints is read when all have ended.

local process = require "spec.support.process"

local jobs = {}

---Runs this program again, `count` times at once, with `--part I/COUNT` and these arguments.
---@param count integer
---@param arguments string[]
---@return string[] lines     of all of them
---@return boolean complete   each printed "end" as its last line
function jobs.run(count, arguments)
  local files, commands = {}, {}
  for i = 1, count do
    files[i] = os.tmpname()
    local words = { process.quote(arg[-1]), process.quote(arg[0]), "--part", ("%d/%d"):format(i, count) }
    for _, word in ipairs(arguments) do
      words[#words + 1] = process.quote(tostring(word))
    end
    commands[i] = ("%s >%s 2>&1 &"):format(table.concat(words, " "), process.quote(files[i]))
  end
  os.execute(table.concat(commands, "\n") .. "\nwait")
  local lines, complete = {}, true
  for _, name in ipairs(files) do
    local ended = false
    for line in io.lines(name) do
      ended = line == "end"
      lines[#lines + 1] = not ended and line or nil
    end
    complete = complete and ended
    os.remove(name)
  end
  return lines, complete
end

---The numbers from 1 to `total` that a part is to do, of a text such as "2/3".
---@param part string
---@param total integer
---@return integer[]
function jobs.share(part, total)
  local i, n = part:match "^(%d+)/(%d+)$"
  local list = {}
  for k = tonumber(i), total, tonumber(n) do
    list[#list + 1] = k
  end
  return list
end

---Options and words of a command line: `--name` for the flags, `--name value` for the others.
---@param arguments string[]
---@param flags table<string, boolean>
---@return table<string, string|true> options
---@return string[] words
function jobs.options(arguments, flags)
  local options, words, i = {}, {}, 1
  while arguments[i] do
    local name = arguments[i]:match "^%-%-([%w-]+)$"
    if name and flags[name] then
      options[name] = true
    elseif name then
      i = i + 1
      options[name] = arguments[i]
    else
      words[#words + 1] = arguments[i]
    end
    i = i + 1
  end
  return options, words
end

return jobs
