-- SPDX-License-Identifier: MIT
--- Whether a resource of the account equals what was sent: every field that was sent, and the children one for one.
--
-- Both sides are `content`, a plain table that JSON can hold:
--   { fields = { name = ... }, audiences|messages|variations = { content, ... }, tags = { id, ... } }
-- Fields that were not sent are not in it. A list of children that was not sent means that there must be none.

local dialect = require "klaviyo.wire.dialect"
local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"

local compare = {}

local null = json.null

-- The children of each resource, by the name of their list.
local CHILDREN = { campaign = { audiences = "audience" }, audience = { messages = "message" },
  message = { variations = "variation" }, variation = {} }

-- Lists of ids, in which the order says nothing.
local SETS = { included = true, excluded = true, tags = true }

-- Fields for which the service puts a value of its own. They are compared by whether they hold something.
local REWRITTEN = {}
for _, fields in pairs(schema.details) do
  for _, field in ipairs(fields) do
    REWRITTEN[field[1]] = REWRITTEN[field[1]] or field.rewritten
  end
end

-- Fields that say nothing about the content: a service sets them, or a copy has its own.
local NO_CONTENT = { id = true, created_at = true, updated_at = true, archived = true, priority = true }

-- Texts, pictures, links and lists that stay empty unless they are sent, so that what is there was somebody else's
-- choice. Other fields have defaults, some of them the account's own.
local STAYS_EMPTY = { "description", "color", "included", "excluded", "subject", "preview_text", "body", "title",
  "cc_email", "bcc_email", "template_id", "mms_static_image_asset_id", "mms_dynamic_image_template", "static_asset_id",
  "ios_deep_link", "android_deep_link", "dynamic_media_template", "kv_pairs", "web_url", "video_asset_id",
  "action_buttons", "ab_test" }

-- The members of a body that are not fields.
local ELSEWHERE = { audiences = true, messages = true, variations = true, tags = true, definition = true,
  temporary_id = true, audience_temporary_id = true }

-- Values -------------------------------------------------------------------------------------------------------------

