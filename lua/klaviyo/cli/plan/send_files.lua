-- SPDX-License-Identifier: MIT
--- klaviyo schedule FILE...: sends what campaign files say. All files are checked before the first message is
--- scheduled, there is one pre-flight and one question, and a second run does only what is missing.

local describe = require "klaviyo.cli.describe"
local diff = require "klaviyo.cli.plan.diff"
local diff_view = require "klaviyo.cli.plan.diff_view"
local failure = require "klaviyo.cli.terminal.failure"
local file_sends = require "klaviyo.cli.plan.file_sends"
local json = require "klaviyo.model.json"
local missing = require "klaviyo.cli.missing"
local planning = require "klaviyo.cli.plan.planning"
local preflight = require "klaviyo.cli.preflight"
local problems = require "klaviyo.model.problems"
local reschedule_options = require "klaviyo.model.validate.reschedule_options"
local selection = require "klaviyo.cli.selection"
local send_all = require "klaviyo.cli.plan.send_all"
local send_flight = require "klaviyo.cli.plan.send_flight"
local send_plan = require "klaviyo.cli.plan.send_plan"
local send_week = require "klaviyo.cli.send_week"
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

-- What a run that was interrupted may still bring about: the revert of a move, which after the next move would leave a
-- draft; and the schedule of what the file does not send any more, of which nobody would know.
local STILL_COMES = { move = "DRAFT", draft = "SCHEDULED" }

local function await_interrupted(ctx, one, record)
  local awaited, began = STILL_COMES[one.state], record and time.parse(record.began)
  local left = began and math.min(began + PATIENCE - os.time(), PATIENCE) or 0 -- all of it if the clock was set back
  if not awaited or left <= 0 or one.state == "move" and not record.move then
    return false
  end
  ctx.term:note(("A run that was interrupted was %s %s: waiting for what becomes of it, for up to %d s."):format(
    record.move and "moving" or "scheduling", one.name, left))
  one.message:wait { until_status = awaited, timeout = left, interval = 1 }
  return true
end

-- The sends of all files. What an interrupted run had begun is read again when that has come to an end.
local function sends_of(ctx, list)
  local all, waited = {}, false
  for _, made in ipairs(list) do
    for _, one in ipairs(send_plan.of(ctx:client(), made)) do
      one.lock, one.made = made.lock, made
      all[#all + 1] = one
      if one.message then
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

-- Reads and checks everything.
local function prepare(ctx, zones)
  local list = planning.read(ctx, true)
  read_account(ctx, list)
  local all, waited = sends_of(ctx, list)
  if waited then
    read_account(ctx, list)
    all = sends_of(ctx, list)
  end
  return send_flight.new(ctx, list, all, todo_of(ctx, list, all), zones)
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

local LIST_OF = { schedule = "scheduled", move = "moved", scheduled = "unchanged", over = "over" }

-- What the service shows of a message that was scheduled or moved, in a line.
local function write_result(self, term, one, name_of)
  local status, send, remark = send_all.result(one)
  term:line(term:style(remark and "odd" or "good", remark and term.glyphs.warn or term.glyphs.tick), " ", name_of(one),
    "  ", term:style(status, text.clean(status)), "  ", send_plan.when(send, one.zone),
    #self.list > 1 and term:style("dim", "  " .. one.campaign) or "", remark and ("  (%s)"):format(remark) or "")
end

local function report(ctx, self)
  local lists = { scheduled = json.array(), moved = json.array(), unchanged = json.array(), over = json.array() }
  for _, one in ipairs(self.all) do
    if LIST_OF[one.state] and one.options then
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
    { #lists.unchanged, "as they were" }, { #lists.over, "sent or cancelled before" } } do
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
    send_flight.write(self, ctx)
  elseif ctx.args.dry_run then
    ctx:json(send_flight.as_json(self, ctx:account_as_json()))
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
