-- SPDX-License-Identifier: MIT
--- Results of campaigns. One report has many campaigns, since an account may ask for two a minute and 225 a day:
-- what is needed for it (the id of the conversion metric, the time zone of the account) is kept for a while.

local blame = require "klaviyo.model.blame"
local call_options = require "klaviyo.calls.call_options"
local companion = require "klaviyo.calls.companion"
local core = require "klaviyo.core"
local errors = require "klaviyo.model.error"
local filter = require "klaviyo.model.filter"
local json = require "klaviyo.model.json"
local objects = require "klaviyo.objects.object"
local report = require "klaviyo.model.report"
local report_period = require "klaviyo.calls.report_period"
local response = require "klaviyo.calls.response"
local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"

local results = {}

local OPERATION = "query_campaign_values"
local IN_A_FILTER = 100  -- values that a list of a filter may have
local KEPT = 3600        -- seconds for which the metric and the zone are not asked for again
local WINDOW = 60        -- seconds that a request may have to wait for the limit of a minute
local METRIC = "Placed Order"
local CHANNELS = { ["push-notification"] = "push" } -- as this library names them

local OWN = {
  { "statistics", "table", "names, such as open_rate; default: counts and rates of delivery, opens, clicks, "
    .. "unsubscribes and conversions" },
  { "conversion_metric", "string|table", 'metric that counts as a conversion, by name or as an object; default: "'
    .. METRIC .. '"' },
  { "conversion_metric_id", "string", "the same by its id" },
  { "since", "string|number", "beginning of the period in which messages were sent: an instant, or a day of the "
    .. "account" },
  { "before", "string|number", "end of the period, not in it; default: now" },
  { "timeframe", "string", "instead of since and before: last_30_days, this_month, ...; default: last_365_days, "
    .. "and last_30_days where no campaigns are named" },
  { "by", "string|table", 'what a row is: "campaign", "message" (the default), "variation", "channel", or several' },
}
local NAMES = { campaigns = true, messages = true }
for _, option in ipairs(OWN) do
  NAMES[option[1]] = true
end

---@class klaviyo.report  the rows, as a list; and:
---@field read_at string        when the numbers were read, by the service's clock
---@field period klaviyo.report.period
---@field conversion_metric { id: string, name: string? }
---@field statistics string[]   that every row may have
---@field requests integer      reports that it took
---@field [integer] klaviyo.result

-- A value that the client keeps for a while.
local function kept_of(client, name)
  local kept = client._kept and client._kept[name]
  return kept and core.now() - kept.at < KEPT and kept.value or nil
end

-- The same, read where it is not kept: `read` gives it, or nil and an error. Calls that begin together read it once.
local function keep(client, name, call, read)
  local known = kept_of(client, name)
  if known then
    return known
  end
  local ran, value, err = client._hold("report " .. name, call.deadline, function()
    local found, failed = kept_of(client, name), nil
    if not found then
      found, failed = read()
      client._kept = client._kept or {}
      client._kept[name] = found and { value = found, at = core.now() } or nil
    end
    return found, failed
  end)
  if not ran then
    return nil, errors.new { kind = "timeout", retryable = true,
      message = ("the deadline passed while another call looked up the %s of the report"):format(name) }
  end
  return value, err
end

-- The present by the service's clock, which dates the numbers: a program may have set kl.now for send times.
local function service_now(client)
  return client._dispatch.transport:now()
end

-- The options of a request: it may wait for the limit, whatever the client's time-out.
local function request_options(client, call)
  return call_options.with(call, { repeat_on_guess = true,
    deadline = call.timeout and call.deadline or core.now() + client.options.timeout + WINDOW })
end

-- A text that is not empty.
local function is_text(value)
  return type(value) == "string" and value ~= ""
end

local function check_metric(given)
  local wanted, id = given.conversion_metric, given.conversion_metric_id
  if id ~= nil and wanted ~= nil then
    blame "conversion_metric and conversion_metric_id name the same thing; give one"
  elseif id ~= nil and not is_text(id) then
    blame("option conversion_metric_id is the id of a metric, a string, got " .. suggest.show(id))
  elseif wanted ~= nil and not is_text(wanted) and objects.resource_of(wanted) ~= "metric" then
    blame("option conversion_metric is the name of a metric or a metric, got " .. suggest.show(wanted))
  end
end

local function metric_of(client, given, call)
  local wanted = given.conversion_metric
  if given.conversion_metric_id then
    return { id = given.conversion_metric_id }
  elseif type(wanted) == "table" then
    return { id = wanted.id, name = wanted.name }
  end
  local name = wanted or METRIC
  return keep(client, "metric " .. name, call, function()
    local found, err = client.metrics:find(name, call_options.with(call))
    if found then
      return { id = found.id, name = found.name }
    elseif not wanted and err.kind == "not_found" then
      err.message = err.message .. "; name the one to count with conversion_metric"
    end
    return nil, err
  end)
