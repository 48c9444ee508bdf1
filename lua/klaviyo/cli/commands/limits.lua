-- SPDX-License-Identifier: MIT
--- klaviyo limits: the rate limits of the account by operation, and what of them is used as far as this machine knows.

local fleet = require "klaviyo.cli.fleet"
local failure = require "klaviyo.cli.terminal.failure"
local fields = require "klaviyo.cli.fields"
local json = require "klaviyo.model.json"
local limits_seen = require "klaviyo.cli.limits_seen"
local operations = require "klaviyo.wire.operations"
local report_quota = require "klaviyo.cli.report_quota"
local revisions = require "klaviyo.model.revisions"
local tables = require "klaviyo.cli.terminal.table"
local text = require "klaviyo.cli.terminal.text"

local command = { summary = "Show the rate limits of the account, and what this machine knows to be used.", examples = {
  "limits",
  "limits --used --json",
}, fields = fields.shape { "operation", "purpose", "second", "minute", "day", "minute_left", "minute_used",
  "day_used", "day_free_in", "is_refused", "window_ends_in", "machines" } }

local REPORTS = "query_campaign_values"

function command.define(definition)
  definition:flag("--used", "Only those of which something is used.")
end

-- The operations of a revision, and with their sizes those whose requests for sizes have a limit of their own.
local function available(revision)
  local dialect, list = revisions.dialect(revision), {}
  for _, operation in ipairs(operations.list) do
    local asked = operation.beside and revisions.companion(revision) or revision
    local is_there = operations.available(operation, "openapi", asked)
      or dialect ~= "openapi" and operations.available(operation, "guide", asked)
    list[#list + 1] = is_there and { id = operation.id, purpose = operation.purpose,
      rate = operations.limit(operation.id, asked) } or nil
    if is_there and operation.rate_with_additional then
      list[#list + 1] = { id = operations.with_additional(operation.id), rate = operation.rate_with_additional,
        purpose = operation.purpose .. " with its size" }
    end
  end
  return list
end

-- What the budget that machines share says, by operation; nil without one.
local function shared(ctx)
  local list, err = fleet.status(ctx)
  if err then
    ctx.term:note("The budget of all machines is not known: ", text.clean(err.message), ".")
  end
  local by_operation = list and {}
  for _, one in ipairs(list or {}) do
    by_operation[one.operation] = one
  end
  return by_operation
end

-- What is known to be used: of the shared budget, or as the service last said it. Nothing without a key.
local function known(ctx)
  local ok, found = pcall(function()
    return { seen = limits_seen.read(ctx), shared = shared(ctx), reports = report_quota.used(ctx) }
  end)
  if ok then
    return found
  elseif failure.is(found) and found.code == failure.codes.credentials then
    return { seen = {}, without = found.message }
  end
  error(found, 0)
end

-- The machines by name, those that used most first.
local function by_machine(used)
  local list = json.array {}
  for machine, requests in pairs(used) do
    list[#list + 1] = { machine = machine, requests = requests }
  end
  table.sort(list, function(a, b)
    return a.requests > b.requests or a.requests == b.requests and a.machine < b.machine
  end)
  return list
end

local SHOWN = 3 -- machines by name in a row of the table

local function machines_text(list)
  local parts = {}
  for i = 1, math.min(SHOWN, #list) do
    parts[i] = ("%s (%d)"):format(text.clean(list[i].machine), list[i].requests)
  end
  if #list > SHOWN then
    parts[#parts + 1] = ("%d more"):format(#list - SHOWN)
  end
  return "by " .. table.concat(parts, ", ")
end

local function row_of(item, use)
  local rate = item.rate
  local row = { operation = item.id, purpose = item.purpose, second = rate.burst, minute = rate.steady,
    day = rate.daily }
  local machines, seen = use.shared and use.shared[item.id], use.seen[item.id]
  if machines then
    row.minute_used, row.minute_left = machines.steady.used, machines.steady.left
    row.window_ends_in, row.machines = machines.resets_in, by_machine(machines.machines)
  elseif seen then
    row.minute_left = seen.remaining
    row.minute_used = math.max(0, (seen.limit or rate.steady) - seen.remaining)
    row.window_ends_in = seen.ends - os.time()
  end
  if item.id == REPORTS and use.reports then
    row.day_used, row.day_free_in = use.reports.day, use.reports.wait_day > 0 and use.reports.wait_day or nil
    row.is_refused = use.reports.is_refused or nil
    row.minute_used = math.max(row.minute_used or 0, use.reports.minute)
    row.minute_left = math.max(0, rate.steady - row.minute_used)
  end
  return row
end

local function is_used(row)
  return (row.minute_used or 0) > 0 or (row.day_used or 0) > 0 or row.day_free_in ~= nil
end

local function used_text(row)
  local parts = {}
  if row.minute_used and (row.minute_used > 0 or row.window_ends_in) then
    parts[1] = ("%d of %d in this minute%s"):format(row.minute_used, row.minute, row.window_ends_in
      and (", which ends in %d s"):format(math.max(0, math.ceil(row.window_ends_in))) or "")
  end
  if (row.day_used or 0) > 0 or row.day_free_in then
    local next_day = row.day_free_in and report_quota.next_day { wait_day = row.day_free_in }
    parts[#parts + 1] = ("%d of %d in 24 hours%s%s"):format(row.day_used, row.day,
      row.is_refused and " by this machine, all by the account" or "", next_day and ": the next in " .. next_day or "")
  end
  if row.machines and row.machines[1] then
    parts[#parts + 1] = machines_text(row.machines)
  end
  return table.concat(parts, "; ")
end

local COLUMNS = { { title = "REQUEST", least = 16 }, { title = "A SECOND", right = true },
  { title = "A MINUTE", right = true }, { title = "A DAY", right = true }, { title = "USED", least = 10 } }

local function write_table(ctx, rows, revision, use)
  local term, cells = ctx.term, {}
  for i, row in ipairs(rows) do
    cells[i] = { row.purpose, tostring(row.second), tostring(row.minute), row.day and tostring(row.day) or "",
      used_text(row) }
  end
  if #cells > 0 then
    tables.write(term, COLUMNS, cells)
    term:line("")
  end
  local source = use.shared and "Used: what the machines that share a budget have counted."
    or "Used: what the service last said to this machine, within the last minute, and the reports that this machine "
    .. "asked for."
  term:line(term:style("dim", ("Limits of revision %s, for the whole account. %s"):format(revision, source)))
  term:line(term:style("dim", "Not known: what other programs and machines have used since; the service has no request "
    .. "that tells. Limits may have been raised for an account."))
  if ctx.sandbox then
    term:line(term:style("dim", "The sandbox of --sandbox enforces no limits."))
  end
  if use.without then
    term:note("Nothing is known of what is used: ", text.clean(use.without))
  end
end

function command.run(ctx, args)
  local revision, rows = ctx:revision(), {}
  local use = known(ctx)
  for _, item in ipairs(available(revision)) do
    local row = row_of(item, use)
    rows[#rows + 1] = (not args.used or is_used(row)) and row or nil
  end
  table.sort(rows, function(a, b)
    if is_used(a) ~= is_used(b) then
      return is_used(a)
    elseif a.minute ~= b.minute then
      return a.minute < b.minute
    end
    return a.purpose < b.purpose
  end)
  if ctx:wants_data() then
    return ctx:data(json.array(rows))
  end
  write_table(ctx, rows, revision, use)
end

return command
