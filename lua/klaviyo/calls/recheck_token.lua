-- SPDX-License-Identifier: MIT
--- The text by which another process looks again for what a call did: err:token() writes it, klaviyo.recheck reads it.
--- It holds what the call was to do, when it began by the service's clock, and which service that was. It never holds a
--- credential. Whoever reads one trusts it with no more than look-ups: everything in it is checked and bounded.

local compare = require "klaviyo.calls.compare"
local core = require "klaviyo.core"
local json = require "klaviyo.model.json"
local ledger = require "klaviyo.calls.ledger"

local recheck_token = {}

local PREFIX = "klaviyo1."
local LIMITS = { bytes = 1048576, ids = 1000, text = 4096 }

-- base64url (RFC 4648 5), without padding ----------------------------------------------------------------------------

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local VALUES = {}
for i = 1, #ALPHABET do
  VALUES[ALPHABET:byte(i)] = i - 1
end

local function encode(text)
  local out = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    for k = 0, c and 3 or b and 2 or 1 do
      local place = math.floor(bits / 2 ^ (18 - 6 * k)) % 64 + 1
      out[#out + 1] = ALPHABET:sub(place, place)
    end
  end
  return table.concat(out)
end

-- nil if it is none.
local function decode(text)
  local out = {}
  if #text % 4 == 1 then
    return nil
  end
  for i = 1, #text, 4 do
    local bits, count = 0, math.min(4, #text - i + 1)
    for k = 0, 3 do
      local value = k < count and VALUES[text:byte(i + k)] or (k >= count and 0)
      if not value then
        return nil
      end
      bits = bits * 64 + value
    end
    local bytes = string.char(math.floor(bits / 65536), math.floor(bits / 256) % 256, bits % 256)
    out[#out + 1] = bytes:sub(1, count - 1)
  end
  return table.concat(out)
end

-- Tells a text that was cut or mistyped (Adler-32, RFC 1950).
local function checksum(text)
  local a, b = 1, 0
  for i = 1, #text do
    a = (a + text:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return ("%08x"):format(b * 65536 + a)
end

-- Writing ------------------------------------------------------------------------------------------------------------

---The service that a client talks to.
---@param client klaviyo.client
---@return string
function recheck_token.service(client)
  return (client.options.base_url:gsub("/+$", ""))
end

---@param client klaviyo.client
---@param record klaviyo.reconcile.record
---@param clock klaviyo.service_clock
---@param cause klaviyo.error
---@param outcome "unknown"|"happened"
---@return string
function recheck_token.write(client, record, clock, cause, outcome)
  local sent = record.body and compare.sent_by(record) or record.sent
  local known = {}
  for _, id in ipairs(record.known or {}) do
    known[#known + 1] = id
  end
  for _, id in ipairs(ledger.ids(client, LIMITS.ids - #known)) do
    known[#known + 1] = id ~= record.found and id or nil
  end
  local text = assert(json.encode {
    kind = record.kind, operation = record.operation, resource = record.resource, id = record.id,
    parents = record.parents, source = record.source, name = record.name, rename = record.rename,
    names = record.names, plan = record.plan, sent = sent, known = json.array(known),
    found = record.found, before = record.before,
    service = recheck_token.service(client), revision = record.revision or client.options.revision,
    -- our own clock tells how long ago the call began; the service's, when that was, if a Date was seen
    began = core.wall() - (core.now() - clock.began), earliest = clock.earliest,
    cause = cause.kind, outcome = outcome,
  })
  return PREFIX .. encode(text) .. "." .. checksum(text)
end

-- Reading ------------------------------------------------------------------------------------------------------------

local function is_text(value)
  return type(value) == "string" and value ~= "" and #value <= LIMITS.text and not value:find "%c"
end

-- An id is a segment of a path.
local function is_id(value)
  return is_text(value) and value ~= "." and value ~= ".."
end

local function is_optional_text(value)
  return value == nil or is_text(value)
end

local function is_ids(value)
  if type(value) ~= "table" then
    return value == nil
  end
  local count = 0
  for _, id in pairs(value) do
    count = count + 1
    if not is_text(id) or count > LIMITS.ids then
      return false
    end
  end
  return true
end

-- The names of audiences: { name, included } each.
local function is_names(value)
  if type(value) ~= "table" then
    return value == nil
  end
  for _, part in pairs(value) do
    if type(part) ~= "table" or not is_optional_text(part.name) or not is_ids(part.included) then
      return false
    end
  end
  return true
end

local function is_table(value)
  return value == nil or type(value) == "table"
end

local function is_instant(value)
  return type(value) == "number" and value == value and value > 0 and value < 1e11
end

local KINDS = { create = true, clone = true, schedule = true, cancel = true, revert = true, assign = true,
  update = true, delete = true }
-- Each resource, with the parent that a new one must have.
local RESOURCES = { campaign = {}, audience = { "campaign" }, message = { "audience" }, variation = { "message" } }

local function has_parents(record)
  for _, name in ipairs(RESOURCES[record.resource]) do
    if not is_id(record.parents[name]) then
      return false
    end
  end
  return true
end

-- Of each content only what its functions read: `fields`, and lists of contents.
local function is_content(value, depth)
  if type(value) ~= "table" or type(value.fields) ~= "table" or depth > 4 then
    return false
  end
  for _, list in ipairs { "audiences", "messages", "variations" } do
    if not is_table(value[list]) then
      return false
    end
    for _, part in pairs(value[list] or {}) do
      if not is_content(part, depth + 1) then
        return false
      end
    end
  end
  return is_ids(value.tags)
end

-- The templates of variations by their ids; an empty text for none.
local function is_templates(value)
  local count = 0
  for id, template in pairs(type(value) == "table" and value or { 1 }) do
    count = count + 1
    if not is_id(id) or not (template == "" or is_text(template)) or count > LIMITS.ids then
      return false
    end
  end
  return true
end

-- The fields that a record of each kind needs.
local function is_complete(record)
  if record.kind == "create" or record.kind == "clone" then
    return RESOURCES[record.resource] and is_ids(record.parents) and type(record.parents) == "table"
      and has_parents(record) and is_ids(record.known) and is_names(record.names)
      and (is_id(record.source) or record.source == nil and is_content(record.sent, 1))
  elseif record.kind == "update" then
    return RESOURCES[record.resource] and is_id(record.id) and is_content(record.sent, 1)
  elseif record.kind == "assign" then
    return is_id(record.id) and is_templates(record.before)
  elseif record.kind == "schedule" then
    return is_id(record.id) and type(record.plan) == "table"
  end
  return is_id(record.id) and (record.kind ~= "delete" or RESOURCES[record.resource])
end

local function is_valid(record)
  return type(record) == "table" and KINDS[record.kind] and is_text(record.operation)
    and is_text(record.service) and is_text(record.revision) and is_instant(record.began)
    and (record.earliest == nil or is_instant(record.earliest)) and is_optional_text(record.source)
    and is_optional_text(record.found) and is_optional_text(record.name)
    and is_optional_text(record.rename) and is_text(record.cause)
    and (record.outcome == "unknown" or record.outcome == "happened") and is_complete(record)
end

---Reads a text.
---@param text string
---@return klaviyo.reconcile.record|nil record  with service, revision, began, earliest, cause and outcome
---@return string|nil wrong
function recheck_token.read(text)
  if #text > LIMITS.bytes then
    return nil, "this is too long for what err:token() returned"
  end
  local encoded, sum = text:match "^%s*klaviyo1%.([%w_-]+)%.(%x+)%s*$"
  local plain = encoded and decode(encoded)
  if not plain then
    return nil, "this is not a whole text of err:token(): such a text is " .. PREFIX
      .. ", a long word, a dot and eight digits"
  elseif checksum(plain) ~= sum then
    return nil, "the text was cut or changed on its way: copy all of what err:token() returned"
  end
  local ok, record = pcall(json.decode, plain)
  if not (ok and is_valid(record)) then
    return nil, "this is not what err:token() of this version returned"
  end
  return record
end

return recheck_token
