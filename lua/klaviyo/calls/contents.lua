-- SPDX-License-Identifier: MIT
--- Messages with their variations, from the list of a campaign's messages: a hundred in a request. A list may come
--- late, so which messages there are is never concluded from it alone, and what it lacks, or shows older than it is
--- known already, is read by its id.

local call_options = require "klaviyo.calls.call_options"
local crud = require "klaviyo.calls.crud"
local filter = require "klaviyo.model.filter"
local object = require "klaviyo.objects.object"
local pages = require "klaviyo.calls.pages"
local time = require "klaviyo.model.time"

local contents = {}

---Whether a message and all its variations are there.
---@param message klaviyo.message
---@return boolean
function contents.is_whole(message)
  local variations = object.is_loaded(message) and object.peek(message, "variations")
  for _, variation in ipairs(variations or {}) do
    if not object.is_loaded(variation) then
      return false
    end
  end
  return variations and true or false
end

-- What is known of a message before a list is read.
local function known_of(message)
  if not object.is_loaded(message) then
    return {}
  end
  return { updated_at = object.peek(message, "updated_at"), status = object.peek(message, "status"),
    variations = object.peek(message, "variations") }
end

-- Whether an instant is before another one, equal to it, or after it; nil where either is not known.
local function order(a, b)
  if a == b then
    return 0
  end
  local x, y = time.parse(a), time.parse(b)
  return x and y and x - y
end

-- Whether a message, as a list showed it, is as new as it was known to be, with every variation that was known.
local function is_up_to_date(message, known)
  local difference = order(object.peek(message, "updated_at"), known.updated_at) or 0
  if difference < 0 or (difference == 0 and known.status and object.peek(message, "status") ~= known.status) then
    return false
  end
  local listed = {}
  for _, variation in ipairs(object.peek(message, "variations") or {}) do
    listed[variation.id] = true
  end
  for _, variation in ipairs(known.variations or {}) do
    if not listed[variation.id] then
      return false
    end
  end
  return true
end

-- The messages of a campaign as the list of messages has them, oldest first.
local function list(client, campaign, options, identity_map)
  return pages.all(client, "get_campaign_messages", nil, call_options.with(options, {
    filter = filter.equals("campaign_id", campaign), include = { "variations" }, page_size = 100,
    sort = "created_at" }), identity_map)
end

---Reads one message with its variations.
---@param client klaviyo.client
---@param id string
---@param options table  of the call
---@param identity_map klaviyo.identity_map
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function contents.get(client, id, options, identity_map)
  return crud.get(client, "message", id, call_options.with(options, { include = { "variations" } }), identity_map)
end

---Reads messages again, with their variations.
---@param client klaviyo.client
---@param campaign string|nil  id of theirs; nil: not known
---@param messages klaviyo.message[]
---@param options table        of the call
---@param identity_map klaviyo.identity_map  theirs
---@param is_expected? fun(message: klaviyo.message): boolean  whether this is what must be there now: what a list shows
---                                                            otherwise is read by its id
---@return boolean|nil true
---@return klaviyo.error|nil
---@return klaviyo.message[]|nil listed  all that the list holds; nil: none was read
function contents.load(client, campaign, messages, options, identity_map, is_expected)
  local known, is_listed = {}, {}
  for i, message in ipairs(messages) do
    known[i] = known_of(message)
  end
  local listed, err
  if campaign and #messages ~= 1 then
    listed, err = list(client, campaign, options, identity_map)
    if not listed then
      return nil, err
    end
  end
  for _, message in ipairs(listed or {}) do
    is_listed[message.id] = true
  end
  for i, message in ipairs(messages) do
    if not (is_listed[message.id] and contents.is_whole(message) and is_up_to_date(message, known[i]))
        or (is_expected and not is_expected(message)) then
      local _, failure = contents.get(client, message.id, options, identity_map)
      if failure then
        return nil, failure
      end
    end
  end
  return true, nil, listed
end

return contents
