-- SPDX-License-Identifier: MIT
--- The revisions of the API, and what each of them brought or took away. Everything that depends on a revision asks
--- this table: dialect, operations, includes, rate limits, capabilities. A field says `since` in schema.lua itself.

local revisions = {}

---@class klaviyo.revision
---@field name string
---@field dialect "guide"|"openapi"|"auto"  auto: both published specs describe it, and differ
---@field companion? string  the revision that stable endpoints beside campaigns are asked with; nil: this one
---@field adds? klaviyo.revision.content    what it has and the revisions before it have not
---@field removes? klaviyo.revision.content what it no longer has
---@field tiers? table<string, string>      rate limit tiers that it gave to operations

---@class klaviyo.revision.content
---@field operations? string[]
---@field includes? string[]       "operation.include"
---@field capabilities? string[]

-- Oldest first. What no row names is in all of them. Operations and includes are those of the openapi dialect: the
-- guide describes one revision alone, and operations.lua says what it has.
---@type klaviyo.revision[]
revisions.list = {
  { name = "2026-04-15.pre", dialect = "auto", companion = "2026-07-15" },
  { name = "2026-07-15.pre", dialect = "openapi", companion = "2026-07-15",
    adds = { capabilities = { "throttle_unit", "smart_send_time" } },
    tiers = { get_tags_for_campaign_message = "S", get_tag_ids_for_campaign_message = "S" } },
  { name = "2026-10-15", dialect = "openapi",
    adds = { operations = { "get_tags_for_campaign", "get_tag_ids_for_campaign" },
      includes = { "get_campaigns.tags", "get_campaign.tags" } },
    tiers = { get_tags_for_campaign = "S", get_tag_ids_for_campaign = "S" } },
}

---The revision of a client that names none.
revisions.default = "2026-04-15.pre"

---The revision of the environment, or the default: what holds where a program names none.
---@return string
function revisions.chosen()
  local variable = os.getenv "KLAVIYO_REVISION" or ""
  return variable ~= "" and variable or revisions.default
end

