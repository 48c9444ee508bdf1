-- SPDX-License-Identifier: MIT
--- Puts ids in the place of the names in campaign files, before files are compared with the account: one look-up for
--- all files, and one failure for all that is unknown or ambiguous, with the line of each.

local errors = require "klaviyo.model.error"
local failure = require "klaviyo.cli.terminal.failure"
local names = require "klaviyo.cli.names"
local reference = require "klaviyo.model.reference"

local resolve_names = {}

-- The errors about each file, without its place in the list.
local function by_file(err)
  local groups = {}
  for _, item in ipairs(err.errors or {}) do
    local place, rest = tostring(item.path):match "^%[(%d+)%]%.(.*)$"
    if not place then
      return nil
    end
    local group, own = groups[tonumber(place)] or {}, {}
    for key, value in pairs(item) do
      own[key] = value
    end
    own.path, own.detail = rest, (item.detail:gsub("^%[%d+%]%.", ""))
    group[#group + 1], groups[tonumber(place)] = own, group
  end
  return groups
end

-- The failure of one file, as data.
local function refusal(file, group)
  local _, raised = pcall(file.refuse, file, errors.new { kind = "validation", message = "", errors = group })
  return raised
end

local function refuse(items, err)
  local groups, details, failed = by_file(err), {}, {}
  for i, item in ipairs(groups and items or {}) do
    local one = groups[i] and refusal(item.file, groups[i])
    failed[#failed + 1] = one or nil
    for _, line in ipairs(one and one.details or {}) do
      details[#details + 1] = line
    end
  end
  if #failed == 1 then
    error(failed[1], 0)
  elseif #failed == 0 then
    failure.check(nil, err)
  end
  failure.raise { code = "input", details = details,
    message = ("%d of %d files have names that are not known; nothing was sent"):format(#failed, #items) }
end

-- Keeps what was looked up, so that it need not be read again to be shown.
local function learn(ctx, before, after)
  local kind, name = reference.of(before)
  if kind and type(after) == "string" then
    names.learn(ctx, after, name, kind)
  elseif type(before) == "table" and type(after) == "table" then
    for key, value in pairs(before) do
      learn(ctx, value, after[key == "template" and after[key] == nil and "template_id" or key])
    end
  end
end

---Replaces the models by such with ids. Names that are unknown or ambiguous end the command.
---@param ctx klaviyo.cli.context
---@param items { file: klaviyo.cli.campaign_file, model: table }[]  already validated
function resolve_names.all(ctx, items)
  local named, models = {}, {}
  for _, item in ipairs(items) do
    if reference.is_in(item.model) then
      named[#named + 1], models[#models + 1] = item, item.model
    end
  end
  if #named == 0 then
    return
  end
  ctx.progress:begin "Looking up names"
  -- Anew: an editor may have looked up a name some minutes ago that another list has now.
  local resolved, err = ctx:client().campaigns:resolve(models, { validate = false, name_cache = 0 })
  ctx.progress:finish()
  if not resolved then
    refuse(named, err)
  end
  for i, item in ipairs(named) do
    learn(ctx, item.model, resolved[i])
    item.model = resolved[i]
  end
end

return resolve_names
