-- SPDX-License-Identifier: MIT
--- The names of lists, segments and templates beside their ids, for people: `"VIP customers" (Y6nRLr)`. They are read
--- with one request or listing of a kind, kept for a short time, and never a reason for a command to fail.

local cache = require "klaviyo.cli.cache"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local filter = require "klaviyo.model.filter"
local text = require "klaviyo.cli.terminal.text"

local names = {}

local LIFETIME = 300 -- seconds that a name is shown without asking again
local FEW = 10       -- ids that are asked for at once; more of them cost a listing
local PATIENCE = 10  -- seconds for a request: what is shown does not depend on it

---@class klaviyo.cli.names
---@field private known table<string, string|false>  by id
---@field private kinds table<string, "list"|"segment"|"template">  by id
local object = {}
object.__index = object

---An id for people, with its name in front if that is known.
---@param id any
---@return string
function object:label(id)
  local name = self.known[id]
  return name and ('"%s" (%s)'):format(text.clean(name), text.clean(id)) or text.clean(tostring(id))
end

---Ids for people, with a comma between them.
---@param ids any
---@return string
function object:labels(ids)
  local out = {}
  for i, id in ipairs(describe.known(ids) and type(ids) == "table" and ids or {}) do
    out[i] = self:label(id)
  end
  return table.concat(out, ", ")
end

---The names of ids as data, with a semicolon between them; an id whose name is not known stands for itself.
---@param ids any
---@return string
function object:of(ids)
  local out = {}
  for i, id in ipairs(describe.known(ids) and type(ids) == "table" and ids or {}) do
    out[i] = self.known[id] or tostring(id)
  end
  return table.concat(out, "; ")
end

---What an id is of, if its name was read.
---@param id string
---@return "list"|"segment"|"template"|nil
function object:kind(id)
  return self.kinds[id]
end

---The name of an id, if it is known.
---@param id string
---@return string|nil
function object:name(id)
  return self.known[id] or nil
end

---The names that are known, by id.
---@return table<string, string>
function object:all()
  local map = {}
  for id, name in pairs(self.known) do
    map[id] = name or nil
  end
  return map
end

---No names at all: ids as they are.
---@type klaviyo.cli.names
names.none = setmetatable({ known = {}, kinds = {} }, object)

-- Reading -------------------------------------------------------------------------------------------------------------

