-- SPDX-License-Identifier: MIT
--- Assigning a template to a message, at most once. The service copies the template for each request, so that the
--- message holds the id of a copy, which nobody knows beforehand: what shows an assignment whose response was lost is
--- that a variation has another template than before.

local call_options = require "klaviyo.calls.call_options"
local companion = require "klaviyo.calls.companion"
local core = require "klaviyo.core"
local crud = require "klaviyo.calls.crud"
local given_names = require "klaviyo.calls.given_names"
local object = require "klaviyo.objects.object"
local reconcile = require "klaviyo.calls.reconcile"
local reference = require "klaviyo.model.reference"
local references = require "klaviyo.calls.references"
local relationship = require "klaviyo.calls.relationship"
local suggest = require "klaviyo.model.suggest"

local assign_template = {}

local OPERATION = "assign_template_to_campaign_message"

-- The template of each variation, by id; an empty text for none.
local function templates_of(client, id, options)
  local variations, err = relationship.read(client, "message", id, "variations", options)
  if not variations then
    return nil, err
  end
  local templates = {}
  for _, variation in ipairs(variations) do
    local details = object.peek(variation, "details")
    local template = type(details) == "table" and details.template_id
    templates[variation.id] = type(template) == "string" and template or ""
  end
  return templates
end

---Whether the variations have other templates than before.
---@type klaviyo.reconcile.look
local function look(client, record, _, options)
  local templates, err = templates_of(client, record.id, options)
  if not templates then
    return nil, err
  end
  local has_changed, has_kept = false, false
  for id, template in pairs(templates) do
    local before = record.before[id]
    if before or next(record.before) == nil then -- a variation that was added since shows nothing
      local is_other = template ~= "" and template ~= before
      has_changed, has_kept = has_changed or is_other, has_kept or not is_other
    end
  end
  if not has_changed then
    return "none"
  elseif has_kept then
    return "other", templates, "not all of its variations have another template than before"
  elseif options.reconcile_strict then
    return "over", templates, "a variation has another template than before, but reconcile_strict is set"
  end
  return "done", crud.get(client, "message", record.id, options)
end

---How reconcile looks for an assignment.
---@type table<string, klaviyo.reconcile.method>
assign_template.methods = { assign = { look = look } }

---@param message klaviyo.message
---@param template string|klaviyo.reference  its id or name
---@param options? table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function assign_template.assign(message, template, options)
  if (type(template) ~= "string" or template == "") and not reference.of(template) then
    error(("assign_template takes the id of a template, a string and not empty, or klaviyo.template with its name; "
      .. "found %s"):format(suggest.show(template)), 3)
  end
  local client, began = message._client, core.now()
  local query, call = call_options.begin(client, options)
  local unknown = next(query)
  if unknown ~= nil then
    error(("assign_template has no option %s; it takes those of a call"):format(tostring(unknown)), 3)
  end
  local id, refused, named = references.id(client, template, "template", "assign_template", call)
  if not id then
    return nil, refused
  end
  local before, unread = templates_of(client, message.id, call)
  if not before then
    return nil, unread
  end
  local record = { kind = "assign", operation = OPERATION, id = message.id, before = before }
  local done, err = reconcile.perform(client, call, record, { method = assign_template.methods.assign,
    attempt = function(attempt_options)
      local received, failed = companion.call(client, OPERATION, { options = attempt_options, not_idempotent = true,
        body = function(d)
          return d.assign_template(message.id, id)
        end })
      return received and message, failed
    end })
  if not done then
    return nil, err
  end
  given_names.replaced(client, message.id, began)
  given_names.record(client, message.id, named)
  local _, failed = crud.get(client, "message", message.id, call_options.with(call, { include = { "variations" } }),
    message._identity_map)
  return message, failed
end

return assign_template
