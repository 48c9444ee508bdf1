-- SPDX-License-Identifier: MIT
--- `klaviyo apply` is killed at each of its writes, and run again, while the service may still be at work on what was
--- sent before the kill and its lists lag. For `make torture`, or
---
---   lua spec/torture/kills.lua [--kills N] [--seed N] [--jobs N] [--verbose] [PART OF A NAME]
---
--- Ends with 1 unless nothing is there twice and nothing of other people was changed.

local cli = require "spec.support.cli"
local jobs = require "spec.torture.jobs"
local pairwise = require "spec.torture.pairwise"
local process = require "spec.support.process"
local wire = require "spec.support.wire"

local BASE = [[
local sale = campaign "Sale"
  :description "Base"
  :timezone "America/New_York"
sale:audience("VIP", { included = { "LIST_1" } })
  :email { name = "Blast", subject = "It starts now" }
sale:audience("Everyone", { included = { "LIST_2" } })
  :sms { name = "Text", body = "The sale is on" }
return sale
]]

local CHANGED = [[
local sale = campaign "Sale"
  :description "Changed"
  :timezone "America/New_York"
sale:audience("VIP", { included = { "LIST_1", "LIST_3" } })
  :email { name = "Blast", subject = "Last call" }
  :email { name = "Reminder", subject = "Only today" }
sale:audience("Everyone", { included = { "LIST_2" } })
  :sms { name = "Text", body = "The sale is on" }
sale:audience("Staff", { included = { "LIST_4" } })
  :email { name = "Preview", subject = "For you" }
  :sms { name = "Short", body = "For you" }
return sale
]]

-- What happens to the write at which it is killed. `seconds`: until the service has executed it.
local MOMENTS = {
  { name = "before it is processed", fault = { cut = "before", late = 120 } },
  { name = "processed, not yet answered", fault = { late = 120 } },
  { name = "processed 2 s after the kill", fault = { cut = "before", late = 120, process_after = 2 }, seconds = 2 },
  { name = "processed 6 s after the kill", fault = { cut = "before", late = 120, process_after = 6 }, seconds = 6 },
  { name = "right behind the answer" },
  { name = "at any moment", any = true },
}

local SCENARIOS = {
  { name = "a new campaign", file = BASE },
  { name = "changes", before = BASE, file = CHANGED },
}

local COMPANY = {
  { name = "alone" },
  { name = "a twin with other content", twin = "other" },
  { name = "a colleague's campaign of the same name", colleague = true },
}

local LAGS = { 0, 3 }

-- The account -------------------------------------------------------------------------------------------------------

local function start(dialect)
  local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
  local user = cli.new(sandbox)
  user:write("config", ('[default]\nbase_url = "%s"\nkey_env = KEY\nrevision = "%s"\ndialect = "%s"\n'):format(
    sandbox.url, wire.revisions[dialect], dialect))
  return { sandbox = sandbox, user = user, probe = wire.client(sandbox, dialect), dialect = dialect }
end

local function close(world)
  world.probe:close()
  world.user:close()
  world.sandbox:stop()
end

local function apply(world)
  return world.user:run("apply " .. world.user:path "sale.lua" .. " --yes")
end

local COLLECTIONS = { ["campaign"] = "campaigns", ["campaign-audience"] = "campaign-audiences",
  ["campaign-message"] = "campaign-messages", ["campaign-variation"] = "campaign-variations" }
local CHILDREN = { ["campaign"] = "campaign-audiences", ["campaign-audience"] = "campaign-messages",
  ["campaign-message"] = "campaign-variations" }

