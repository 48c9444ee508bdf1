-- SPDX-License-Identifier: MIT
--- klaviyo watch: follows messages until all are sent or cancelled. The exit code says how it ended.

local core = require "klaviyo.core"
local delivery = require "klaviyo.cli.delivery"
local describe = require "klaviyo.cli.describe"
local filter = require "klaviyo.model.filter"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local format_time = require "klaviyo.cli.format_time"
local hook = require "klaviyo.cli.hook"
local of_file = require "klaviyo.cli.plan.of_file"
local pretty = require "klaviyo.cli.terminal.pretty"
local progress = require "klaviyo.cli.terminal.progress"
local report = require "klaviyo.cli.report"
local sends = require "klaviyo.cli.sends"
local schema = require "klaviyo.model.schema"
local selection = require "klaviyo.cli.selection"
local shell = require "klaviyo.cli.terminal.shell"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"
local values = require "klaviyo.cli.values"

local unpack = table.unpack or unpack

local watch = { summary = "Follow messages until they are sent; the exit code says how it ended.", examples = {
  'watch "Summer Sale 2026"',
  "watch 01J9Z3NDEKTSV4RRFFQ69G5FAV --timeout 3600 --json",
  [[watch "Summer Sale 2026" --exec 'notify-send "$KLAVIYO_MESSAGE" "$KLAVIYO_STATUS"']],
} }


local BAR = 20
local LONGEST, LONGEST_BEFORE = 15, 300 -- seconds between two refreshes; the second while nothing is due
local PATIENCE = 5 -- refreshes in a row that may fail, each with the client's own attempts

function watch.define(command)
  selection.define(command, of_file.HELP)
  command:option("-t --timeout", "Give up after this many seconds; default: never.")
    :convert(values.seconds "--timeout"):argname "SECONDS"
  command:option("-i --interval", "Seconds between two refreshes; default: 1, growing to 15, or 300 if nothing is due.")
    :convert(values.seconds "--interval"):argname "SECONDS"
  command:option("--exec", "Run a command of the shell at each change of a status, and at the end, and wait for it. "
    .. "What it is about is in its environment: " .. table.concat(hook.NAMES, ", ") .. ".")
    :convert(values.filled("--exec", "a command")):argname "CMD"
  command:flag("--no-results", "Do not ask for first results at the end.")
  command:option("-z --timezone", "Zone to show times in; default: the campaign's."):argname "ZONE"
end

---@class klaviyo.cli.watch
---@field ctx klaviyo.cli.context
---@field found klaviyo.cli.selection
---@field messages klaviyo.message[]    the messages to follow
---@field zone klaviyo.cli.zone
---@field channels table<string, string>  by the id of a message
---@field shown table<string, string>   status last reported, by id
---@field drawing boolean               on a terminal whose lines can be redrawn
---@field drawn integer                 lines on the terminal
---@field failures integer              refreshes in a row that failed

-- The share of recipients that have a message: counted by the sandbox, otherwise by its schedule; nil if not known.
local function share_of(message, delivered)
  if message.status == "SENT" then
    return 1
  elseif message.status == "CANCELLED" and not delivered then
    return 0
  end
  return delivered and delivered.share
end

local function note_of(message, delivered, now, z)
  local send = describe.send(message)
  if message.status == "SCHEDULED" and send and send.epoch then
    return format_time.from_now(send.epoch, now) .. ", " .. format_time.short(send.epoch, z)
  elseif message.status == "CANCELLED" and delivered then
    return delivery.text(delivered)
  elseif message.status == "SENDING" and send then
    local _, last = sends.span(send, z)
    return last and last > now and "until " .. format_time.clock(last, z) or ""
  end
  return ""
end

-- Divides the columns of the terminal: the name shrinks first, then the bar, and the note takes the rest.
local function layout(self)
  local columns, widest = self.ctx.term:columns(), 12
  for _, message in ipairs(self.messages) do
    widest = math.max(widest, math.min(30, text.width(describe.name(message.name))))
  end
  local bar = columns < 60 and 8 or BAR
  local rest = columns - bar - 21 -- percent, status and the gaps between them
  local name = math.max(6, math.min(widest, rest, math.max(20, rest - 14)))
  return { name = name, bar = bar, note = rest - name - 2 }
end

local function line_of(self, message, now, widths)
  local term, delivered = self.ctx.term, delivery.of(self.ctx, message, self.zone)
  local share = share_of(message, delivered)
  local status = text.clean(describe.known(message.status) or "?")
  local note = note_of(message, delivered, now, self.zone)
  note = widths.note >= 8 and term:cut(note, widths.note) or ""
  return ("%s  %s %s  %s%s"):format(text.pad(term:cut(describe.name(message.name), widths.name), widths.name),
    term:style(status, progress.bar(share or 0, widths.bar, term.glyphs)),
    share and ("%3d %%"):format(math.floor(share * 100 + 0.5)) or "     ",
    term:style(status, text.pad(text.cut(status, 9, ""), 9)), note ~= "" and "  " .. term:style("dim", note) or "")