-- Services normalise white space: it is collapsed and trimmed before texts are compared.
local function plain_text(text)
  return (text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

local is_empty

-- An object of which every part is empty is empty, too: an A/B test that names nothing is none.
function is_empty(value)
  if type(value) == "table" then
    for _, part in pairs(value) do
      if json.is_array(value) or not is_empty(part) then
        return false
      end
    end
    return true
  end
  return value == nil or value == null or (type(value) == "string" and plain_text(value) == "")
end

local function as_set(list)
  local set, count = {}, 0
  for _, id in ipairs(type(list) == "table" and list or {}) do
    count = set[id] and count or count + 1
    set[id] = true
  end
  return set, count
end

---Whether two lists hold the same ids, in any order.
---@param a any
---@param b any
---@return boolean
function compare.same_ids(a, b)
  local x, n = as_set(a)
  local y, m = as_set(b)
  for id in pairs(x) do
    if not y[id] then
      return false
    end
  end
  return n == m
end

---Whether a value of the account is the one that was sent.
---@param name string  of the field
---@param sent any     nil: it was not sent, and anything will do
---@param found any
---@return boolean
function compare.same_value(name, sent, found)
  if sent == nil or (name == "name" and sent == null) then
    return true -- a resource without a name is given one
  elseif REWRITTEN[name] then
    return is_empty(sent) == is_empty(found)
  elseif SETS[name] then
    return compare.same_ids(sent, found)
  elseif is_empty(sent) then
    return is_empty(found) or (type(sent) == "table" and not json.is_array(sent) and type(found) == "table")
  elseif type(sent) == "string" and type(found) == "string" then
    return plain_text(sent) == plain_text(found)
  elseif type(sent) ~= "table" or type(found) ~= "table" then
    return sent == found
  elseif #sent > 0 and #sent ~= #found then
    return false
  end
  for key, value in pairs(sent) do
    if not compare.same_value(key, value, found[key]) then
      return false
    end
  end
  return true
end

---The fields of one content that another does not have: the name of the first one, nil if there is none.
---@param sent table   fields
---@param found table  fields
---@return string|nil
function compare.different_field(sent, found)
  for name, value in pairs(sent) do
    if not compare.same_value(name, value, found[name]) then
      return name
    end
  end
end

-- A field that was not sent and holds something all the same.
local unsent_field
function unsent_field(sent, found)
  for _, name in ipairs(STAYS_EMPTY) do
    if sent[name] == nil and not is_empty(found[name]) then
      return name
    end
  end
  if type(sent.details) == "table" and type(found.details) == "table" then
    return unsent_field(sent.details, found.details)
  end
end

-- Trees --------------------------------------------------------------------------------------------------------------

local different

-- Whether each of one list has a partner of its own in the other. Which one goes with which is not known, since lists
-- have no order: a partner that is taken may move on to another one (augmenting paths).
local function all_paired(resource, sent, found)
  local partner_of = {}
  local function pair(i, tried)
    for k = 1, #found do
      if not tried[k] and not different(resource, sent[i], found[k]) then
        tried[k] = true
        if not partner_of[k] or pair(partner_of[k], tried) then
          partner_of[k] = i
          return true
        end
      end
    end
    return false
  end
  for i = 1, #sent do
    if not pair(i, {}) then
      return false
    end
  end
  return true
end

-- Whether something has the tags that were sent, and no others. Without `sent`, any will do; a dialect that cannot send
-- tags does not show them either.
local function has_tags(sent, found)
  return not sent or compare.same_ids(sent, found) and (found ~= nil or next(sent) == nil)
end

-- The variations of a message that was sent without one: the service gives it one, of which nobody chose anything.
local GIVEN_ONE = { { fields = { details = {} } } }

-- Where two contents differ: the name of a field or list; nil where they do not.
function different(resource, sent, found)
  local field = compare.different_field(sent.fields, found.fields) or unsent_field(sent.fields, found.fields)
  if field then
    return field
  elseif not has_tags(sent.tags, found.tags) then
    return "tags"
  end
  for list, child in pairs(CHILDREN[resource]) do
    local wanted, there = sent[list], found[list] or {}
    wanted = wanted or resource == "message" and #there == 1 and GIVEN_ONE or {}
    if #wanted ~= #there or not all_paired(child, wanted, there) then
      return list
    end
  end
end

---Where a content of the account differs from the one that was sent; nil if nothing differs.
---@param resource string
---@param sent table
---@param found table
---@return string|nil
compare.difference = different

-- Contents -----------------------------------------------------------------------------------------------------------

-- The value at a dotted path of a table.
local function value_at(value, path)
  for key in path:gmatch "[^.]+" do
    if type(value) ~= "table" then
      return nil
    end
    value = value[key]
  end
  return value
end

-- The fields of a resource that are content, each read by `get`.
local function read_fields(resource, get)
  local fields = {}
  for _, field in ipairs(schema.resources[resource].fields) do
    local name = field[1]
    if not (NO_CONTENT[name] or ELSEWHERE[name] or field.read_only == true) then
      fields[name] = get(name)
    end
  end
  return fields
end

-- The names of a resource's attributes under which known fields stand, or that hold several of them.
local wire_names = setmetatable({}, { __index = function(self, resource)
  local names = {}
  for _, field in pairs(dialect.fields[resource]) do
    for _, path in ipairs(field.paths or {}) do
      local inner = path:gsub("^attributes%.", ""):gsub("^definition%.", "")
      names[inner:match "^[^.]+"] = true
    end
  end
  self[resource] = names
  return names
end })

-- The fields of a part of a request body, those included that this library does not know. The attributes of a part
-- within another one may stand without `definition`.
local function sent_fields(resource, attributes)
  local whole, inner = { attributes = attributes }, { attributes = { definition = attributes } }
  local function get(name)
    return dialect.read(resource, name, function(path)
      local value = value_at(whole, path)
      if value == nil then
        value = value_at(inner, path)
      end
      return value
    end)
  end
  local fields = read_fields(resource, get)
  local home = type(attributes.definition) == "table" and attributes.definition or attributes
  for name in pairs(home) do
    if type(name) == "string" and not (wire_names[resource][name] or NO_CONTENT[name] or ELSEWHERE[name]) then
      fields[name] = get(name)
    end
  end
  return fields
end

local function is_list(value)
  return type(value) == "table" and #value > 0
end

local function sent_variations(list)
  local out = {}
  for i, attributes in ipairs(is_list(list) and list or {}) do
    out[i] = { fields = sent_fields("variation", attributes) }
  end
  return out
end

local function sent_message(attributes)
  local definition = type(attributes.definition) == "table" and attributes.definition or {}
  local list = attributes.variations or definition.variations
  return { fields = sent_fields("message", attributes), variations = is_list(list) and sent_variations(list) or nil }
end

local function sent_campaign(attributes)
  local content = { fields = sent_fields("campaign", attributes), audiences = {} }
  local by_id = {}
  for i, item in ipairs(is_list(attributes.audiences) and attributes.audiences or {}) do
    content.audiences[i] = { fields = sent_fields("audience", item), messages = {} }
    by_id[item.temporary_id or i] = content.audiences[i]
  end
  for _, item in ipairs(is_list(attributes.messages) and attributes.messages or {}) do
    local audience = by_id[item.audience_temporary_id]
    if audience then
      table.insert(audience.messages, sent_message(item))
    end
  end
  return content
end

---The content that a request body would create.
---@param resource string
---@param body table    as the dialect writes it
---@return table content
function compare.sent(resource, body)
  local attributes, relationships = body.data.attributes or {}, body.data.relationships or {}
  local content
  if resource == "campaign" then
    content = sent_campaign(attributes)
  elseif resource == "message" then
    content = sent_message(attributes)
  else
    content = { fields = sent_fields(resource, attributes) }
  end
  if resource == "campaign" then
    local tags = relationships.tags and relationships.tags.data
    content.tags = {}
    for i, tag in ipairs(is_list(tags) and tags or {}) do
      content.tags[i] = tag.id
    end
  end
  return content
end

local function found_tags(object)
  local tags = object._document and object._document:get(object._node, "relationships.tags.data")
  if type(tags) ~= "table" then
    return nil
  end
  local ids = {}
  for i, tag in ipairs(tags) do
    ids[i] = tag.id
  end
  return ids
end

---The content that the request of a record sent.
---@param record klaviyo.reconcile.record
---@return table content
function compare.sent_by(record)
  record.sent = record.sent or compare.sent(record.resource, record.body)
  return record.sent
end

-- The content of an object and of its children; `fields_of` gives the fields of one.
local function content_of(object, resource, fields_of)
  local content = { fields = fields_of(object, resource), tags = resource == "campaign" and found_tags(object) or nil }
  for list, child in pairs(CHILDREN[resource]) do
    content[list] = {}
    for i, part in ipairs(object[list]) do
      content[list][i] = content_of(part, child, fields_of)
    end
  end
  return content
end

---The content of an object that was read with its children, to be compared with what was sent.
---@param object klaviyo.object
---@param resource string
---@return table content  its fields are the object itself
function compare.found(object, resource)
  return content_of(object, resource, function(one)
    return one
  end)
end

---The content that a copy of an object has, apart from its name and tags.
---@param object klaviyo.object
---@param resource string
---@return table content
function compare.copy(object, resource)
  local content = content_of(object, resource, function(one, name)
    return read_fields(name, function(field)
      return one[field]
    end)
  end)
  content.tags, content.fields.name = nil, nil
  return content
end

return compare