-- A resource with all below it as one text, without what the service changes by itself.
local function picture(world, kind, id)
  local answer = assert(world.probe:get("/api/" .. COLLECTIONS[kind] .. "/" .. id))
  if answer.status ~= 200 then
    return kind .. " " .. answer.status
  end
  local text = answer.body:gsub('"updated[_at]*":"[^"]*"', "")
  local children = CHILDREN[kind] and answer.json.data.relationships[CHILDREN[kind]]
  local parts = { text }
  for _, child in ipairs(children and children.data or {}) do
    parts[#parts + 1] = picture(world, child.type, child.id)
  end
  return table.concat(parts, "\n")
end

local KINDS = { ["/api/campaigns"] = "campaign", ["/api/campaign-audiences"] = "campaign-audience",
  ["/api/campaign-messages"] = "campaign-message", ["/api/campaign-variations"] = "campaign-variation" }

-- What a writer created, in order: { kind, id }.
local function created(world, wanted)
  local list = {}
  for _, effect in ipairs(world.sandbox:effects()) do
    if effect.method == "POST" and KINDS[effect.path] and wanted(effect) then
      list[#list + 1] = { kind = KINDS[effect.path], id = effect.id }
    end
  end
  return list
end

local function parent_of(data)
  for _, name in ipairs { "campaign-message", "campaign-audience", "campaign" } do
    local link = data.relationships and data.relationships[name]
    if type(link) == "table" and type(link.data) == "table" and link.data.id then
      return link.data.id
    end
  end
  return ""
end

-- How many of what the command created are there a second time: of the same kind and name, below the same parent.
local function count_twice(world, foreign)
  local seen, twice = {}, {}
  for _, item in ipairs(created(world, function(effect)
    return (effect.by == "request" or effect.by == "late") and not foreign[effect.id]
  end)) do
    local answer = assert(world.probe:get("/api/" .. COLLECTIONS[item.kind] .. "/" .. item.id))
    if answer.status == 200 then
      local attributes = answer.json.data.attributes
      local definition = attributes.definition or attributes
      local name = attributes.audience_name or definition.name or attributes.name
      local key = table.concat({ item.kind, parent_of(answer.json.data), tostring(name) }, " ")
      twice[#twice + 1] = seen[key] and key or nil
      seen[key] = true
    end
  end
  return twice
end

-- One kill ------------------------------------------------------------------------------------------------------------

-- The writes of a scenario in a quiet world, in order: { method, nth of its method }.
local function writes_of(scenario, dialect)
  local world = start(dialect)
  if scenario.before then
    world.user:write("sale.lua", scenario.before)
    assert(apply(world).code == 0)
  end
  world.user:write("sale.lua", scenario.file)
  world.sandbox:clear_requests()
  local result = apply(world)
  assert(result.code == 0, result.err)
  local list, count = {}, {}
  for _, request in ipairs(world.sandbox:requests()) do
    if request.method ~= "GET" then
      count[request.method] = (count[request.method] or 0) + 1
      list[#list + 1] = { method = request.method, nth = count[request.method], path = request.path }
    end
  end
  close(world)
  return list
end

local function is_at(world, write)
  local count = 0
  for _, request in ipairs(world.sandbox:requests()) do
    count = count + (request.method == write.method and 1 or 0)
  end
  return count >= write.nth
end

-- Starts apply, and kills it once the write has come in.
local function kill_at(world, case)
  local write, fault = case.write, {}
  for name, value in pairs(case.moment.fault or {}) do
    fault[name] = value
  end
  fault.method, fault.after, fault.twin = write.method, write.nth - 1, case.company.twin
  world.sandbox:clear_requests()
  if not case.moment.any then
    world.sandbox:fail(fault)
  end
  local pid_file = world.user:path "pid"
  local command = ("echo $$ >%s; exec %s"):format(process.quote(pid_file),
    world.user:command("apply " .. world.user:path "sale.lua" .. " --yes"))
  local running = process.start("sh -c " .. process.quote(command), world.user:path "killed")
  local pid = process.wait_for("its process id", function()
    return process.read(pid_file):match "%d+\n"
  end)
  if case.moment.any then
    require("socket").sleep(case.delay)
  else
    process.wait_for("the write", function()
      return is_at(world, write)
    end, 30)
  end
  os.execute("kill -9 " .. pid:match "%d+" .. " 2>/dev/null") -- it may have ended by itself
  running:stop()
  world.sandbox:clear_faults()
end

-- What other people have: { kind, id }, with its picture.
local function note_foreign(world, case, colleague)
  local foreign = colleague and { { kind = "campaign", id = colleague.id } } or {}
  for _, item in ipairs(case.company.twin and created(world, function(effect)
    return effect.by == "twin"
  end) or {}) do
    foreign[#foreign + 1] = item
  end
  for _, item in ipairs(foreign) do
    item.picture = picture(world, item.kind, item.id)
    foreign[item.id] = true
  end
  return foreign
end

local function count_changed(world, foreign)
  local changed = {}
  for _, item in ipairs(foreign) do
    if picture(world, item.kind, item.id) ~= item.picture then
      changed[#changed + 1] = item.kind .. " " .. item.id
    end
  end
  return changed
end

local function run(case)
  local world = start(case.dialect)
  if case.scenario.before then
    world.user:write("sale.lua", case.scenario.before)
    assert(apply(world).code == 0)
  end
  world.user:write("sale.lua", case.scenario.file)
  kill_at(world, case)
  local colleague = case.company.colleague and wire.create(world.probe, nil, { definition = { name = "Sale" } })
  local foreign = note_foreign(world, case, colleague)
  if case.lag > 0 then
    world.sandbox:fail { method = "GET", times = 0, lag = case.lag }
  end
  local second = world.user:run("apply " .. world.user:path "sale.lua" .. " --yes", { seconds = 90 })
  if case.moment.seconds then
    require("socket").sleep(case.moment.seconds) -- whatever the command did, by then it is processed
  end
  world.sandbox:clear_faults()
  local third = second.code ~= 0 and apply(world) or second
  world.probe:close() -- the server has closed a connection that was idle for so long
  world.probe = wire.client(world.sandbox, world.dialect)
  local twice, changed = count_twice(world, foreign), count_changed(world, foreign)
  local crashed = second.code > 100 or (second.err .. third.err):find("stack traceback", 1, true)
  close(world)
  return { second = second.code, third = third.code, twice = #twice, changed = #changed, crashed = crashed and 1 or 0,
    text = (table.concat(twice, "; ") .. " " .. table.concat(changed, "; ") .. " " .. second.err):gsub("%s+", " ") }
end

-- All of them ---------------------------------------------------------------------------------------------------------

local function plan(options)
  local random, cases, combinations = pairwise.random(options.seed), {}, {}
  for _, dialect in ipairs { "guide", "openapi" } do
    for _, scenario in ipairs(SCENARIOS) do
      for _, write in ipairs(writes_of(scenario, dialect)) do
        for _, moment in ipairs(MOMENTS) do
          combinations[#combinations + 1] = { dialect = dialect, scenario = scenario, write = write, moment = moment }
        end
      end
    end
  end
  -- every write at every moment; company and lag by chance, and all of it again until there are enough
  for i = 1, options.kills do
    local place = (i - 1) % #combinations + 1
    if options.kills < #combinations then
      place = random(#combinations)
    end
    local combination = combinations[place]
    local company = COMPANY[random(#COMPANY)]
    local path = combination.write.path
    if company.twin and path == "/api/campaign-messages" then
      company = COMPANY[1] -- apply sends the name alone: a twin of that name equals all that was sent
    elseif company.twin and path == "/api/campaign-variations" and combination.dialect == "guide" then
      company = COMPANY[1] -- a message has one content there: another's in ours is a change, which apply puts right
    end
    cases[i] = { dialect = combination.dialect, scenario = combination.scenario, write = combination.write,
      moment = combination.moment, company = company, lag = LAGS[random(#LAGS)], delay = random(200) / 1000 }
  end
  return cases
end

local function describe(case)
  return ("%s, killed at its %s %d (%s), %s; lag %d s; %s; %s"):format(case.scenario.name, case.write.method,
    case.write.nth, case.write.path:gsub("%w+$", function(last)
      return #last == 26 and "ID" or last
    end), case.moment.name, case.lag, case.company.name, case.dialect)
end

local options, words = jobs.options(arg, { verbose = true, short = true })
options.seed = tonumber(options.seed) or os.time() % 100000
options.kills = tonumber(options.kills) or options.short and 8 or 300
options.jobs = tonumber(options.jobs) or options.short and 8 or 40 -- they wait most of the time

local cases = plan(options)

if options.part then
  io.stdout:setvbuf "line"
  for _, k in ipairs(jobs.share(options.part, #cases)) do
    if not words[1] or describe(cases[k]):find(words[1], 1, true) then
      local ran, result = pcall(run, cases[k])
      if not ran then
        result = { second = -1, third = -1, twice = 0, changed = 0, crashed = 1,
          text = tostring(result):gsub("%s+", " ") }
      end
      print(("case\t%d\t%d\t%d\t%d\t%d\t%d\t%s"):format(k, result.second, result.third, result.twice, result.changed,
        result.crashed, result.text))
    end
  end
  print "end"
  return
end

local began = require("socket").gettime()
print(("%d kills of apply, seed %d, %d at once"):format(#cases, options.seed, options.jobs))
local arguments = { "--seed", options.seed, "--kills", options.kills }
arguments[#arguments + 1] = words[1]
local lines, complete = jobs.run(options.jobs, arguments)

local COLUMNS = { "kills", "twice", "changed", "crashed", "done", "stopped" }
local rows = {}
local function row(name)
  if not rows[name] then
    rows[name] = { 0, 0, 0, 0, 0, 0 }
    rows[#rows + 1] = name
  end
  return rows[name]
end
for _, moment in ipairs(MOMENTS) do
  row(moment.name)
end
local bad, complaints = 0, {}
for _, line in ipairs(lines) do
  local k, second, third, twice, changed, crashed, text =
    line:match "^case\t(%d+)\t(%S+)\t(%S+)\t(%d+)\t(%d+)\t(%d+)\t(.*)$"
  if k then
    local case = cases[tonumber(k)]
    local numbers = { 1, tonumber(twice), tonumber(changed), tonumber(crashed), second == "0" and 1 or 0,
      second ~= "0" and 1 or 0 }
    for _, name in ipairs { case.moment.name, case.company.name, case.scenario.name, "all" } do
      for i, number in ipairs(numbers) do
        row(name)[i] = row(name)[i] + number
      end
    end
    if numbers[2] + numbers[3] + numbers[4] > 0 then
      bad = bad + 1
      complaints[#complaints + 1] = ("%s twice, %s changed: %s: then %s, then %s: %s"):format(twice, changed,
        describe(case), second, third, text)
    end
  elseif line ~= "Killed" then -- which a shell says of what we killed
    complaints[#complaints + 1] = line
  end
end

io.write(("%-44s"):format "killed, and applied again")
for _, name in ipairs(COLUMNS) do
  io.write(("%9s"):format(name))
end
io.write "\n"
for _, name in ipairs(rows) do
  io.write(("%-44s"):format(name))
  for _, number in ipairs(rows[name]) do
    io.write(("%9d"):format(number))
  end
  io.write "\n"
end
print(("%.0f s, seed %d"):format(require("socket").gettime() - began, options.seed))
for i, complaint in ipairs(complaints) do
  if i <= 30 or options.verbose then
    print(complaint)
  end
end
local total = row "all"[1]
bad = bad + (complete and (words[1] or total == #cases) and 0 or 1)
print(("%d passed, %d failed"):format(math.max(total - bad, 0), bad))
os.exit(bad == 0 and 0 or 1)
