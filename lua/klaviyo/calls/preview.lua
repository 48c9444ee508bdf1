-- SPDX-License-Identifier: MIT
--- How messages look: email templates as the service renders them, every other text filled in here, and text messages
--- counted in parts.

local blame = require "klaviyo.model.blame"
local call_options = require "klaviyo.calls.call_options"
local companion = require "klaviyo.calls.companion"
local contents = require "klaviyo.calls.contents"
local crud = require "klaviyo.calls.crud"
local json = require "klaviyo.model.json"
local object = require "klaviyo.objects.object"
local placeholders = require "klaviyo.model.placeholders"
local read_tree = require "klaviyo.calls.read_tree"
local sms = require "klaviyo.model.sms"
local suggest = require "klaviyo.model.suggest"

local preview = {}

local OPERATION = "render_template"

---@class klaviyo.preview.template
---@field id string
---@field name? string
---@field html? string       as the service rendered it
---@field text? string       its plain text, if it has one
---@field amp? string        its AMP version, if it has one
---@field err? klaviyo.error why it could not be rendered

---@class klaviyo.preview.sms : klaviyo.sms
---@field opt_out "added"|"in_text"|"missing"  the service adds how to opt out, the text says it, or neither was found
---@field additions string[]  settings by which the service changes the text after it was counted here

---@class klaviyo.preview.variation : klaviyo.placeholders.report
---@field id? string
---@field name? string
---@field channel? string
---@field details table                         every text in it filled in
---@field template? klaviyo.preview.template    of an email
---@field sms? klaviyo.preview.sms              of a text message that has a body

---@class klaviyo.preview
---@field id string
---@field name? string
---@field status? string
---@field channel? string  of the first variation
---@field variations klaviyo.preview.variation[]

local function text_of(value)
  return type(value) == "string" and value ~= "" and value or nil
end

local function or_nil(value)
  return value ~= json.null and value or nil
end

-- The context and the options of the call.
local function begin(client, options)
  local query, call = call_options.begin(client, options, { context = true })
  local unknown = next(query)
  if unknown ~= nil then
    blame(("preview has no option %s; it takes context and the options of a call"):format(tostring(unknown)))
  end
  local context = options and options.context
  if context ~= nil and not json.is_object(context) then
    blame(("preview: context is a table of values by name, found %s"):format(suggest.show(context)))
  end
  return { client = client, context = context or {}, call = call, rendered = {} }
end

-- Has the service render a template, once for all variations that have it. It changes nothing there.
local function render(run, id)
  local known = run.rendered[id]
  if known then
    return known
  end
  local received, err = companion.call(run.client, OPERATION, {
    options = call_options.with(run.call, { repeat_on_guess = true }),
    body = function(d)
      return d.render_template(id, run.context)
    end,
  })
  local template
  if received then
    template, err = crud.answered(run.client, OPERATION, received, nil, id)
  end
  if template then
    known = { id = id, name = text_of(object.peek(template, "name")), html = text_of(object.peek(template, "html")),
      text = text_of(object.peek(template, "text")), amp = text_of(object.peek(template, "amp")) }
  else
    err.outcome = "none" -- whatever became of the request, it changes nothing
    err.message = ("the template %s could not be rendered: %s"):format(id, err.message)
    known = { id = id, err = err }
  end
  run.rendered[id] = known
  return known
end

-- Counts the text as it is filled in. How to opt out may be in a tag that is not.
local function count(details, original)
  if details.channel ~= "sms" or not text_of(details.body) then
    return nil
  end
  local counted = sms.count(details.body)
  counted.forced_by = json.array(counted.forced_by)
  counted.opt_out, counted.additions = sms.opt_out(details), json.array(sms.additions(details))
  if counted.opt_out == "missing" then
    counted.opt_out = sms.opt_out(original)
  end
  return counted
end

local function of_variation(run, variation)
  local details, report = or_nil(object.peek(variation, "details")) or {}, placeholders.report()
  local filled = placeholders.fill_all(details, run.context, "details", report)
  local template = text_of(details.template_id)
  if template and details.channel ~= "email" then
    table.insert(report.unrendered, { path = "details.template_id", tag = template })
  end
  return { id = variation.id, name = or_nil(object.peek(variation, "name")), channel = text_of(details.channel),
    details = filled, unrendered = report.unrendered, missing = report.missing, sms = count(filled, details),
    template = template and details.channel == "email" and render(run, template) or nil }
end

local function of_message(run, message)
  local made = { id = message.id, name = or_nil(object.peek(message, "name")), variations = json.array(),
    status = or_nil(object.peek(message, "status")) }
  for i, variation in ipairs(message.variations) do
    made.variations[i] = of_variation(run, variation)
    made.channel = made.channel or made.variations[i].channel
  end
  return made
end

-- The first template that could not be rendered; the rest of a preview stands without it.
local function failure_of(previews)
  for _, made in ipairs(previews) do
    for _, variation in ipairs(made.variations) do
      if variation.template and variation.template.err then
        return variation.template.err
      end
    end
  end
end

---Shows every variation of a message.
---@param message klaviyo.message
---@param options? table
---@return klaviyo.preview|nil
---@return klaviyo.error|nil
function preview.message(message, options)
  local run = begin(message._client, options)
  if not contents.is_whole(message) then
    local _, err = crud.get(run.client, "message", message.id,
      call_options.with(run.call, { include = { "variations" } }), message._identity_map)
    if err then
      return nil, err
    end
  end
  local made = of_message(run, message)
  return made, failure_of { made }
end

-- Whether a campaign's messages and their variations are there.
local function is_whole(campaign)
  local messages = object.is_loaded(campaign) and object.peek(campaign, "messages")
  for _, message in ipairs(messages or {}) do
    if not contents.is_whole(message) then
      return false
    end
  end
  return messages and true or false
end

---Shows every message of a campaign. What the messages share is rendered once.
---@param campaign klaviyo.campaign
---@param options? table
---@return klaviyo.preview[]|nil
---@return klaviyo.error|nil
function preview.campaign(campaign, options)
  local run = begin(campaign._client, options)
  if not is_whole(campaign) then
    local _, err = read_tree.read(run.client, campaign.id, run.call, campaign._identity_map)
    if err then
      return nil, err
    end
  end
  local list = json.array()
  for i, message in ipairs(campaign.messages) do
    list[i] = of_message(run, message)
  end
  return list, failure_of(list)
end

---The option of its own, for the reference.
preview.options = { { "context", "table", "the values of variables, by name; for `person.name` a table in it" } }

return preview
