-- SPDX-License-Identifier: MIT
--- Changing and deleting a resource. Both may be repeated; what became of them is read back where the responses do not
--- say.

local call_options = require "klaviyo.calls.call_options"
local crud = require "klaviyo.calls.crud"
local dialect = require "klaviyo.wire.dialect"
local reconcile = require "klaviyo.calls.reconcile"

local change = {}

-- Loaded on use: most programs never lose a response.
local function compare()
  return require "klaviyo.calls.compare"
end

local look = {}

---Whether the changes of an update are there.
---@type klaviyo.reconcile.look
function look.update(client, record, _, options)
  local fresh, err = crud.get(client, record.resource, record.id, options)
  if not fresh then
    return nil, err
  elseif compare().different_field(compare().sent_by(record).fields, fresh) then
    return "none"
  end
  return "done", fresh
end

---Whether a resource is gone. A campaign is archived instead.
---@type klaviyo.reconcile.look
function look.delete(client, record, _, options)
  local fresh, err = crud.get(client, record.resource, record.id, options)
  if fresh then
    return fresh.archived == true and "done" or "none", fresh.archived == true
  elseif err.kind == "not_found" and err.errors then
    return "done", true
  end
  return nil, err
end

---How reconcile looks for what an update or a deletion did.
---@type table<string, klaviyo.reconcile.method>
change.methods = { update = { look = look.update }, delete = { look = look.delete } }

-- The known state of the resource to be changed; it decides what the change may contain.
local function context(client, resource, id, name, revision, identity_map)
  local ctx = { dialect = name, revision = revision, now = client:now() }
  local known = identity_map and identity_map:find(dialect.types[resource], id)
  local document = known and known._document
  if document then
    local function read(path)
      return dialect.read(resource, path, function(place)
        return document:get(known._node, place)
      end)
    end
    function ctx.present(path)
      return read(path) ~= nil
    end
    ctx.send_settings = resource == "campaign" and read "send_settings" or nil
  end
  return ctx
end

---Changes fields. It may be repeated, since the values are given; where the responses do not say what became of it, the
---resource is read back.
---@param client klaviyo.client
---@param resource string
---@param id string
---@param changes table   changed fields alone
---@param options? table
---@param identity_map? klaviyo.identity_map
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function change.update(client, resource, id, changes, options, identity_map)
  local query, call = call_options.begin(client, options)
  local operation = crud.operation(resource, "update")
  local record = { kind = "update", operation = operation, resource = resource, id = id }
  local request = { ids = id, query = query, options = call, resource = resource, model = changes }
  function request.problems_in(name, revision, found)
    local ctx = context(client, resource, id, name, revision, identity_map)
    ctx.references = found
    return require("klaviyo.model.validate").update(resource, request.model, ctx)
  end
  function request.body(d)
    record.body = d.update(resource, id, request.model)
    return record.body
  end
  local resolved, refused = crud.with_ids(client, operation, request)
  if not resolved then
    return nil, refused
  end
  request.model = resolved
  if request.named or client._given then
    require("klaviyo.calls.given_names").changed(client, id, request)
  end
  local function attempt(attempt_options)
    local received, err = client._dispatch:call(operation, call_options.with(request, { options = attempt_options }))
    if not received then
      return nil, err
    end
    return crud.answered(client, operation, received, identity_map, id)
  end
  local updated, err = reconcile.perform(client, call, record, { method = change.methods.update,
    idempotent = true, attempt = attempt })
  if updated and identity_map and updated._identity_map ~= identity_map then
    identity_map:add(updated._document) -- it was read back
  end
  return updated, err
end

---Deletes a resource. It may be repeated; what became of it is read back where the responses do not say.
---@param client klaviyo.client
---@param resource string
---@param id string
---@param options? table
---@return boolean|nil
---@return klaviyo.error|nil
function change.delete(client, resource, id, options)
  local query, call = call_options.begin(client, options)
  local operation = crud.operation(resource, "delete")
  return reconcile.perform(client, call, { kind = "delete", operation = operation, resource = resource, id = id }, {
    method = change.methods.delete, idempotent = true,
    attempt = function(attempt_options)
      local received, err = client._dispatch:call(operation, { ids = id, query = query, options = attempt_options })
      if err and err.outcome == "happened" then
        return true -- whatever its body: there is nothing else to know of it
      end
      return received and true or nil, err
    end,
  })
end

return change
