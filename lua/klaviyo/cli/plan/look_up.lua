-- SPDX-License-Identifier: MIT
--- Finds the campaigns of campaign files in the account: by the id in the lock file, by --adopt or the id in the file,
--- and a campaign of that name which no lock file knows. Of many files, in the fewest requests.

local as_json = require "klaviyo.cli.as_json"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local filter = require "klaviyo.model.filter"
local pretty = require "klaviyo.cli.terminal.pretty"
local selection = require "klaviyo.cli.selection"

local look_up = {}

local PAGE = 100 -- campaigns, and ids in a filter

-- A campaign by its id; nil if there is none.
local function by_id(ctx, id)
  local campaign, err = ctx:client().campaigns:tree(id)
  if not campaign and not failure.is_missing(err) then
    failure.check(nil, err)
  end
  return campaign
end

-- Campaigns by their ids, as a list has them: some may be missing in it.
local function listed(ctx, ids)
  local found = {}
  for first = 1, #ids, PAGE do
    local some = {}
    for i = first, math.min(#ids, first + PAGE - 1) do
      some[#some + 1] = ids[i]
    end
    for campaign in ctx:client().campaigns:trees { filter = filter.any("id", some) } do
      found[campaign.id] = campaign
    end
  end
  return found
end

local function add_ids(set, part)
  set[part.id] = true
  for _, name in ipairs { "audiences", "messages", "variations" } do
    for _, child in ipairs(part[name] or {}) do
      add_ids(set, child)
    end
  end
end

-- Whether a campaign of a list lacks what the lock file says an apply has put into it. A list may be behind.
local function is_behind(campaign, lock)
  local there = {}
  add_ids(there, campaign)
  for _, id in pairs(lock.entry.ids) do
    if not there[id] then
      return true
    end
  end
  return false
end

-- The id by which the campaign of a file is known.
local function known_id(ctx, item)
  return item.lock:id "campaign" or not ctx.args.adopt and item.ids[""] or nil
end

-- Reads the campaigns that are known by an id: one by itself, several as a list. What the list lacks is read by its id.
local function read_known(ctx, items)
  local ids, found = {}, {}
  for _, item in ipairs(items) do
    ids[#ids + 1] = known_id(ctx, item)
  end
  if #ids > 1 then
    found = listed(ctx, ids)
  end
  for _, item in ipairs(items) do
    local id = item.lock:id "campaign"
    if id and (not found[id] or is_behind(found[id], item.lock)) then
      found[id] = by_id(ctx, id)
    end
  end
  return found
end

-- The campaign that the lock file names. An archived one was often sent before, and a missing one may be another
-- account's, so a new one is created only on request.
local function locked(ctx, item, found)
  local id = item.lock:id "campaign"
  local campaign = id and found[id]
  if id and (not campaign or campaign.archived == true) then
    if not ctx.args.again and not ctx.args.adopt then
      failure.raise { code = "refused", hint = "--again creates a new one",
        message = ("The campaign %s of %s is %s."):format(id, item.lock.path, campaign and "archived"
          or "not in this account") }
    end
    item.lock:clear()
    return nil
  end
  return campaign
end

-- The campaign that --adopt or the file names.
local function adopted(ctx, item, found)
  local adopt = ctx.args.adopt
  local word = adopt or item.ids[""]
  local campaign = word and (not adopt and found[word] or selection.campaign(ctx, word))
  if campaign and campaign.archived == true then
    failure.raise { code = "refused", message = ("The campaign %s is archived, and cannot be adopted."):format(
      campaign.id), hint = adopt and "without --adopt a new one is created, or name another"
        or "remove its id from the file to create a new one" }
  end
  return campaign
end

-- Adds the campaigns of some names to `found`, by name. Reads so many pages at most. Returns whether that was all.
local function read_names(ctx, found, wanted, conditions, pages)
  local read = 0
  for campaign in ctx:client().campaigns:each { filter = filter.all(conditions), page_size = PAGE,
    limit = pages and pages * PAGE } do
    read = read + 1
    if wanted[campaign.name] then
      found[campaign.name] = found[campaign.name] or campaign
    end
  end
  return not pages or read < pages * PAGE
end

---The campaigns of the account that have the names of some models and are not archived. The service finds names one by
---one; several are looked for in the whole list, as long as that takes no more pages than there are names.
---@param ctx klaviyo.cli.context
---@param items { model: table }[]
---@return table<string, klaviyo.campaign>  by name
function look_up.named(ctx, items)
  local wanted, found, count = {}, {}, 0
  for _, item in ipairs(items) do
    local name = describe.known(item.model.name) or ""
    if name ~= "" then
      wanted[name], count = item, count + 1
    end
  end
  local unarchived = filter.equals("archived", false)
  if count < 2 or not read_names(ctx, found, wanted, { unarchived }, count) then
    for name in pairs(wanted) do
      read_names(ctx, found, wanted, { filter.contains("name", name), unarchived })
    end
  end
  return found
end

-- A campaign of that name that the lock file does not know ends the command: two of them are rarely wanted.
local function refuse_twins(ctx, items)
  local found = look_up.named(ctx, items)
  for _, item in ipairs(items) do
    local twin = found[item.model.name or false]
    if twin then
      local file = #items > 1 and item.file.name .. " " or ""
      failure.raise { code = "refused", message = ("The account has a campaign %q already (%s), and the lock file does "
        .. "not know it."):format(twin.name, twin.id), hint = ("%s--adopt %s takes it over; for another campaign, "
        .. "change the name in the file"):format(file, twin.id) }
    end
  end
end

---Finds the campaign of each file; one that is not there yet stays without.
---@param ctx klaviyo.cli.context
---@param items klaviyo.cli.planning[]
function look_up.campaigns(ctx, items)
  local found, new = read_known(ctx, items), {}
  for _, item in ipairs(items) do
    item.campaign = locked(ctx, item, found) or adopted(ctx, item, found)
    new[#new + 1] = not item.campaign and item or nil
  end
  refuse_twins(ctx, new)
end

-- The content of a campaign as one text, for comparing.
local function fingerprint(campaign)
  return pretty.line(as_json.campaign(campaign))
end

---Reads the campaigns again, and ends the command if one was changed while the user looked at the plan.
---@param ctx klaviyo.cli.context
---@param items klaviyo.cli.planning[]
function look_up.require_unchanged(ctx, items)
  local ids, changed = {}, {}
  for _, item in ipairs(items) do
    ids[#ids + 1] = item.campaign and item.campaign.id
  end
  if #ids == 1 then
    for _, item in ipairs(items) do
      if item.campaign then
        return selection.require_unchanged(ctx, item.campaign, "nothing was changed by you")
      end
    end
  end
  ctx.progress:begin "Reading again"
  local found = listed(ctx, ids)
  for _, item in ipairs(items) do
    local before = item.campaign
    local now = before and (found[before.id] or by_id(ctx, before.id))
    if before and (not now or fingerprint(now) ~= fingerprint(before)) then
      changed[#changed + 1] = ("%s: %s (%s)"):format(item.file.name, describe.name(before.name), before.id)
    end
  end
  ctx.progress:finish()
  if #changed > 0 then
    failure.raise { code = "refused", details = changed, hint = "run klaviyo plan again",
      message = "These campaigns were changed in the meantime; nothing was changed by you." }
  end
end

return look_up
