-- SPDX-License-Identifier: MIT
--- Copies of campaigns, audiences and messages, as drafts.

local call_options = require "klaviyo.calls.call_options"
local create = require "klaviyo.calls.create"
local objects = require "klaviyo.objects.object"
local read_tree = require "klaviyo.calls.read_tree"
local suggest = require "klaviyo.model.suggest"

local clone = {}

-- The name of the copy, and the parts of a call that options make.
local function parts(source, options, method_options)
  local query, call = call_options.begin(source._client, options, method_options)
  local name = options and options.name
  if name ~= nil and (type(name) ~= "string" or name == "") then
    error("clone: the name of the copy is a string and not empty, found " .. suggest.show(name), 3)
  end
  return name, call, query
end

-- A copy stands: a failure to name it or to read it whole comes beside it, and does not look like a failure to make it.
local function complete(client, copy, rename, options)
  local failed
  if rename then
    failed = select(2, copy:update({ name = rename }, options))
  end
  local _, unread = read_tree.read_created(client, copy, options)
  return copy, failed or unread
end

-- Does for a copy that was found later what clone does at the end.
local function finish(client, record, copy, options)
  if record.resource ~= "campaign" then
    return copy
  end
  return complete(client, copy, record.rename, options)
end

-- A copy has what its source was given for names.
local function keep_names(client, source, copy)
  if copy and client._given then
    require("klaviyo.calls.given_names").copy(client, source, copy.id)
  end
end

---How reconcile looks for a copy.
---@type table<string, klaviyo.reconcile.method>
clone.methods = { clone = { look = create.find, adopts = true, finish = finish } }

---@param source klaviyo.campaign
---@param options? table
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
function clone.campaign(source, options)
  local client, id = source._client, source.id
  local method_options = { name = true }
  local name, call, query = parts(source, options, method_options)
  local record = { kind = "clone", operation = "clone_campaign", resource = "campaign", parents = {}, source = id }
  local copy, err = create.post(client, record, clone.methods.clone, {
    query = query, method_options = method_options, options = call, resource = "campaign", model = { name = name },
    body = function(d)
      local body, is_unsent = d.clone_campaign(id, { name = name })
      record.name, record.rename = not is_unsent and name or nil, is_unsent and name or nil
      return body
    end,
  })
  if not copy then
    return nil, err
  end
  keep_names(client, id, copy)
  return complete(client, copy, record.rename, call)
end

---@class klaviyo.clone.kind  a copy of what belongs to something: into another one of its kind, or its own
---@field resource string
---@field operation string
---@field parent string      the resource that it belongs to
---@field write string       the dialect's function that writes the body

---@type table<string, klaviyo.clone.kind>
local KINDS = {
  audience = { resource = "audience", operation = "clone_campaign_audience", parent = "campaign",
    write = "clone_audience" },
  message = { resource = "message", operation = "clone_campaign_message", parent = "audience",
    write = "clone_message" },
}

local function copy_into(kind, source, options)
  local client, id, parent = source._client, source.id, kind.parent
  local method_options = { name = true, [parent] = true }
  local name, call, query = parts(source, options, method_options)
  local own_parent = objects.peek(source, parent)
  local target = create.id_of(options and options[parent], parent, 2) or own_parent and own_parent.id
  if not target then
    error(("clone: name the %s that the copy goes to: %s = %s or its id"):format(parent, parent, parent), 2)
  end
  local record = { kind = "clone", operation = kind.operation, resource = kind.resource, source = id, name = name,
    parents = { [parent] = target } }
  local copy, err = create.post(client, record, clone.methods.clone, {
    query = query, method_options = method_options, options = call, resource = kind.resource, model = { name = name },
    body = function(d)
      return d[kind.write](id, { name = name }, target)
    end,
  })
  keep_names(client, id, copy)
  return copy, err
end

---@param source klaviyo.audience
---@param options? table
---@return klaviyo.audience|nil
---@return klaviyo.error|nil
function clone.audience(source, options)
  return copy_into(KINDS.audience, source, options)
end

---@param source klaviyo.message
---@param options? table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function clone.message(source, options)
  return copy_into(KINDS.message, source, options)
end

return clone
