-- SPDX-License-Identifier: MIT
--- Finds what a creation made whose response was lost. A resource is taken for it only if it was created while the call
--- was under way, equals everything that was sent, is unknown to the client, and is the only one of that kind.

local call_options = require "klaviyo.calls.call_options"
local compare = require "klaviyo.calls.compare"
local contents = require "klaviyo.calls.contents"
local core = require "klaviyo.core"
local crud = require "klaviyo.calls.crud"
local dialect = require "klaviyo.wire.dialect"
local ledger = require "klaviyo.calls.ledger"
local pages = require "klaviyo.calls.pages"
local read_tree = require "klaviyo.calls.read_tree"
local rules = require "klaviyo.calls.rules"
local time = require "klaviyo.model.time"

local find_created = {}

local MOST_PAGES = 50 -- of a list that is looked through
local MOST_SEEN = 20  -- objects in err.seen
local MOST_NAMED = 3  -- of them in a message
local EARLIER = 60    -- seconds before the call up to which a list is read, in case it is not quite sorted

---@class klaviyo.reconcile.record.creation : klaviyo.reconcile.record
---@field resource string                what was to be created
---@field parents table<string, string>  ids
---@field sent? table                    content, see compare
---@field source? string                 of a copy: the id of the original
---@field name? any                      of a copy: the name that was sent
---@field found? string                  the id of what an earlier look found and took over
---@field known? string[]                ids that the client knew, for a process that has no ledger
---@field names? table[]                  { name, included } of the audiences of a campaign
---@field rename? string                  of a copy: the name that its dialect has no place for

-- Where the siblings of a new resource are listed.
local PARENT = { audience = "campaign", message = "audience", variation = "message" }

local function list_of(record)
  if record.resource == "campaign" then
    return "get_campaigns", nil, { sort = "-created_at", page_size = 100 }
  end
  local parent = PARENT[record.resource]
  return dialect.relationships[parent][record.resource .. "s"].related, record.parents[parent], {}
end

local function is_known(client, record, id)
  if id == record.found then
    return false -- an earlier look took it over
  end
  for _, known in ipairs(record.known or {}) do
    if known == id then
      return true
    end
  end
  return id == record.source or ledger.has(client, id)
end

-- Whether a list that is sorted by creation time, newest first, has nothing of interest from here on.
local function is_long_before(clock, object)
  local created = time.parse(object.created_at)
  return created ~= nil and clock.earliest ~= nil and created < clock.earliest - EARLIER
end

