-- SPDX-License-Identifier: MIT
--- The options that filter and sort campaigns, shared by list and export.

local failure = require "klaviyo.cli.terminal.failure"
local describe = require "klaviyo.cli.describe"
local filter = require "klaviyo.model.filter"
local local_time = require "klaviyo.cli.local_time"
local schema = require "klaviyo.model.schema"
local values = require "klaviyo.cli.values"

local unpack = table.unpack or rawget(_G, "unpack")

local query = {}

local ORDERS = {}
for _, name in ipairs { "name", "id", "created_at", "updated_at" } do
  ORDERS[#ORDERS + 1] = name
  ORDERS[#ORDERS + 1] = "-" .. name
end

---Adds the options to a command.
---@param command table
---@param order? string  default: newest change first
---@param own? string    a field that the command sorts by itself; then it also chooses the default
function query.define(command, order, own)
  local orders = ORDERS
  if own then
    orders = { own, "-" .. own }
    for _, name in ipairs(ORDERS) do
      orders[#orders + 1] = name
    end
  end
  command:option("-n --name", "Campaigns whose name contains this."):argname "TEXT"
  command:flag("--archived", "Only archived campaigns.")
  command:flag("-a --all", "Archived campaigns too.")
  command:option("--builder", "Campaigns of this editor."):choices { "wizard", "canvas" }
  command:option("--status", "Campaigns with a message in this status: " .. table.concat(schema.statuses, ", ") .. ".")
    :argname "STATUS":convert(values.one_of("--status", schema.statuses, string.upper))
  for _, name in ipairs { "created", "updated" } do
    local since, before = "--" .. name .. "-since", "--" .. name .. "-before"
    command:option(since, ("Campaigns %s on or after this day: 2026-12-01, today, -7d."):format(name)):argname "DAY"
    command:option(before, ("Campaigns %s before this day."):format(name)):argname "DAY"
  end
  command:option("--sort", ("Sort by name, id, %screated_at or updated_at; - in front reverses the order.%s"):format(
    own and own .. ", " or "", own and " Default: -updated_at." or ""),
    not own and (order or "-updated_at") or nil)
    :argname "FIELD":convert(values.one_of("--sort", orders))
end

local function day(ctx, option, value)
  local epoch, message = local_time.parse(value, ctx:zone(), ctx:now())
  if not epoch then
    failure.raise { code = "usage", message = ("--%s %s"):format(option, message) }
  end
  return epoch
end

-- The conditions of the options as one filter; nil if there are none.
local function filter_of(ctx, args)
  local parts = {}
  if args.name then
    parts[#parts + 1] = filter.contains("name", args.name)
  end
  if args.archived or not args.all then
    parts[#parts + 1] = filter.equals("archived", args.archived == true)
  end
  if args.builder then
    parts[#parts + 1] = filter.equals("builder", args.builder)
  end
  for _, name in ipairs { "created", "updated" } do
    local since, before = args[name .. "_since"], args[name .. "_before"]
    if since then
      parts[#parts + 1] = filter.since(name .. "_at", day(ctx, name .. "-since", since))
    end
    if before then
      parts[#parts + 1] = filter.before(name .. "_at", day(ctx, name .. "-before", before))
    end
  end
  return #parts > 0 and filter.all(parts) or nil
end

---Iterates over the campaigns that the options select, with their messages.
---@param ctx klaviyo.cli.context
---@param limit? integer
---@param is_whole? boolean  with audiences and variations, too
---@param sort? string       instead of --sort
---@param with? string[]     what is read of each besides its messages
---@return fun(): klaviyo.campaign|nil
function query.each(ctx, limit, is_whole, sort, with)
  local args = ctx.args
  local count, left = 0, limit and limit > 0 and limit or math.huge
  local kl, page_size = ctx:client(), left < 100 and not args.status and left or nil
  ctx.progress:begin "Reading campaigns"
  local options = { filter = filter_of(ctx, args), sort = sort or args.sort, page_size = page_size }
  options.include = not is_whole and { "messages", unpack(with or {}) } or nil
  options.limit = not args.status and left < math.huge and left or nil
  local next_one = is_whole and kl.campaigns:trees(options) or kl.campaigns:each(options)
  return function()
    local campaign = left > 0 and next_one() or nil
    while campaign and args.status and not describe.statuses(campaign.messages)[args.status] do
      campaign = next_one()
    end
    if not campaign then
      ctx.progress:finish()
      return nil
    end
    count, left = count + 1, left - 1
    ctx.progress:set(count)
    return campaign
  end
end

return query
