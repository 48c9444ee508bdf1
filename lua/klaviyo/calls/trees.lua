-- SPDX-License-Identifier: MIT
--- Campaigns with their whole trees, one after the other, in as few requests as a dialect allows.
--
-- Where campaigns do not come with their variations, two lists are joined, both in the order of creation: pages of
-- campaigns, and pages of the account's messages. A message that is read before its campaign is kept, but no more than
-- some pages of them: what was dropped, and what the list lacks, is read by campaign or by id.

local call_options = require "klaviyo.calls.call_options"
local contents = require "klaviyo.calls.contents"
local errors = require "klaviyo.model.error"
local filter = require "klaviyo.model.filter"
local object = require "klaviyo.objects.object"
local options_of = require "klaviyo.model.options"
local pages = require "klaviyo.calls.pages"
local read_tree = require "klaviyo.calls.read_tree"
local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"

local trees = {}

local PAGE = 100 -- messages in a request
local KEPT = 10  -- pages of messages that are kept for campaigns to come
local OWN = { "filter", "sort", "limit", "prefetch", "page_size" }

-- The scan over the account's messages ------------------------------------------------------------------------------

---@class klaviyo.trees.scan
---@field next_page fun(): klaviyo.message[]|nil, any
---@field kept klaviyo.trees.page[]  oldest first
---@field at table<string, klaviyo.trees.page>  by the ids of messages that were not asked for yet
---@field last? number    creation time of the last message
---@field ended? boolean

---@class klaviyo.trees.page
---@field document userdata
---@field ids string[]
---@field left integer  how many of them were not asked for yet

-- Begins at a time: the earliest creation of what is needed first, or in descending order the latest.
local function begin_scan(client, call, is_descending, from)
  local at = from and time.format(is_descending and math.ceil(from) + 1 or math.floor(from))
  return { kept = {}, at = {}, next_page = pages.by_page(client, "get_campaign_messages", nil, call_options.with(call, {
    include = { "variations" }, page_size = PAGE, prefetch = false,
    sort = is_descending and "-created_at" or "created_at",
    filter = at and (is_descending and filter.until_ or filter.since)("created_at", at) or nil })) }
end

local function drop(scan, page)
  for _, id in ipairs(page.ids) do
    if scan.at[id] == page then
      scan.at[id] = nil
    end
  end
  for i, kept in ipairs(scan.kept) do
    if kept == page then
      table.remove(scan.kept, i)
      break
    end
  end
end