-- Everything that was created while the call was under way and that the client does not know.
local function candidates_of(client, record, clock, options)
  local operation, parent, query = list_of(record)
  local found, asked = {}, core.now()
  local page, err = pages.page(client, operation, parent, call_options.with(options, query))
  for _ = 1, MOST_PAGES do
    if not page then
      return nil, err
    end
    local dated, why = clock:observe(page._request, asked)
    if not dated then
      return nil, why
    end
    for _, object in ipairs(page.data) do
      if query.sort and is_long_before(clock, object) then
        return found
      elseif clock:covers(object.created_at) and not is_known(client, record, object.id) then
        found[#found + 1] = object
      end
    end
    asked = core.now()
    page, err = page:next()
    if not page and not err then
      return found
    end
  end
  return nil, ("more than %d pages of %s were created since the call began"):format(MOST_PAGES, record.resource .. "s")
end

-- An object with all its children.
local function read_whole(client, resource, id, options)
  if resource == "campaign" then
    return read_tree.read(client, id, options)
  elseif resource == "variation" then
    return crud.get(client, resource, id, options)
  end
  local include = resource == "audience" and "messages" or "variations"
  local whole, err = crud.get(client, resource, id, call_options.with(options, { include = { include } }))
  if whole and resource == "audience" then
    local done, failure = contents.load(whole, whole.messages, options)
    return done and whole, failure
  end
  return whole, err
end

-- Names of copies ----------------------------------------------------------------------------------------------------

-- Whether a copy may have this name: the one that was sent; without one, another that holds the original's.
local function is_copy_name(found, sent, original)
  if sent ~= nil then
    return compare.same_value("name", sent, found)
  end
  return type(original) ~= "string"
    or (type(found) == "string" and found ~= original and found:find(original, 1, true) ~= nil)
end

-- Comparing ----------------------------------------------------------------------------------------------------------

-- The content that a candidate must equal, and a function that decides whether its name fits.
local function expected_of(client, record, options)
  if not record.source then
    return compare.sent_by(record), function()
      return true -- the name is a part of the content
    end
  end
  local original, err = read_whole(client, record.resource, record.source, options)
  if not original then
    return nil, err
  end
  local name = original.name
  return compare.copy(original, record.resource), function(found)
    return is_copy_name(found, record.name, name)
      or (record.rename ~= nil and compare.same_value("name", record.rename, found)) -- it was renamed already
  end
end

local function all_drafts(object, resource)
  if resource == "message" then
    return object.status == "DRAFT"
  end
  for _, message in ipairs((resource == "campaign" or resource == "audience") and object.messages or {}) do
    if message.status ~= "DRAFT" then
      return false
    end
  end
  return true
end

-- Where a candidate differs, as far as its own fields tell.
local function differs_at_first_sight(candidate, expected, fits_name)
  return compare.different_field(expected.fields, candidate) or (not fits_name(candidate.name) and "name") or nil
end

-- Where it differs, once it was read whole.
local function differs(whole, expected, resource)
  return compare.difference(resource, expected, compare.found(whole, resource))
    or (not all_drafts(whole, resource) and "status") or nil
end

-- Whether another creation of this client, whose response is still to come, may have made it.
local function may_be_of_another(client, record, whole)
  for _, other in ipairs(ledger.others(client, record)) do
    if other.resource == record.resource
        and (other.source or other.body and not differs(whole, compare.sent_by(other), record.resource)) then
      return true
    end
  end
  return false
end

-- With rule 4 switched off: the newest of that name will do.
local function adopt_any(candidates, expected, fits_name)
  for _, candidate in ipairs(candidates) do
    if compare.same_value("name", expected.fields.name, candidate.name) and fits_name(candidate.name) then
      return "done", candidate
    end
  end
  return "none"
end

local function judge(resource, equal, others, differences)
  if #equal == 1 then
    return "done", equal[1]
  elseif #equal > 1 then
    return "over", equal, ("%d %ss that equal it were created meanwhile, and which of them came of this call cannot be "
      .. "said"):format(#equal, resource)
  elseif #others > 0 then
    return "other", others, ("of what was created meanwhile nothing equals it (%s), and it may still come"):format(
      table.concat(differences, "; "))
  end
  return "none"
end

---Looks once.
---@param client klaviyo.client
---@param record klaviyo.reconcile.record.creation
---@param clock klaviyo.service_clock
---@param options table  of the call
---@return "done"|"none"|"other"|"over"|nil verdict  nil: the look failed
---@return any found     the object; those that were created meanwhile, for other and over; the error or a sentence
---@return string|nil why
function find_created.look(client, record, clock, options)
  local candidates, err = candidates_of(client, record, clock, options)
  if not candidates then
    return nil, err
  end
  local expected, fits_name = expected_of(client, record, options)
  if not expected then
    return nil, fits_name
  elseif not rules.adopt_only_ours then
    return adopt_any(candidates, expected, fits_name)
  end
  local equal, others, differences = {}, {}, {}
  for _, candidate in ipairs(candidates) do
    local difference, whole = differs_at_first_sight(candidate, expected, fits_name), nil
    if not difference then
      local failure
      whole, failure = read_whole(client, record.resource, candidate.id, options)
      if not whole then
        return nil, failure
      end
      difference = differs(whole, expected, record.resource)
    end
    if not difference then
      equal[#equal + 1] = whole
    elseif #others < MOST_SEEN then
      others[#others + 1] = whole or candidate
      differences[#others] = #others <= MOST_NAMED and ("%s differs in %s"):format(candidate.id, difference) or nil
    end
  end
  if #equal == 1 and may_be_of_another(client, record, equal[1]) then
    return "other", equal, "it equals what another call of this client is creating, too"
  end
  return judge(record.resource, equal, others, differences)
end

return find_created
