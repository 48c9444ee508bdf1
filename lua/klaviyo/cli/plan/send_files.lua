-- SPDX-License-Identifier: MIT
--- klaviyo schedule FILE...: sends what campaign files say. All files are checked before the first message is
--- scheduled, there is one pre-flight and one question, and a second run does only what is missing.

local allow = require "klaviyo.cli.allow"
local checks = require "klaviyo.cli.checks"
local describe = require "klaviyo.cli.describe"
local diff = require "klaviyo.cli.plan.diff"
local diff_view = require "klaviyo.cli.plan.diff_view"
local failure = require "klaviyo.cli.terminal.failure"
local file_sends = require "klaviyo.cli.plan.file_sends"
local json = require "klaviyo.model.json"
local missing = require "klaviyo.cli.missing"
local names = require "klaviyo.cli.names"
local planning = require "klaviyo.cli.plan.planning"
local preflight = require "klaviyo.cli.preflight"
local problems = require "klaviyo.model.problems"
local reschedule_options = require "klaviyo.model.validate.reschedule_options"
local selection = require "klaviyo.cli.selection"
local send_all = require "klaviyo.cli.plan.send_all"
local send_plan = require "klaviyo.cli.plan.send_plan"
local send_week = require "klaviyo.cli.send_week"
local sends = require "klaviyo.cli.sends"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"

local send_files = {}

-- Reading -------------------------------------------------------------------------------------------------------------

-- Why the sends of a file cannot be scheduled; nil if they can.
local function obstacle(made)
  local name, lock = made.file.name, made.lock
  if lock.entry.pending then
    return ("%s: the last apply was interrupted"):format(name)
  elseif not made.id then
    return ("%s: was not applied to this account"):format(name)
  elseif not made.campaign then
    return ("%s: its campaign %s is not in this account"):format(name, made.id)
  elseif made.campaign.archived == true then
    return ("%s: its campaign %s is archived"):format(name, made.id)
  elseif not diff.is_empty(made.change) then
    return ("%s: differs from the account: %s"):format(name, diff_view.summary(made.change))
  end
end

-- Reads the campaign that the lock file or the file itself names.
local function read_campaign(ctx, made)
  made.id = made.lock:id "campaign" or made.ids[""]
  if made.id then
    local campaign, err = ctx:client().campaigns:tree(made.id)
    failure.check(campaign or failure.is_missing(err) or nil, err)
    made.campaign = campaign
  end
  planning.compare(made)
end

