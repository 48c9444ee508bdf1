-- SPDX-License-Identifier: MIT
--- `klaviyo schedule FILE...` is killed at each of its writes, and run again, while the service may still be at work on
--- what was sent before the kill. For `make torture`, or
---
---   lua spec/torture/send_kills.lua [--jobs N] [--verbose] [PART OF A NAME]
---
--- Ends with 1 unless every message is scheduled once, at the time of its file, whatever the kill left behind.
--- (spec/cli/send_all_spec.lua is its short form.)

local jobs = require "spec.torture.jobs"
local send_files = require "spec.support.send_files"
local socket = require "socket"

local MOMENTS = {
  { name = "before it is processed", fault = { cut = "before", late = 120 } },
  { name = "processed, not yet answered", fault = { late = 120 } },
  { name = "processed 2 s after the kill", fault = { cut = "before", late = 120, process_after = 2 }, seconds = 2 },
  { name = "processed 6 s after the kill", fault = { cut = "before", late = 120, process_after = 6 }, seconds = 6 },
  { name = "right behind the answer", fault = { late = 0 }, may_have_ended = true },
}

-- The writes: four messages are scheduled; or all four are moved, a revert and a schedule each.
local WRITES = {}
for nth = 1, 4 do
  WRITES[#WRITES + 1] = { name = "a new week", method = "POST", nth = nth }
  WRITES[#WRITES + 1] = { name = "a week an hour later", method = "POST", nth = nth, moves = true }
  WRITES[#WRITES + 1] = { name = "a week an hour later", method = "PATCH", nth = nth, moves = true }
end

local NEW = { Blast = "14:00", Text = "16:00", Push = "15:00", Last = "15:00" }
local LATER = { Blast = "15:00", Text = "17:00", Push = "16:00", Last = "16:00" }

local cases = {}
for _, dialect in ipairs { "guide", "openapi" } do
  for _, write in ipairs(WRITES) do
    for _, when in ipairs(MOMENTS) do
      cases[#cases + 1] = { dialect = dialect, write = write, when = when }
    end
  end
end

local function describe(case)
  return ("%s, killed at its %s %d, %s; %s"):format(case.write.name, case.write.method, case.write.nth,
    case.when.name, case.dialect)
end

-- Moves all sends of the files by an hour.
local function move(world)
  for _, name in ipairs { "friday", "monday" } do
    world:change(name, "(T)(%d%d)(:00\")", function(before, hour, behind)
      return ("%s%02d%s"):format(before, tonumber(hour) + 1, behind)
    end)
  end
end

-- What is wrong in the end; nil if nothing is.
local function complaint(world, last, wanted)
  if last.code ~= 0 or not last.out:find("Nothing to do: 4 as they were", 1, true) then
    return ("the last run ended with %d: %s"):format(last.code, last.err)
  end
  for name, message in pairs(world:messages()) do
    local info = message.scheduling
    local hour = type(info) == "table" and tostring(info.send_time):sub(12, 16)
    if message.status ~= "SCHEDULED" or hour ~= wanted[name] then
      return ("%s is %s, for %s"):format(name, message.status, tostring(hour))
    end
  end
end

local function run(case)
  local world = send_files.start(case.dialect)
  world:apply()
  if case.write.moves then
    assert(world:schedule().code == 0)
    move(world)
  end
  world:stop_at(case.write, { fault = case.when.fault, may_have_ended = case.when.may_have_ended })
  local killed, tries = socket.gettime(), 0
  repeat
    local result = world:schedule()
    tries = tries + 1
  until tries == 3 or result.code == 0 and result.out:find("Nothing to do", 1, true)
  -- whatever was under way has been processed, and changed nothing any more
  socket.sleep(math.max(0, killed + (case.when.seconds or 0) + 1 - socket.gettime()))
  local wrong = complaint(world, world:schedule(), case.write.moves and LATER or NEW)
  world:stop()
  return wrong
end

local options, words = jobs.options(arg, { verbose = true, short = true })

if options.part then
  io.stdout:setvbuf "line"
  for _, k in ipairs(jobs.share(options.part, #cases)) do
    if not words[1] or describe(cases[k]):find(words[1], 1, true) then
      local ran, wrong = pcall(run, cases[k])
      print(("case\t%d\t%s"):format(k, tostring(wrong or ran and "" or "failed"):gsub("%s+", " ")))
    end
  end
  print "end"
  return
end

local began = socket.gettime()
local lines, complete = jobs.run(tonumber(options.jobs) or 12, { words[1] })
local passed, failed = 0, complete and 0 or 1
for _, line in ipairs(lines) do
  local k, wrong = line:match "^case\t(%d+)\t(.*)$"
  if k and wrong == "" then
    passed = passed + 1
  elseif line ~= "Killed" then -- which a shell says of what was killed
    failed = failed + 1
    print(k and describe(cases[tonumber(k)]) .. ": " .. wrong or line)
  end
end
print(("kills of klaviyo schedule FILE..., in %.0f s: %d passed, %d failed"):format(socket.gettime() - began, passed,
  failed))
os.exit(failed == 0 and 0 or 1)
