-- SPDX-License-Identifier: MIT
--- A campaign with its whole hierarchy, in as few calls as a dialect allows: the guide includes variations with the
--- campaign; the OpenAPI file includes them with messages alone, which a list has by the hundred.

local call_options = require "klaviyo.calls.call_options"
local contents = require "klaviyo.calls.contents"
local crud = require "klaviyo.calls.crud"
local errors = require "klaviyo.model.error"
local grammar = require "klaviyo.wire.grammar"
local object = require "klaviyo.objects.object"
local options_of = require "klaviyo.model.options"
local suggest = require "klaviyo.model.suggest"

local read_tree = {}

---Whether a campaign comes with its variations.
---@param client klaviyo.client
---@param options table  of the call
---@return boolean
function read_tree.can_include(client, options)
  local name = client._dispatch:dialect(options.revision or client._dispatch.revision)
  return grammar.of("get_campaign")[name].include.variations ~= nil
end

-- The messages that a response names.
local function messages_of(campaign)
  local messages = object.peek(campaign, "messages")
  if not messages then
    return nil, errors.new { kind = "json", message = "the response with the campaign does not name its messages" }
  end
  return messages
end

-- Reads the audiences that a response named and did not hold.
local function read_audiences(campaign, options)
  for _, audience in ipairs(object.peek(campaign, "audiences") or {}) do
    local _, err
    if not object.is_loaded(audience) then
      _, err = crud.get(campaign._client, "audience", audience.id, options, campaign._identity_map)
    end
    if err then
      return nil, err
    end
  end
  return true
end

-- Reads what a response named and did not hold: audiences, and messages or their variations. is_joined: it was to hold
-- all of it.
local function complete(campaign, options, is_joined)
  local messages, err = messages_of(campaign)
  if not messages then
    return nil, err
  end
  local read, failure = read_audiences(campaign, options)
  if not read then
    return nil, failure
  end
  local lacking = {}
  for _, message in ipairs(messages) do
    lacking[#lacking + 1] = not (is_joined and contents.is_whole(message)) and message or nil
  end
  if #lacking == 0 then
    return campaign
  end
  local done, unread = contents.load(campaign, lacking, options, { by_id = is_joined })
  return done and campaign, unread
end

---Reads a campaign and all that is in it into one identity map.
---@param client klaviyo.client
---@param id string
---@param options? table          of a call
---@param identity_map? klaviyo.identity_map
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
function read_tree.read(client, id, options, identity_map)
  local rest
  rest, options = call_options.begin(client, options)
  local name = next(rest)
  if name ~= nil then
    return nil, errors.new { kind = "validation", message = ("tree reads all there is: %s is no option of it%s; there "
      .. "are %s"):format(tostring(name), suggest.phrase(name, options_of.of_a_call),
      suggest.list(options_of.of_a_call)) }
  end
  if read_tree.can_include(client, options) then
    local all = call_options.with(options, { include = { "audiences", "messages", "variations" } })
    local campaign, err = crud.get(client, "campaign", id, all, identity_map)
    if campaign then
      return complete(campaign, options, true)
    elseif err.kind ~= "bad_request" then
      return nil, err -- a refused include may be the other dialect's way to say that it has no such thing
    end
  end
  local campaign, err = crud.get(client, "campaign", id,
    call_options.with(options, { include = { "audiences", "messages" } }), identity_map)
  if not campaign then
    return nil, err
  end
  return complete(campaign, options, false)
end

---Reads a campaign that was just created. The response to its creation says what is in it: where a later response does
---not name all of that yet, it stays what the campaign shows, and the rest is read by its id.
---@param client klaviyo.client
---@param campaign klaviyo.campaign  as the creation was answered
---@param options? table             of a call
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
function read_tree.read_created(client, campaign, options)
  local document, created = campaign._document, object.peek(campaign, "messages") or {}
  local whole, err = read_tree.read(client, campaign.id, options, campaign._identity_map)
  if not whole then
    return nil, err
  end
  local is_named = {}
  for _, message in ipairs(whole.messages) do
    is_named[message.id] = true
  end
  for _, message in ipairs(created) do
    if not is_named[message.id] then
      campaign._identity_map:add(document)
      return complete(campaign, options, true)
    end
  end
  return whole
end

read_tree.complete, read_tree.messages_of, read_tree.read_audiences = complete, messages_of, read_audiences

return read_tree