-- All of a kind, or those of some ids; nil and the error.
local function read(ctx, kind, ids)
  local page, err = ctx:client()[kind .. "s"]:list { fields = { [kind] = { "name" } }, timeout = PATIENCE,
    filter = ids and filter.any("id", ids) or nil }
  local list = {}
  while page do
    for _, one in ipairs(page.data) do
      list[#list + 1] = one
    end
    page, err = page:next()
  end
  return not err and list or nil, err
end

-- What is known of a kind: { name or false, when } by id.
local function kept_of(ctx, kind)
  local kept, age = cache.read(ctx, "names")
  kept = type(kept) == "table" and age < LIFETIME and kept or {}
  local fresh, now = {}, os.time()
  for id, entry in pairs(type(kept[kind]) == "table" and kept[kind] or {}) do
    if type(entry) == "table" and type(entry[2]) == "number" and now - entry[2] < LIFETIME then
      fresh[id] = entry
    end
  end
  return fresh, kept
end

-- Reads the ids of a kind that are not known yet into `kept`. Returns an error where they cannot be read.
local function complete(ctx, kind, missing, kept, all)
  ctx.progress:begin "Reading names"
  local list, err = read(ctx, kind, #missing <= FEW and missing or nil)
  ctx.progress:finish()
  if not list then
    return err
  end
  local now = os.time()
  for _, id in ipairs(missing) do
    kept[id] = { false, now }
  end
  for _, one in ipairs(list) do
    kept[one.id] = { describe.known(one.name) or false, now }
  end
  all[kind] = kept
  cache.write(ctx, "names", all)
end

-- Tells once why there are no names of a kind. Returns whether other kinds may have some: a key has scopes for each.
local function note(ctx, kind, err)
  local others = err.kind == "forbidden"
  ctx.noted_names = ctx.noted_names or {}
  if ctx.noted_names[kind] then
    return others
  end
  ctx.noted_names[kind] = true
  ctx.term:note(ctx.term:err_style("hint", ("The names of %ss are not shown: %s"):format(kind,
    text.clean(failure.reason(err)))))
  return others
end

-- Finds the names of ids among the kinds that they may be of. is_fresh: not those that are kept.
local function find(ctx, ids, kinds, self, is_fresh)
  local known = self.known
  for _, kind in ipairs(kinds) do
    local kept, all = kept_of(ctx, kind)
    local missing = {}
    for _, id in ipairs(ids) do
      if not known[id] and (is_fresh or not kept[id]) then
        missing[#missing + 1] = id
      end
    end
    local err = #missing > 0 and complete(ctx, kind, missing, kept, all)
    if err and not note(ctx, kind, err) then
      return
    end
    for _, id in ipairs(err and is_fresh and {} or ids) do
      local name = kept[id] and kept[id][1] or nil
      known[id] = known[id] or name
      self.kinds[id] = self.kinds[id] or name and kind
    end
  end
end

-- Adds ids, each once.
local function add(list, seen, ids)
  for _, id in ipairs(type(ids) == "table" and ids or {}) do
    if type(id) == "string" and id ~= "" and not seen[id] then
      seen[id], list[#list + 1] = true, id
    end
  end
end

---Records a name that this command has looked up.
---@param ctx klaviyo.cli.context
---@param kind string  "list"
---@param id string
---@param name string
---@param kind "list"|"segment"|"template"
function names.learn(ctx, id, name, kind)
  ctx.learned_names, ctx.learned_kinds = ctx.learned_names or {}, ctx.learned_kinds or {}
  ctx.learned_names[id], ctx.learned_kinds[id] = name, kind
end

-- The names of some ids of lists and segments, and of templates. is_fresh: none that another command has read.
local function make(ctx, audiences, templates, is_fresh)
  local self = setmetatable({ known = {}, kinds = {} }, object)
  for id, name in pairs(ctx.learned_names or {}) do
    self.known[id], self.kinds[id] = name, ctx.learned_kinds[id]
  end
  if #audiences > 0 then
    find(ctx, audiences, { "list", "segment" }, self, is_fresh)
  end
  if #templates > 0 then
    find(ctx, templates, { "template" }, self, is_fresh)
  end
  return self
end

---All names of some kinds, with one listing of each.
---@param ctx klaviyo.cli.context
---@param kinds ("list"|"segment"|"template")[]
---@return klaviyo.cli.names
function names.all(ctx, kinds)
  local self = setmetatable({ known = {}, kinds = {} }, object)
  for _, kind in ipairs(kinds) do
    local list, err = read(ctx, kind)
    if not list and not note(ctx, kind, err) then
      break
    end
    for _, one in ipairs(list or {}) do
      self.known[one.id], self.kinds[one.id] = describe.known(one.name) or nil, kind
    end
  end
  return self
end

-- The ids of what campaigns refer to: lists and segments, and templates.
local function ids_in(campaigns)
  local audiences, templates, seen = {}, {}, {}
  for _, campaign in ipairs(campaigns) do
    for _, audience in ipairs(campaign.audiences) do
      add(audiences, seen, audience.included)
      add(audiences, seen, audience.excluded)
    end
    for _, message in ipairs(campaign.messages) do
      for _, content in ipairs(describe.contents(message)) do
        add(templates, seen, { describe.template(content.details) })
      end
    end
  end
  return audiences, templates
end

---The names of what campaigns refer to, as far as it is shown.
---@param ctx klaviyo.cli.context
---@param campaigns klaviyo.campaign[]  with all that is in them
---@return klaviyo.cli.names
function names.of(ctx, campaigns)
  local audiences, templates = ids_in(campaigns)
  return make(ctx, audiences, templates)
end

---The same before a send is agreed to: read now, since a list that was renamed goes to other people than its old name
---says.
---@param ctx klaviyo.cli.context
---@param campaigns klaviyo.campaign[]
---@return klaviyo.cli.names
function names.fresh(ctx, campaigns)
  local audiences, templates = ids_in(campaigns)
  return make(ctx, audiences, templates, true)
end

local function add_changes(changes, audiences, templates, seen)
  for _, change in ipairs(changes) do
    for _, field in ipairs(change.fields) do
      if field.name == "included" or field.name == "excluded" then
        add(audiences, seen, field.before)
        add(audiences, seen, field.after)
      elseif field.name == "details.template_id" then
        add(templates, seen, { field.before or field.after, field.after })
      end
    end
    add_changes(change.children, audiences, templates, seen)
  end
end

---The names of what changes refer to.
---@param ctx klaviyo.cli.context
---@param changes klaviyo.cli.change[]
---@return klaviyo.cli.names
function names.of_changes(ctx, changes)
  local audiences, templates = {}, {}
  add_changes(changes, audiences, templates, {})
  return make(ctx, audiences, templates)
end

---What this command has looked up, and nothing else.
---@param ctx klaviyo.cli.context
---@return klaviyo.cli.names
function names.learned(ctx)
  return setmetatable({ known = ctx.learned_names or {}, kinds = ctx.learned_kinds or {} }, object)
end

-- The ids of lists and segments in audiences.
local function ids_of(audiences)
  local list, seen = {}, {}
  for _, audience in ipairs(audiences) do
    add(list, seen, audience.included)
    add(list, seen, audience.excluded)
  end
  return list
end

---The names of what audiences refer to.
---@param ctx klaviyo.cli.context
---@param audiences klaviyo.audience[]
---@return klaviyo.cli.names
function names.of_audiences(ctx, audiences)
  return make(ctx, ids_of(audiences), {})
end

---What a campaign file may write in the place of the ids of lists and segments: those whose name nothing else of the
---kind has.
---@param campaign klaviyo.campaign
---@param lists { [1]: string, [2]: { id: string, name: string|klaviyo.null|nil }[] }[]  kind and all of it
---@return table<string, klaviyo.reference>  by id
function names.unique(campaign, lists)
  local wanted, references = ids_of(campaign.audiences), {}
  for _, pair in ipairs(lists) do
    local kind, by_id, count = pair[1], {}, {}
    for _, one in ipairs(pair[2]) do
      local name = describe.known(one.name) or ""
      by_id[one.id], count[name] = name, (count[name] or 0) + 1
    end
    for _, id in ipairs(wanted) do
      local name = by_id[id]
      references[id] = references[id] or name and name ~= "" and count[name] == 1 and { [kind] = name } or nil
    end
  end
  return references
end

---The names of all templates of a campaign.
---@param ctx klaviyo.cli.context
---@param campaign klaviyo.campaign
---@return klaviyo.cli.names
function names.of_templates(ctx, campaign)
  local list, seen = {}, {}
  for _, message in ipairs(campaign.messages) do
    for _, content in ipairs(describe.contents(message)) do
      add(list, seen, { describe.known(content.details.template_id) })
    end
  end
  return make(ctx, {}, list)
end

-- Whether a list has all of some ids.
local function has_all(list, ids)
  local there = {}
  for _, one in ipairs(list) do
    there[one.id] = true
  end
  for _, id in ipairs(ids) do
    if not there[id] then
      return false
    end
  end
  return true
end

---The same with a listing of lists, and one of segments where there are any; where they cannot be read, ids stay as
---they are.
---@param ctx klaviyo.cli.context
---@param campaign klaviyo.campaign
---@return table<string, klaviyo.reference>  by id
function names.references(ctx, campaign)
  local lists, wanted = {}, ids_of(campaign.audiences)
  for _, kind in ipairs(#wanted > 0 and { "list", "segment" } or {}) do
    local list, err = read(ctx, kind)
    if not list and not note(ctx, kind, err) then
      break
    end
    lists[#lists + 1] = { kind, list or {} }
    if has_all(list or {}, wanted) then
      break
    end
  end
  return names.unique(campaign, lists)
end

return names