end

-- Draws the state of the messages over what was drawn before. A terminal cannot be drawn on above its first line, so
-- messages without room are counted in one line.
local function draw(self, now)
  local term, widths = self.ctx.term, layout(self)
  local room = math.max(1, term:rows() - 3)
  local shown = #self.messages > room and room - 1 or #self.messages
  local clock = format_time.show(now, self.zone) .. " " .. self.zone.name
  local name = term:cut(describe.name(self.found.campaign.name), math.max(12, term:columns() - text.width(clock) - 2))
  local left = term:columns() - text.width(name) - 2
  local lines = { term:style("title", name) .. "  " .. term:style("dim", term:cut(clock, math.max(0, left))) }
  for i = 1, shown do
    lines[#lines + 1] = line_of(self, self.messages[i], now, widths)
  end
  if shown < #self.messages then
    local others = { unpack(self.messages, shown + 1) }
    lines[#lines + 1] = term:style("dim", term:cut(("and %d more: %s"):format(#others, describe.status_line(others)),
      term:columns()))
  end
  term:write(self.drawn > 0 and ("\27[%dA"):format(self.drawn) or "")
  for _, line in ipairs(lines) do
    term:write("\r\27[2K", line, "\n")
  end
  term:flush()
  self.drawn = #lines
end

-- Runs the command of --exec. What it writes may come between the lines that are redrawn.
local function run_hook(self, variables)
  if self.ctx.args.exec then
    variables.KLAVIYO_CAMPAIGN, variables.KLAVIYO_CAMPAIGN_ID = self.found.campaign.name, self.found.campaign.id
    hook.run(self.ctx, self.ctx.args.exec, variables)
    self.drawn = 0
  end
end

local function changed(self, message, before, status)
  run_hook(self, { KLAVIYO_EVENT = "change", KLAVIYO_MESSAGE = message.name, KLAVIYO_MESSAGE_ID = message.id,
    KLAVIYO_CHANNEL = self.channels[message.id], KLAVIYO_STATUS = status, KLAVIYO_BEFORE = before })
end

