-- SPDX-License-Identifier: MIT
--- A campaign with its whole hierarchy, in as few calls as a dialect allows: the guide includes variations with the
--- campaign; the OpenAPI file includes them with their message alone.

local call_options = require "klaviyo.calls.call_options"
local crud = require "klaviyo.calls.crud"
local errors = require "klaviyo.model.error"
local object = require "klaviyo.objects.object"
local operations = require "klaviyo.wire.operations"
local options_of = require "klaviyo.model.options"
local suggest = require "klaviyo.model.suggest"

local read_tree = {}

local function can_include(client, options)
  local name = client._dispatch:dialect(options.revision or client._dispatch.revision)
  return operations.get("get_campaign").query[name].include.variations ~= nil
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
  if can_include(client, options) then
    local all = call_options.with(options, { include = { "audiences", "messages", "variations" } })
    local campaign, err = crud.get(client, "campaign", id, all, identity_map)
    -- A refused include may be the other dialect's way to say that it has no such thing.
    if campaign or err.kind ~= "bad_request" then
      return campaign, err
    end
  end
  local campaign, err = crud.get(client, "campaign", id,
    call_options.with(options, { include = { "audiences", "messages" } }), identity_map)
  if not campaign then
    return nil, err
  end
  local messages = object.peek(campaign, "messages")
  if not messages then
    return nil, errors.new { kind = "json", message = "the response with the campaign does not name its messages" }
  end
  for _, message in ipairs(messages) do
    local _, failure = crud.get(client, "message", message.id,
      call_options.with(options, { include = { "variations" } }), campaign._identity_map)
    if failure then
      return nil, failure
    end
  end
  return campaign
end

return read_tree