-- Reads a page. Returns the ids on it; nil at the end, or nil and the error.
local function read_page(scan)
  local messages, identity_map = scan.next_page()
  if not messages or #messages == 0 then
    scan.ended = true
    return nil, not messages and identity_map or nil
  end
  local page = { document = identity_map.document, ids = {}, left = #messages }
  for i, message in ipairs(messages) do
    page.ids[i], scan.at[message.id] = message.id, page
  end
  scan.last = time.parse(object.peek(messages[#messages], "created_at"))
  table.insert(scan.kept, page)
  if #scan.kept > KEPT then
    drop(scan, scan.kept[1])
  end
  return page.ids
end

-- Which way is shorter ----------------------------------------------------------------------------------------------

-- The requests for messages that the scan has not met, if they are read by campaign; and how many these messages are.
local function cost_by_campaign(scan, campaigns)
  local requests, count = 0, 0
  for _, campaign in ipairs(campaigns) do
    local messages, lacking = object.peek(campaign, "messages") or {}, 0
    for _, message in ipairs(messages) do
      lacking = lacking + (scan.at[message.id] and 0 or 1)
    end
    count = count + lacking
    requests = requests + (lacking > 1 and math.ceil(#messages / PAGE) or lacking)
  end
  return requests, count
end

-- The earliest and the latest creation of the messages of campaigns.
local function span_of(campaigns)
  local first, last
  for _, campaign in ipairs(campaigns) do
    for _, message in ipairs(object.peek(campaign, "messages") or {}) do
      local created = object.is_loaded(message) and time.parse(object.peek(message, "created_at"))
      if created then
        first, last = math.min(first or created, created), math.max(last or created, created)
      end
    end
  end
  return first, last
end

-- Whether so many pages of the scan are the longer way. Where both are equal, the scan serves the campaigns to come as
-- well, unless little of it is needed.
local function is_longer(scan, by_page, by_campaign, share)
  return by_page > by_campaign or by_page == by_campaign and (share < 0.5 or not scan.last and by_page == 1)
end

-- Whether the scan is past all messages that were created in a span of time.
local function is_past(self, now, first, last)
  if not (now and first) then
    return false
  elseif self.is_descending then
    return now < first
  end
  return now > last
end

-- Walks until all messages of some campaigns were met, or the rest costs less by campaign: the share of the messages
-- met so far that were needed says how many pages there are still to read.
local function scan_on(self, campaigns)
  local first, last = span_of(campaigns)
  local scan = self.scan or begin_scan(self.client, self.call, self.is_descending, self.is_descending and last or first)
  self.scan = scan
  local needed, met, useful = {}, 0, 0
  for _, campaign in ipairs(campaigns) do
    for _, message in ipairs(object.peek(campaign, "messages") or {}) do
      needed[message.id] = true
    end
  end
  while not scan.ended do
    local by_campaign, lacking = cost_by_campaign(scan, campaigns)
    local share = met == 0 and 1 or useful / met
    local by_page = math.ceil(lacking / PAGE / share)
    if lacking == 0 or is_past(self, scan.last, first, last) or is_longer(scan, by_page, by_campaign, share) then
      return true
    end
    local ids, err = read_page(scan)
    if err then
      return nil, err
    end
    for _, id in ipairs(ids or {}) do
      met, useful = met + 1, useful + (needed[id] and 1 or 0)
    end
  end
  return true
end

-- Joining -----------------------------------------------------------------------------------------------------------

-- Adds to the campaigns what the scan has met of theirs. Returns the ids of these messages.
local function take(scan, messages, identity_map)
  local is_listed, added = {}, {}
  for _, message in ipairs(messages) do
    local page = scan and scan.at[message.id]
    if page then
      is_listed[message.id], scan.at[message.id] = true, nil
      page.left = page.left - 1
      if not added[page] then
        added[page] = true
        identity_map:add(page.document)
      end
      if page.left == 0 then
        drop(scan, page)
      end
    end
  end
  return is_listed
end

-- Reads what no list had of one campaign, or had too old.
local function finish(self, campaign, known, is_listed)
  local listed, lacking = {}, {}
  for _, message in ipairs(object.peek(campaign, "messages")) do
    table.insert(is_listed[message.id] and listed or lacking, message)
  end
  local done, err = contents.complete(self.client, listed, known, is_listed, self.call, campaign._identity_map, {})
  if done and #lacking > 0 then
    done, err = contents.load(campaign, lacking, self.call)
  end
  return done and read_tree.read_audiences(campaign, self.call), err
end

-- Completes a page of campaigns whose variations are to come from the list of messages.
local function join(self, campaigns, identity_map)
  local messages = {}
  for _, campaign in ipairs(campaigns) do
    local own, err = read_tree.messages_of(campaign)
    if not own then
      return nil, err
    end
    for _, message in ipairs(own) do
      messages[#messages + 1] = message
    end
  end
  local known = contents.known(messages)
  local done, err = true, nil
  if self.is_ordered then
    done, err = scan_on(self, campaigns)
  end
  local is_listed = done and take(self.scan, messages, identity_map)
  for _, campaign in ipairs(done and campaigns or {}) do
    done, err = finish(self, campaign, known, is_listed)
    if not done then
      break
    end
  end
  return done and campaigns, err
end

-- Completes a page of campaigns that came with all that is in them.
local function complete(self, campaigns)
  for _, campaign in ipairs(campaigns) do
    local done, err = read_tree.complete(campaign, self.call, true)
    if not done then
      return nil, err
    end
  end
  return campaigns
end

-- The next page of campaigns. A refused include of the first may be the other dialect's way to say that it has no such
-- thing.
local function next_campaigns(self)
  local campaigns, found = self.next_page()
  if not campaigns and found and self.is_whole and not self.has_begun
    and (found.kind == "bad_request" or found.kind == "validation") then
    self.is_whole, self.next_page = false, self.begin { "audiences", "messages" }
    campaigns, found = self.next_page()
  end
  self.has_begun = true
  if not campaigns then
    return nil, found
  elseif self.is_whole then
    return complete(self, campaigns)
  end
  return join(self, campaigns, found)
end

local function check_options(rest)
  local names = {}
  for _, list in ipairs { OWN, options_of.of_a_call } do
    for _, name in ipairs(list) do
      names[#names + 1] = name
    end
  end
  for name in pairs(rest) do
    if not suggest.contains(OWN, name) then
      error(errors.new { kind = "validation", message = ("trees reads all there is: %s is no option of it%s; there are "
        .. "%s"):format(tostring(name), suggest.phrase(name, names), suggest.list(names)) }, 0)
    end
  end
end

---Iterates over campaigns with their trees. A failure raises its klaviyo.error.
---@param client klaviyo.client
---@param options? table  filter, sort, limit, page_size, prefetch, and those of a call
---@return fun(): klaviyo.campaign|nil
function trees.each(client, options)
  options = options or {}
  pages.check_options(options)
  local rest, call = call_options.split(options)
  check_options(rest)
  local sort = options.sort or "created_at"
  local self = { client = client, call = call, is_whole = read_tree.can_include(client, call),
    is_ordered = sort == "created_at" or sort == "-created_at", is_descending = sort == "-created_at",
    begin = function(include)
      return pages.by_page(client, "get_campaigns", nil, call_options.with(options, { include = include, sort = sort }))
    end }
  self.next_page = self.begin { "audiences", "messages", self.is_whole and "variations" or nil }
  return pages.flatten(function()
    return next_campaigns(self)
  end)
end

return trees