end

local function zone_of(client, period, call)
  if not report_period.needs_zone(period) then
    return nil
  end
  return keep(client, "time zone", call, function()
    local account, err = client:account(call_options.with(call))
    if not account then
      return nil, err
    end
    local zone = account.timezone
    if type(zone) ~= "string" or not time.offset(zone, 0) then
      return nil, errors.new { kind = "validation",
        message = ("the account's time zone, %s, is not known here, so that since and before cannot be written in it; "
        .. "give local times of the account, without an offset"):format(suggest.show(zone)) }
    end
    return zone
  end)
end

-- The id of a campaign or message, and the names of the campaigns that were given as objects.
local function ids_of(list, resource, known)
  local ids, seen = {}, {}
  local given = type(list) == "table" and not objects.resource_of(list) and list or { list }
  for _, one in ipairs(given) do
    local id = type(one) == "string" and one ~= "" and one or objects.resource_of(one) == resource and one.id
    if not id then
      blame(("option %ss takes %ss or their ids, got %s"):format(resource, resource, suggest.show(one)))
    elseif not seen[id] then
      seen[id], ids[#ids + 1] = true, id
    end
    if resource == "campaign" and type(one) == "table" and objects.is_loaded(one) then
      known[id] = type(one.name) == "string" and one.name or nil
    end
  end
  return ids
end

-- The filters of the requests that cover all ids: a list of each has a limit.
local function filters_of(field, ids)
  local filters = {}
  for first = 1, #ids, IN_A_FILTER do
    local some = {}
    for i = first, math.min(first + IN_A_FILTER - 1, #ids) do
      some[#some + 1] = ids[i]
    end
    filters[#filters + 1] = filter.encode(#some == 1 and filter.equals(field, some[1])
      or filter.contains_any(field, some))
  end
  return filters
end

local GROUP_BY = { "campaign_id", "campaign_message_id", "campaign_message_name", "send_channel" }

local function group_by(dimensions)
  local list = json.array()
  for i, name in ipairs(GROUP_BY) do
    list[i] = name
  end
  if suggest.contains(dimensions, "variation") then
    list[#list + 1] = "variation"
    list[#list + 1] = "variation_name"
  end
  return list
end

local function present(value)
  return value ~= json.null and value or nil
end

-- One row of a response, or nil for something else.
local function row_of(item, statistics, known)
  local groupings, values = item.groupings, item.statistics
  if type(groupings) ~= "table" or type(values) ~= "table" then
    return nil
  end
  local channel = present(groupings.send_channel)
  local row = { campaign_id = present(groupings.campaign_id), message_id = present(groupings.campaign_message_id),
    message_name = present(groupings.campaign_message_name), channel = CHANNELS[channel] or channel,
    variation_id = present(groupings.variation), variation_name = present(groupings.variation_name) }
  row.campaign_name = known[row.campaign_id]
  for _, name in ipairs(statistics) do
    row[name] = type(values[name]) == "number" and values[name] or nil
  end
  return row
end

-- The rows of a response.
local function rows_of(document, statistics, known, rows)
  local whole = document and document:type(0) == "object" and document:decode(0) or {}
  local data = type(whole.data) == "table" and whole.data or {}
  local list = type(data.attributes) == "table" and data.attributes.results
  if data.type ~= "campaign-values-report" or type(list) ~= "table" then
    return nil, response.odd(OPERATION, "holds no report")
  end
  for _, item in ipairs(list) do
    local row = type(item) == "table" and row_of(item, statistics, known)
    if not row then
      return nil, response.odd(OPERATION, "holds a result without groupings and statistics")
    end
    rows[#rows + 1] = row
  end
  return true
end

-- The cursor in the link to the next page. Only the cursor is taken, so the link leads nowhere else.
local function next_cursor(document, before)
  local link, err = response.link(OPERATION, document, "next")
  if not link then
    return nil, err
  end
  local text = link:match "[?&]page_cursor=([^&#]*)" or link:match "[?&]page%%5[Bb]cursor%%5[Dd]=([^&#]*)"
    or link:match "[?&]page%[cursor%]=([^&#]*)"
  local cursor = text and text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end)
  if not cursor or cursor == "" or cursor == before then
    return nil, response.odd(OPERATION, "has a link to a next page that leads nowhere")
  end
  return cursor
end

-- Reads all pages of one request.
local function read_pages(client, attributes, asked, out)
  local cursor
  repeat
    local received, err = companion.call(client, OPERATION, {
      query = cursor and { cursor = cursor } or nil,
      options = request_options(client, asked.call),
      body = function()
        return { data = { type = "campaign-values-report", attributes = attributes } }
      end,
    })
    out.requests = out.requests + 1
    if not received then
      err.outcome = "none" -- it only asks
      err.requests = out.requests - ((not err.status or err.kind == "rate_limited") and 1 or 0)
      return nil, err
    end
    local fine, problem = rows_of(received.document, asked.statistics, asked.known, out.rows)
    if not fine then
      return nil, problem
    end
    cursor, problem = next_cursor(received.document, cursor)
    if problem then
      return nil, problem
    end
  until not cursor
  return true
end

-- Everything that is checked before anything is sent.
local function prepare(client, given, asked)
  local unknown, call = call_options.begin(client, given, NAMES)
  local option = next(unknown)
  if option ~= nil then
    local names = suggest.names(NAMES)
    blame(("results has no option %s%s; there are %s, and those of a call"):format(suggest.show(option),
      suggest.phrase(option, names), suggest.list(names)))
  end
  local by = given.by == nil and "message" or given.by
  asked.dimensions = type(by) == "string" and { by } or by
  asked.wanted = given.statistics == nil and report.default or given.statistics
  local wrong = report.wrong_dimensions(asked.dimensions) or report.wrong_statistics(asked.wanted)
  if wrong then
    blame(wrong)
  end
  asked.statistics, asked.call, asked.known = report.with_parts(asked.wanted), call, asked.known or {}
  check_metric(given)
  local field = given.messages ~= nil and "campaign_message_id" or given.campaigns ~= nil and "campaign_id"
  if given.messages ~= nil and given.campaigns ~= nil then
    blame "messages are those of campaigns: give one of the two"
  elseif field then
    asked.filters = filters_of(field, ids_of(given.messages or given.campaigns,
      given.messages and "message" or "campaign", asked.known))
  end
  asked.period = report_period.read(given, field and "last_365_days" or "last_30_days")
end

-- The body of a request, without its filter.
local function attributes_of(client, given, asked)
  local metric, err = metric_of(client, given, asked.call)
  if not metric then
    return nil, err
  end
  local zone, unread = zone_of(client, asked.period, asked.call)
  if unread then
    return nil, unread
  end
  local timeframe, described = report_period.write(asked.period, zone, service_now(client))
  if not timeframe then
    return nil, errors.new { kind = "validation", message = described }
  end
  asked.described, asked.metric = described, metric
  return { statistics = json.array(asked.statistics), timeframe = timeframe, conversion_metric_id = metric.id,
    group_by = group_by(asked.dimensions) }
end

---Reads results.
---@param client klaviyo.client
---@param given? table
---@return klaviyo.report|nil
---@return klaviyo.error|nil
function results.read(client, given)
  given = given or {}
  if type(given) ~= "table" then
    blame("results takes a table of options, got " .. suggest.show(given))
  end
  local asked, out = {}, { rows = {}, requests = 0 }
  prepare(client, given, asked)
  local attributes, err = attributes_of(client, given, asked)
  if not attributes then
    return nil, err
  end
  for i = 1, asked.filters and #asked.filters or 1 do
    attributes.filter = asked.filters and asked.filters[i] or nil
    local fine, problem = read_pages(client, attributes, asked, out)
    if not fine then
      return nil, problem
    end
  end
  local list = report.sum(out.rows, asked.dimensions, asked.statistics)
  for _, row in ipairs(list) do
    row.campaign_name = asked.known[row.campaign_id]
  end
  list.read_at, list.period, list.conversion_metric = time.format(service_now(client)), asked.described, asked.metric
  list.statistics, list.requests = asked.statistics, out.requests
  return list
end

-- Results of one object.
local function of(object, given, option)
  local more = {}
  for name, value in pairs(type(given) == "table" and given or {}) do
    if NAMES[name] and (name == "campaigns" or name == "messages") then
      blame(("results of a %s has no option %s; kl:results has it"):format(option:gsub("s$", ""), name))
    end
    more[name] = value
  end
  if given ~= nil and type(given) ~= "table" then
    blame("results takes a table of options, got " .. suggest.show(given))
  end
  more[option] = { object }
  return results.read(object._client, more)
end

---@param campaign klaviyo.campaign
---@param given? table
function results.of_campaign(campaign, given)
  return of(campaign, given, "campaigns")
end

---@param message klaviyo.message
---@param given? table
function results.of_message(message, given)
  return of(message, given, "messages")
end

---The options of its own, for the reference.
results.options = OWN

return results