-- Reads the campaigns of the files. Drafts that are not what the files say are not sent.
local function read_account(ctx, list)
  local wrong = {}
  ctx.progress:begin("Comparing", #list)
  for i, made in ipairs(list) do
    read_campaign(ctx, made)
    wrong[#wrong + 1] = obstacle(made)
    ctx.progress:set(i)
  end
  ctx.progress:finish()
  if #wrong > 0 then
    failure.raise { code = "refused", details = wrong, hint = "run klaviyo apply of these files first",
      message = ("%s not what the account has; nothing was sent."):format(#wrong == 1 and "1 file is"
        or ("%d files are"):format(#wrong)) }
  end
end

local PATIENCE = 30 -- seconds in which a request of an interrupted run may still be executed

-- A move that a run was interrupted in may be under way: its revert, executed after the next move, would leave a draft.
local function await_interrupted(ctx, one, record)
  local began = record and record.move and time.parse(record.began)
  local left = began and began + PATIENCE - os.time() or 0
  if one.status ~= "SCHEDULED" or left <= 0 or left > PATIENCE then
    return false
  end
  ctx.term:note(("A run that was interrupted was moving %s: waiting for what becomes of it, for up to %d s."):format(
    one.name, left))
  one.message:wait { until_status = "DRAFT", timeout = left, interval = 1 }
  return true
end

-- The sends of all files. What an interrupted run was moving is read again when that has come to an end.
local function sends_of(ctx, list)
  local all, waited = {}, false
  for _, made in ipairs(list) do
    for _, one in ipairs(send_plan.of(ctx:client(), made)) do
      one.lock, one.made = made.lock, made
      all[#all + 1] = one
      if one.state == "move" then
        waited = await_interrupted(ctx, one, made.lock.entry.sends[one.message.id]) or waited
      end
    end
  end
  return all, waited
end

-- What is wrong with a send as of now: its time has passed, or a detail of what is to be moved cannot be kept.
local function problems_of(one, rules)
  local plan, found = file_sends.plan(one.file, one.where, rules)
  if plan and one.state == "move" then
    local merged, lost = reschedule_options.merge(one.options, one.message.scheduling, rules.dialect)
    found = not merged and file_sends.placed(one.file, one.where, lost) or nil
  end
  return found or {}
end

-- What is to be done now, in the order of the send times. What is wrong ends the command before anything is done.
local function todo_of(ctx, files, all)
  local rules, list, wrong, place = file_sends.rules(ctx:client(), ctx:now()), {}, {}, {}
  for _, one in ipairs(all) do
    if one.state == "schedule" or one.state == "move" then
      list[#list + 1] = one
      for _, problem in ipairs(problems_of(one, rules)) do
        wrong[one.file] = wrong[one.file] or {}
        table.insert(wrong[one.file], problem)
      end
    end
  end
  planning.for_each(files, function(made)
    if wrong[made.file] then
      made.file:refuse(problems.error(wrong[made.file], made.file.name))
    end
  end)
  for i, one in ipairs(list) do
    place[one] = i
  end
  table.sort(list, function(a, b)
    local x, y = a.send.epoch or math.huge, b.send.epoch or math.huge
    return x < y or x == y and place[a] < place[b]
  end)
  return list
end

-- The pre-flight ------------------------------------------------------------------------------------------------------

local STATUS = { schedule = "PLANNED", move = "PLANNED" }

-- What goes out: planned, scheduled, and sent already.
local function week_of(all)
  local items = {}
  for _, one in ipairs(all) do
    local is_planned = STATUS[one.state]
    local send = is_planned and one.send or one.status ~= "CANCELLED" and one.present or nil
    items[#items + 1] = send and send_week.item(one, send, is_planned or one.status) or nil
  end
  return items
end

local function audience_of(campaign, message)
  for _, audience in ipairs(campaign.audiences) do
    for _, other in ipairs(audience.messages) do
      if other.id == message.id then
        return audience
      end
    end
  end
end

local UNKNOWN = "the service does not show its %s: it may be another than the file's"

-- What is said of a send besides what its content and its time are.
local function remarks_of(program, one, findings)
  local function odd(what)
    findings[#findings + 1] = { kind = "odd", about = one.name, text = what }
  end
  if one.state == "unplanned" then
    odd(("it is scheduled, and the file has no send for it: %s revert %s makes it a draft"):format(program,
      one.message.id))
  elseif one.state == "unlisted" then
    odd(("it is scheduled, and not in the file: %s revert %s makes it a draft"):format(program, one.message.id))
  elseif one.state == "over" and one.options then
    odd(("it is %s already, and stays so"):format(one.status))
  elseif one.hidden then
    odd(UNKNOWN:format(table.concat(one.hidden, " and "):gsub("_tomorrow", "")))
  end
end

-- What was changed in a file after its message had left draft.
local function blocked_of(made, findings)
  local function visit(change)
    if change.reason and change.wanted and (change.actual or {}).status ~= "SENT" then
      findings[#findings + 1] = { kind = "odd", about = text.clean(change.title),
        text = "the file differs from what the account has, which stays: it " .. text.clean(change.reason) }
    end
    for _, child in ipairs(change.children) do
      visit(child)
    end
  end
  visit(made.change)
end

-- All findings, each once. With several campaigns each names its own.
local function findings_of(self)
  local list, seen = {}, {}
  local function add(found, campaign, name)
    for _, finding in ipairs(found) do
      local about = finding.about == "the send" and name or finding.about
      about = campaign and #self.list > 1 and ("%s / %s"):format(campaign, about) or about
      local key = table.concat({ finding.kind, about, finding.text }, "\n")
      if not seen[key] then
        seen[key] = true
        list[#list + 1] = { kind = finding.kind, code = finding.code, about = about, text = finding.text }
      end
    end
  end
  for _, one in ipairs(self.todo) do
    local view = { zone = one.zone, zones = self.zones, now = self.now, glyphs = {} }
    add(checks.all({ campaign = one.made.campaign, audiences = { audience_of(one.made.campaign, one.message) },
      messages = { one.message }, send = one.send, steps = sends.steps(one.send, view) }, view), one.campaign, one.name)
  end
  for _, one in ipairs(self.all) do
    local found = {}
    remarks_of(self.program, one, found)
    add(found, one.campaign)
  end
  for _, made in ipairs(self.list) do
    local found = {}
    blocked_of(made, found)
    add(found, describe.name(made.file.model.name))
  end
  add(send_week.conflicts(self.week, self))
  return list
end

---@class klaviyo.cli.flight_of_files
---@field list table[]                        the files: file, lock, campaign, change
---@field all klaviyo.cli.planned_send[]
---@field todo klaviyo.cli.planned_send[]     to be scheduled or moved
---@field week klaviyo.cli.week_send[]
---@field zone klaviyo.cli.zone               of the picture
---@field zones klaviyo.cli.zone[]            recipients'
---@field now number
---@field names klaviyo.cli.names|nil         to be written beside ids
---@field program string                      the beginning of a command line for the same account
---@field findings klaviyo.cli.finding[]      without those that are silenced
---@field silenced string[]                    the names of those

local function campaigns_of(list)
  local campaigns = {}
  for i, made in ipairs(list) do
    campaigns[i] = made.campaign
  end
  return campaigns
end

-- Reads and checks everything.
local function prepare(ctx, zones)
  local list = planning.read(ctx, true)
  read_account(ctx, list)
  local all, waited = sends_of(ctx, list)
  if waited then
    read_account(ctx, list)
    all = sends_of(ctx, list)
  end
  local self = { list = list, all = all, todo = todo_of(ctx, list, all), week = week_of(all), now = ctx:now(),
    zones = zones, program = ctx:program() }
  self.names = not ctx.args.json and names.of(ctx, campaigns_of(list)) or nil
  self.zone = ctx.args.timezone and ctx:zone() or send_week.zone(all, ctx:zone())
  self.findings, self.silenced = allow.apply(findings_of(self), allow.of(ctx))
  return self
end

local function write_campaign(term, self, made)
  local own = {}
  for _, one in ipairs(send_plan.shown(self.all)) do
    own[#own + 1] = one.made == made and one or nil
  end
  term:line(term:style("title", describe.name(made.campaign.name)), "  ", term:style("dim", text.clean(made.id)), "  ",
    term:style("dim", text.clean(made.file.name)))
  local name_of = describe.name_column(own, term)
  for _, one in ipairs(own) do
    term:line("  ", text.pad(one.channel or "?", 8), "  ", name_of(one), "  ", send_plan.line(one, term))
    local words = one.message and describe.each(one.message, function(details)
      return describe.content(details, self.names)
    end)
    if words and (one.state == "schedule" or one.state == "move") then
      term:line((" "):rep(12), term:style("dim", term:cut(words, term:columns() - 12)))
    end
  end
end

local function write(ctx, self)
  local term = ctx.term
  preflight.section(term, "Account", { term:style("bold", text.clean(ctx:account_title())) })
  for _, made in ipairs(self.list) do
    write_campaign(term, self, made)
  end
  if #self.week > 0 then
    term:line("")
    for _, line in ipairs(send_week.draw(self.week, self, term)) do
      term:line(line)
    end
    term:line(term:style("dim", "times in " .. self.zone.name))
    preflight.section(term, "Who", send_week.who(self.week, self))
  end
  preflight.write_findings(self.findings, term)
  preflight.write_silenced(self.silenced, term)
end

local function as_json(ctx, self)
  return { account = ctx:account_as_json(), sends = send_plan.as_json(self.all), lists = send_week.as_json(self.week),
    findings = preflight.findings_as_json(self.findings), allowed = json.array(self.silenced) }
end

-- Scheduling ----------------------------------------------------------------------------------------------------------

local function count_of(list, state)
  local count = 0
  for _, one in ipairs(list) do
    count = count + (one.state == state and 1 or 0)
  end
  return count
end

-- `schedule 9 messages and move 2`
local function action_of(todo)
  local fresh, moved = count_of(todo, "schedule"), count_of(todo, "move")
  if fresh == 0 then
    return "move " .. text.count(moved, "message")
  end
  return "schedule " .. text.count(fresh, "message") .. (moved > 0 and (" and move %d"):format(moved) or "")
end

-- One question for all of it: the campaign's name is typed, or with several campaigns the number of messages.
local function confirm(ctx, self)
  if ctx.args.yes then
    return
  end
  local action, nothing = action_of(self.todo), "nothing was sent"
  local name = text.clean(describe.known(self.list[1].campaign.name) or self.list[1].id)
  if #self.list > 1 then
    name = text.count(#self.todo, "message")
    action = ("%s of %s"):format(action, text.count(#self.list, "campaign"))
  end
  ctx:typed { name = name, action = action, nothing = nothing }
  for _, made in ipairs(self.list) do
    selection.require_unchanged(ctx, made.campaign, nothing)
  end
end

local LIST_OF = { schedule = "scheduled", move = "moved", scheduled = "unchanged" }

-- What the service shows of a message that was scheduled or moved, in a line.
local function write_result(self, term, one, name_of)
  local status, send, remark = send_all.result(one)
  term:line(term:style(remark and "odd" or "good", remark and term.glyphs.warn or term.glyphs.tick), " ", name_of(one),
    "  ", term:style(status, text.clean(status)), "  ", send_plan.when(send, one.zone),
    #self.list > 1 and term:style("dim", "  " .. one.campaign) or "", remark and ("  (%s)"):format(remark) or "")
end

local function report(ctx, self)
  local lists = { scheduled = json.array(), moved = json.array(), unchanged = json.array() }
  for _, one in ipairs(self.all) do
    if LIST_OF[one.state] then
      table.insert(lists[LIST_OF[one.state]], send_all.as_json(one))
    end
  end
  if ctx.args.json then
    lists.account, lists.findings = ctx:account_as_json(), preflight.findings_as_json(self.findings)
    return ctx:json(lists)
  end
  local name_of, counts = describe.name_column(self.todo, ctx.term), {}
  for _, one in ipairs(self.todo) do
    write_result(self, ctx.term, one, name_of)
  end
  for _, row in ipairs { { #lists.scheduled, "scheduled" }, { #lists.moved, "moved" },
    { #lists.unchanged, "as they were" } } do
    counts[#counts + 1] = row[1] > 0 and ("%d %s"):format(row[1], row[2]) or nil
  end
  ctx.term:line(#self.todo == 0 and "Nothing to do" or "Done",
    #counts > 0 and (": %s."):format(table.concat(counts, ", ")) or ": the files have no send.")
end

---What files plan to send and is not scheduled yet, or scheduled otherwise, as items of a calendar. A file need not
---have been applied.
---@param ctx klaviyo.cli.context  args.files: the words that name them
---@return klaviyo.cli.week_send[]
function send_files.planned(ctx)
  local list, items = planning.read(ctx), {}
  for _, made in ipairs(list) do
    read_campaign(ctx, made)
  end
  for _, one in ipairs(send_plan.of_all(ctx:client(), list)) do
    if one.state == "new" or one.state == "schedule" or one.state == "move" then
      items[#items + 1] = one.send and one.send.epoch and send_week.item(one, one.send, "PLANNED") or nil
    end
  end
  return items
end

---Sends what files say.
---@param ctx klaviyo.cli.context  args.files: the words that name them
---@param zones klaviyo.cli.zone[]  recipients', for the pre-flight
function send_files.run(ctx, zones)
  local forced = missing.forced(ctx)
  local self = prepare(ctx, zones)
  if not ctx.args.json then
    write(ctx, self)
  elseif ctx.args.dry_run then
    ctx:json(as_json(ctx, self))
  end
  missing.refuse(self.findings, forced, "nothing was sent", "complete the files and apply them", not ctx.args.json)
  if ctx.args.dry_run then
    return
  elseif #self.todo > 0 then
    confirm(ctx, self)
    send_all.perform(ctx, self.todo)
  end
  report(ctx, self)
end

return send_files
