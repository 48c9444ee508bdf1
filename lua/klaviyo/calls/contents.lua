-- SPDX-License-Identifier: MIT
--- Messages with their variations, from the list of a campaign's messages: a hundred in a request. A list may come
--- late, so which messages there are is never concluded from it alone, and what it lacks, or shows older than it is
--- known already, is read by its id.

local call_options = require "klaviyo.calls.call_options"
local crud = require "klaviyo.calls.crud"
local errors = require "klaviyo.model.error"
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

-- The facts known about a message before a list is read.
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

---@class klaviyo.contents.how
---@field is_expected? fun(message: klaviyo.message): boolean  whether this is what must be there now: what a list shows
---                                                            otherwise is read by its id
---@field by_id? boolean        each by its id, because there was a list already
---@field may_be_gone? boolean  a message that no longer exists is left out, and no error

---What is known of messages before a list is read, by id.
---@param messages klaviyo.message[]
---@return table<string, table>
function contents.known(messages)
  local known = {}
  for _, message in ipairs(messages) do
    known[message.id] = known_of(message)
  end
  return known
end

local function ids_of(messages)
  local set = {}
  for _, message in ipairs(messages) do
    set[message.id] = true
  end
  return set
end

---Reads by its id each message that a list lacked or showed otherwise than it is known to be.
---@param client klaviyo.client
---@param messages klaviyo.message[]
---@param known table<string, table>         see contents.known
---@param is_listed table<string, boolean>   by id: those that a list held
---@param options table                      of the call
---@param identity_map klaviyo.identity_map  theirs, which has the list
---@param how klaviyo.contents.how
---@return klaviyo.message[]|nil messages  those that exist
---@return klaviyo.error|nil
function contents.complete(client, messages, known, is_listed, options, identity_map, how)
  local there = {}
  for _, message in ipairs(messages) do
    local is_fine = is_listed[message.id] and contents.is_whole(message)
      and is_up_to_date(message, known[message.id] or {}) and not (how.is_expected and not how.is_expected(message))
    local read, err = is_fine, nil
    if not is_fine then
      read, err = crud.get(client, "message", message.id, call_options.with(options, { include = { "variations" } }),
        identity_map)
    end
    if read then
      there[#there + 1] = message
    elseif not (how.may_be_gone and err.kind == "not_found" and err.errors) then
      return nil, err
    end
  end
  return there
end

-- The id of the campaign that something belongs to; nil if it is not known.
local function campaign_of(owner)
  local campaign = object.resource_of(owner) == "campaign" and owner or object.peek(owner, "campaign")
  return campaign and campaign.id
end

---Reads messages of a campaign or an audience again, with their variations.
---@param owner klaviyo.campaign|klaviyo.audience
---@param messages klaviyo.message[]
---@param options table  of the call
---@param how? klaviyo.contents.how
---@return klaviyo.message[]|nil messages
---@return klaviyo.error|nil
function contents.load(owner, messages, options, how)
  local client, identity_map = owner._client, owner._identity_map
  local campaign = #messages > 1 and (campaign_of(owner) or campaign_of(messages[1]))
  local known, listed, err = contents.known(messages), {}, nil
  if campaign and not (how and how.by_id) then
    listed, err = list(client, campaign, options, identity_map)
  end
  if not listed then
    return nil, err
  end
  return contents.complete(client, messages, known, ids_of(listed), options, identity_map, how or {})
end

-- Whether a list of a campaign's messages holds one that does not say whose it is, and is not known.
local function is_unclear(listed, known)
  for _, message in ipairs(listed) do
    if not known[message.id] and not object.peek(message, "campaign") then
      return true
    end
  end
  return false
end

-- The messages of a campaign: those that are known, and those of a list that say so themselves, or whose ids the
-- campaign's own relationship names. A message that says otherwise is an error: it is not to be taken for this one's.
local function owned(client, campaign, messages, known, listed, options)
  local names = {}
  if is_unclear(listed, known) then
    local ids, err = pages.all(client, "get_message_ids_for_campaign", campaign,
      call_options.with(options, { ids = true }))
    if not ids then
      return nil, err
    end
    for _, id in ipairs(ids) do
      names[id] = true
    end
  end
  local out, is_listed = {}, ids_of(listed)
  for _, message in ipairs(listed) do
    local owner = object.peek(message, "campaign")
    if owner and owner.id ~= campaign then
      return nil, errors.new { kind = "json", message = ("the list of the messages of campaign %s holds %s of campaign "
        .. "%s"):format(campaign, tostring(message), tostring(owner.id)) }
    elseif owner or known[message.id] or names[message.id] then
      out[#out + 1] = message
    end
  end
  for _, message in ipairs(messages) do
    out[#out + 1] = not is_listed[message.id] and message or nil
  end
  return out
end

-- All messages of a campaign: those that are known, and those that a list has beside them.
local function of_campaign(campaign, messages, options, how)
  local client, identity_map = campaign._client, campaign._identity_map
  local known = contents.known(messages)
  local listed, err = list(client, campaign.id, options, identity_map)
  if not listed then
    return nil, err
  end
  local wanted, refused = owned(client, campaign.id, messages, known, listed, options)
  if not wanted then
    return nil, refused
  end
  return contents.complete(client, wanted, known, ids_of(listed), options, identity_map, how)
end

-- All messages of an audience: those that its relationship leads to, and those that are known.
local function of_audience(audience, known, options, how)
  local messages, err = audience:related("messages", options)
  if not messages then
    return nil, err
  end
  local is_named = ids_of(messages)
  for _, message in ipairs(known) do
    messages[#messages + 1] = not is_named[message.id] and message or nil
  end
  return contents.load(audience, messages, options, how)
end

---Reads all messages of a campaign or an audience, with their variations: those that the service names now, and those
---that the object named before, unless they are gone.
---@param owner klaviyo.campaign|klaviyo.audience
---@param options table  of the call
---@param is_expected? fun(message: klaviyo.message): boolean  see klaviyo.contents.how
---@return klaviyo.message[]|nil messages
---@return klaviyo.error|nil
function contents.of(owner, options, is_expected)
  local read = object.resource_of(owner) == "campaign" and of_campaign or of_audience
  return read(owner, object.peek(owner, "messages") or {}, options, { may_be_gone = true, is_expected = is_expected })
end

return contents