-- Writes a line for each message whose status changed.
local function report_changes(self, now)
  local term, changes = self.ctx.term, {}
  for _, message in ipairs(self.messages) do
    local before, status = self.shown[message.id], describe.known(message.status) or "?"
    if before ~= status then
      self.shown[message.id] = status
      changes[#changes + 1] = before and { message, before, status } or nil
      local delivered = status == "CANCELLED" and delivery.of(self.ctx, message, self.zone) or nil
      if self.ctx.args.json then
        term:line(pretty.line { at = time.format(now), id = message.id, name = message.name, status = status,
          before = before, went_out = delivered and (delivered.share or json.null) })
      elseif not self.drawing then
        term:line(format_time.stamp(now, self.zone), "  ", describe.name(message.name), "  ",
          before and before .. " -> " or "", term:style(status, text.clean(status)),
          delivered and ": " .. delivery.text(delivered) or "")
      end
    end
  end
  term:flush()
  for _, change in ipairs(changes) do
    changed(self, change[1], change[2], change[3])
  end
end

-- Whether nothing more is to come. A scheduled message that is a draft again was reverted.
local function all_over(self)
  for _, message in ipairs(self.messages) do
    if message.status ~= "DRAFT" and not schema.is_final(message.status) then
      return false
    end
  end
  return true
end

-- The messages of the campaign by their ids: one list, whatever their number.
local function listed(self)
  local by_id = {}
  local page, err = self.ctx:client().messages:list { page_size = 100,
    filter = filter.equals("campaign_id", self.found.campaign.id) }
  while page do
    for message in page:items() do
      by_id[message.id] = message
    end
    page, err = page:next()
  end
  return not err and by_id or nil, err
end

local function is_older(message, than)
  local a, b = time.parse(message.updated_at), time.parse(than.updated_at)
  return a ~= nil and b ~= nil and a < b
end

-- Reads the messages again. What the list lacks, or shows older than it is known, is read by its id.
local function look(self)
  if self.found.message then
    return self.found.message:refresh()
  end
  local by_id, err = listed(self)
  for i, message in ipairs(by_id and self.messages or {}) do
    local now = by_id[message.id]
    if now and not is_older(now, message) then
      self.messages[i] = now
    else
      local read, failed = message:refresh()
      if not (read or failure.is_missing(failed)) then
        return nil, failed
      end
    end
  end
  return by_id, err
end

---The longest pause between two refreshes. While everything is scheduled, nothing happens before the first send time
---but what somebody does: then it is half of the time until that, five minutes at most.
---@param messages klaviyo.message[]
---@param zone klaviyo.cli.zone
---@param now number  epoch
---@return number seconds
function watch.longest_pause(messages, zone, now)
  local first = math.huge
  for _, message in ipairs(messages) do
    local send = describe.send(message)
    if message.status == "SCHEDULED" and send and send.epoch then
      first = math.min(first, (sends.span(send, zone)))
    elseif not schema.is_final(message.status) and message.status ~= "DRAFT" then
      return LONGEST
    end
  end
  return math.max(LONGEST, math.min((first - now) / 2, LONGEST_BEFORE))
end

-- Reads the statuses again. A few failures in a row do not end a watch of hours.
local function refresh(self)
  local ok, err = look(self)
  self.failures = ok and 0 or self.failures + 1
  if not ok and (failure.of(err).code ~= failure.codes.unreachable or self.failures > PATIENCE) then
    failure.check(nil, err)
  elseif not ok then
    self.ctx.term:note(("No response (%s); trying again."):format(text.clean(err.kind)))
    self.drawn = 0
  end
  self.ctx:forget_clock()
end

-- The exit code for the final statuses.
local function outcome(self)
  local sent = describe.statuses(self.messages).SENT or 0
  return sent == #self.messages and failure.codes.ok or failure.codes.not_sent
end

-- A drawn line has no room for what went out of a message that was cancelled, or for a status nobody has heard of.
local function report_rest(self)
  for _, message in ipairs(self.drawing and self.messages or {}) do
    local delivered = message.status == "CANCELLED" and delivery.of(self.ctx, message, self.zone)
    if delivered or message.status ~= "SENT" and message.status ~= "CANCELLED" then
      self.ctx.term:line(describe.name(message.name), ": ", text.clean(message.status), delivered
        and ": " .. delivery.text(delivered) or "")
    end
  end
end

-- The first results of what went out. They are asked for once; that there are none is a note, and no failure.
local function first_results(self)
  local messages, ctx = {}, self.ctx
  for _, message in ipairs(self.messages) do
    messages[message.id] = message.status == "SENT" or delivery.of(ctx, message, self.zone) ~= nil or nil
  end
  if ctx.args.no_results or next(messages) == nil then
    return
  end
  local found, why = report.first(ctx, self.found.campaign, messages)
  if not found then
    return ctx.term:note("No first results: ", text.clean(why), " Later: ", ctx:program(), " report ",
      shell.word(self.found.campaign.id))
  elseif ctx.args.json then
    return ctx.term:line(pretty.line { at = time.format(found.read_at), results = json.array(found.rows) })
  end
  ctx.term:line(ctx.term:style("bold", "First results"), ctx.term:style("dim",
    (", as of %s; they grow for days"):format(format_time.show(found.read_at, self.zone))))
  for _, row in ipairs(found.rows) do
    ctx.term:line("  ", report.summary(row))
  end
end

-- The end: results, and the last run of --exec.
local function finish(self, code)
  if code ~= failure.codes.waiting then
    first_results(self)
  end
  run_hook(self, { KLAVIYO_EVENT = "end", KLAVIYO_STATUS = describe.status_line(self.messages),
    KLAVIYO_EXIT = tostring(code) })
  return code
end

local function follow(self)
  local args, began = self.ctx.args, core.now()
  local pause = args.interval or 1
  while true do
    local now = self.ctx:now()
    if self.drawing then
      draw(self, now)
    end
    report_changes(self, now)
    if all_over(self) then
      report_rest(self)
      return finish(self, outcome(self))
    elseif args.timeout and core.now() - began + pause > args.timeout then
      self.ctx.term:note(("Not finished after %g s: %s."):format(args.timeout,
        describe.status_line(self.messages)))
      return finish(self, failure.codes.waiting)
    end
    self.ctx:client().loop.sleep(pause)
    refresh(self)
    -- the sandbox's clock may be moved at any moment
    local longest = self.ctx.sandbox and LONGEST or watch.longest_pause(self.messages, self.zone, self.ctx:now())
    pause = args.interval or math.min(pause * 1.2, longest)
  end
end

function watch.run(ctx, args)
  local found, followed = of_file.find(ctx, args.id), {}
  for _, message in ipairs(found.messages) do
    followed[#followed + 1] = message.status ~= "DRAFT" and message or nil
  end
  if #followed == 0 then
    failure.raise { code = "refused", message = ("Nothing of %s is scheduled: %s."):format(
      describe.name((found.message or found.campaign).name), describe.status_line(found.messages)),
      hint = ("klaviyo schedule %s"):format(found.message and found.message.id or found.campaign.id) }
  end
  local channels = {} -- now: what is read later comes without variations
  for _, message in ipairs(followed) do
    channels[message.id] = describe.channel(message)
  end
  local self = { ctx = ctx, found = found, messages = followed, channels = channels, shown = {}, drawn = 0,
    failures = 0,
    drawing = ctx.term.out_tty and ctx.term.moves and not args.json,
    zone = args.timezone and ctx:zone() or describe.zone(found.campaign) or ctx:zone() }
  if self.drawing then
    ctx.term:hide_cursor()
  end
  return follow(self)
end

return watch
