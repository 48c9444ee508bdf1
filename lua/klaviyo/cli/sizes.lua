-- SPDX-License-Identifier: MIT
--- The sizes of lists and segments. Each costs a request of its own, of which the service allows one a second and 15 a
--- minute, so they are kept for an hour.

local cache = require "klaviyo.cli.cache"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local text = require "klaviyo.cli.terminal.text"

local sizes = {}

local LIFETIME = 3600 -- seconds
local A_MINUTE = 15   -- sizes that can be read

-- The sizes that are kept, by id: { size, when }.
local function kept_of(ctx, kind)
  local kept, fresh = cache.read(ctx, kind .. "_sizes"), {}
  local now = os.time()
  for id, entry in pairs(type(kept) == "table" and kept or {}) do
    local fine = type(entry) == "table" and type(entry[1]) == "number" and type(entry[2]) == "number"
    if fine and entry[2] <= now and now - entry[2] < LIFETIME then
      fresh[id] = entry
    end
  end
  return fresh
end

-- Reads one size; null if the list is gone meanwhile; nil and the error.
local function read(ctx, kind, id, timeout)
  local one, err = ctx:client()[kind .. "s"]:get(id, { additional_fields = { "profile_count" }, timeout = timeout })
  if not one and not failure.is_missing(err) then
    return nil, err
  end
  return one and type(one.profile_count) == "number" and one.profile_count or json.null
end

local function keep(ctx, kind, kept, id, size)
  if size ~= json.null then
    kept[id] = { size, os.time() }
    cache.write(ctx, kind .. "_sizes", kept) -- at once: an interrupt loses nothing
  end
end

-- Says beforehand what takes more than a minute.
local function announce(ctx, kind, count)
  if count > A_MINUTE and not ctx.args.json then
    ctx.term:note(ctx.term:err_style("hint", ("The service tells %d sizes a minute: %s take about %s. What was read is "
      .. "kept for an hour."):format(A_MINUTE, text.count(count, kind), text.count(math.ceil(count / A_MINUTE),
      "minute"))))
  end
end

---Adds `profile_count` to records of a kind.
---@param ctx klaviyo.cli.context
---@param kind "list"|"segment"
---@param records { id: string, profile_count: integer|klaviyo.null|nil }[]
function sizes.add(ctx, kind, records)
  local kept, missing = kept_of(ctx, kind), {}
  for _, record in ipairs(records) do
    local entry = kept[record.id]
    record.profile_count = entry and entry[1] or nil
    missing[#missing + 1] = not entry and record or nil
  end
  announce(ctx, kind, #missing)
  ctx.progress:begin("Reading sizes", #missing)
  for i, record in ipairs(missing) do
    record.profile_count = failure.check(read(ctx, kind, record.id))
    keep(ctx, kind, kept, record.id, record.profile_count)
    ctx.progress:set(i)
  end
  ctx.progress:finish()
end

---The sizes of some, as far as the service gives them: a failure does not end the command. No more are read than the
---service allows in a minute.
---@param ctx klaviyo.cli.context
---@param kind "list"|"segment"
---@param ids string[]
---@param patience fun(): number|nil  the seconds for the next request; nil: there is no time left
---@return table<string, integer> known  by id
---@return klaviyo.error|string|nil      why some are not known
function sizes.some(ctx, kind, ids, patience)
  local kept, known, left, problem = kept_of(ctx, kind), {}, A_MINUTE, nil
  for _, id in ipairs(ids) do
    local size, err = kept[id] and kept[id][1], nil
    if not size and left > 0 and not problem then
      local timeout = patience()
      if timeout then
        size, err = read(ctx, kind, id, timeout)
        left = left - 1
      end
      problem = err or not timeout and "there was no time left" or nil
      if size then
        keep(ctx, kind, kept, id, size)
      end
    elseif not size and not problem then
      problem = ("the service gives %d of them a minute: klaviyo %ss --count reads the rest"):format(A_MINUTE, kind)
    end
    known[id] = size ~= json.null and size or nil
  end
  return known, problem
end

return sizes