local NEWEST = revisions.list[#revisions.list]
local YEARS_AHEAD = 2 -- a revision is supported for two years: one that is later is a typing error

local by_name, names = {}, {}
for i, row in ipairs(revisions.list) do
  by_name[row.name], names[i] = i, row.name
end

-- kind -> name -> index of the revision that added or removed it
local added = { operations = {}, includes = {}, capabilities = {} }
local removed = { operations = {}, includes = {}, capabilities = {} }
for i, row in ipairs(revisions.list) do
  for kind in pairs(added) do
    for _, name in ipairs(row.adds and row.adds[kind] or {}) do
      added[kind][name] = i
    end
    for _, name in ipairs(row.removes and row.removes[kind] or {}) do
      removed[kind][name] = i
    end
  end
end

local function is_day(year, month, day)
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  local days = { 31, leap and 29 or 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
  return month >= 1 and month <= 12 and day >= 1 and day <= days[month]
end

-- Whether this may be a revision that came out after this library.
local function is_newer(revision)
  local year, month, day = revision:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  if not year then
    year, month, day = revision:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)%.pre$"
  end
  local latest = ("%d%s"):format(tonumber(NEWEST.name:sub(1, 4)) + YEARS_AHEAD, NEWEST.name:sub(5, 10))
  return year ~= nil and is_day(tonumber(year), tonumber(month), tonumber(day))
    and revision:sub(1, 10) > NEWEST.name:sub(1, 10) and revision:sub(1, 10) <= latest
end

-- The known revision of the same day, or the one that is spelled most like it.
local function nearest(revision)
  for _, name in ipairs(names) do
    if #revision >= 10 and name:sub(1, 10) == revision:sub(1, 10) then
      return (' (did you mean "%s"?)'):format(name)
    end
  end
  return require("klaviyo.model.suggest").phrase(revision, names)
end

---The facts about a revision.
---@param revision any
---@return klaviyo.revision|nil  for a revision that is newer than this library, the newest that is known
---@return string|nil message    why it is rejected; beside a revision: what it was taken for
function revisions.find(revision)
  if type(revision) == "string" and by_name[revision] then
    return revisions.list[by_name[revision]]
  elseif type(revision) == "string" and is_newer(revision) then
    return NEWEST, ("revision %s is newer than this library, which treats it as %s"):format(revision, NEWEST.name)
  end
  local suggest = require "klaviyo.model.suggest"
  return nil, ("there is no revision %s of the multi-channel Campaigns API%s; there are %s, and later dates such as "
    .. "2027-01-15"):format(suggest.show(revision), nearest(tostring(revision)), suggest.list(names))
end

---Which dialect a revision speaks: `auto` where both published specs describe it.
---@param revision string
---@return "guide"|"openapi"|"auto"|nil
---@return string|nil message
function revisions.dialect(revision)
  local row, message = revisions.find(revision)
  return row and row.dialect, not row and message or nil
end

---The revision that the stable endpoints beside the campaigns are asked with.
---@param revision string  the client's
---@return string
function revisions.companion(revision)
  local row = revisions.find(revision)
  return row and row.companion or revision
end

---The first revision that has the stable endpoints itself.
---@return string
function revisions.companion_since()
  for _, row in ipairs(revisions.list) do
    if not row.companion then
      return row.name
    end
  end
end

-- The place of a revision in the list. One that is not in it (an escape hatch call may name any) counts as the newest
-- that is not later.
local function index_of(revision)
  local index = by_name[revision]
  for i = 1, index and 0 or #names do
    if i == 1 or names[i]:sub(1, 10) <= tostring(revision):sub(1, 10) then
      index = i
    end
  end
  return index
end

---Whether a revision is this one or a later one.
---@param revision? string  nil: the newest
---@param since? string     a revision of the list; nil: the first
---@return boolean
function revisions.reaches(revision, since)
  return revision == nil or since == nil or index_of(revision) >= by_name[since]
end

---Whether a revision has something.
---@param revision? string  nil: the newest
---@param kind "operations"|"includes"|"capabilities"
---@param name string
---@return boolean
function revisions.has(revision, kind, name)
  local index = revision == nil and #names or index_of(revision)
  local first, gone = added[kind][name], removed[kind][name]
  return not (first and index < first) and not (gone and index >= gone)
end

---The end of a sentence about something that a later revision has: which one, and how it is chosen.
---@param since string
---@return string
function revisions.hint(since)
  return ('it needs revision %s or later: klaviyo.client { revision = "%s" }, or --revision %s'):format(since, since,
    since)
end

-- The statuses with which a service may reject a request whole because it does not know its revision.
local REJECTS = { [400] = true, [404] = true, [406] = true, [410] = true }

-- Whether a JSON:API error is about the revision header, which no published document describes: its source names it, or
-- its words do, unless they are about a part of the body.
local function names_revision(item)
  local source = type(item.source) == "table" and item.source or {}
  for _, place in ipairs { "header", "parameter" } do
    if type(source[place]) == "string" then
      return source[place]:lower() == "revision"
    end
  end
  if type(source.pointer) == "string" and source.pointer:find "^/data" then
    return false
  end
  for _, words in ipairs { "code", "title", "detail" } do
    if type(item[words]) == "string" and item[words]:lower():find "revision" then
      return true
    end
  end
  return false
end

---Whether an error says that the service does not know the revision, or that what was asked for is gone for good.
---@param err klaviyo.error
---@return boolean
function revisions.is_rejected(err)
  if not REJECTS[err.status] then
    return false
  end
  for _, item in ipairs(err.errors or {}) do
    if names_revision(item) then
      return true
    end
  end
  return err.status == 410
end

---Adds to an error about a revision which one to name instead; leaves any other error as it is.
---@param err klaviyo.error
---@param revision string  that the request named
---@return klaviyo.error err
function revisions.explain(err, revision)
  if revision ~= "" and revisions.is_rejected(err) then
    local other = revision ~= NEWEST.name and NEWEST.name or names[#names - 1]
    err.message = ('%s; the request named revision %s: name one that the service still knows, such as '
      .. 'klaviyo.client { revision = "%s" }, or --revision %s'):format((err.message:gsub("%.$", "")), revision, other,
      other)
  end
  return err
end

---The operations, includes or capabilities that a later revision has and this one has not.
---@param revision string
---@param kind "operations"|"includes"|"capabilities"
---@return string[] names  sorted
function revisions.lacking(revision, kind)
  local list = {}
  for name in pairs(added[kind]) do
    list[#list + 1] = not revisions.has(revision, kind, name) and name or nil
  end
  table.sort(list)
  return list
end

---The first revision that has something.
---@param kind "operations"|"includes"|"capabilities"
---@param name string
---@return string|nil  nil: all have it
function revisions.since(kind, name)
  return names[added[kind][name]]
end

---The rate limit tier of an operation, the newest word counting.
---@param operation_id string
---@param revision string
---@return string|nil  nil: no revision says
function revisions.tier(operation_id, revision)
  for i = index_of(revision), 1, -1 do
    local tier = revisions.list[i].tiers and revisions.list[i].tiers[operation_id]
    if tier then
      return tier
    end
  end
end

return revisions
