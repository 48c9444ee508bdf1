-- SPDX-License-Identifier: MIT
--- What must happen at most once: every POST of the API, and the actions on a schedule. Each operation is prepared and
--- counted by somebody else than the client under test.
--
--   prepare(probe, tag)     makes what it needs on the server; returns ids
--   object(kl, ids)         what the client needs to have read before (nil: nothing)
--   run(kl, ids, tag, object, options)   the call under test
--   count(probe, ids, tag)  how often it has happened on the server
--   method, path            of the request that makes it happen, as a fault names it
--   status                  of the message afterwards, where it makes no new object
--   at                      when the first of it is sent then, where that is a matter of its own
--   idempotent              a repeat changes nothing

local wire = require "spec.support.wire"

local WHEN = os.date("!%Y-%m-%d", os.time() + 86400) .. "T14:00:00Z"

-- How many of the items under a path have that name.
local function named(path, name_of)
  return function(probe, ids, tag)
    local count = 0
    local answer = assert(probe:get((path:gsub("{(%w+)}", function(name)
      return name == "tag" and tag or ids[name]
    end))))
    assert(answer.status == 200, answer.body)
    for _, item in ipairs(answer.json.data) do
      local attributes = item.attributes
      local name = name_of and name_of(attributes) or (attributes.definition or attributes).name or attributes.name
      if type(name) == "string" and name:find(tag, 1, true) then
        count = count + 1
      end
    end
    return count
  end
end

local function audience_name(attributes)
  return attributes.audience_name or attributes.definition.name
end

local function has_status(wanted)
  return function(probe, ids)
    return wire.status(probe, ids.message) == wanted and 1 or 0
  end
end

local function base(probe)
  local made = wire.create(probe)
  return { campaign = made.id, audience = made.audiences[1], message = made.messages[1] }
end

local function scheduled(probe)
  local ids = base(probe)
  local answer = assert(wire.schedule(probe, ids.message, { send_time = WHEN, strategy = "static" }))
  assert(answer.status == 201, answer.body)
  return ids
end

local function read(collection)
  return function(kl, ids)
    return assert(kl[collection .. "s"]:get(ids[collection]))
  end
end

local operations = {}

operations.list = {
  {
    name = "create campaign", method = "POST", path = "/api/campaigns",
    prepare = function()
      return {}
    end,
    run = function(kl, _, tag, _, options)
      return kl.campaigns:create({ name = tag, description = "D", audiences = { { name = "A", included = { "LIST_1" },
        messages = { { name = "M", channel = "email", subject = "S", from_label = "L" } } } } }, options)
    end,
    count = named "/api/campaigns?filter=contains(name,%22{tag}%22)",
  },
  {
    name = "create audience", method = "POST", path = "/api/campaign-audiences", prepare = base,
    run = function(kl, ids, tag, _, options)
      return kl.audiences:create({ campaign = ids.campaign, name = tag, included = { "LIST_2" } }, options)
    end,
    count = named("/api/campaigns/{campaign}/campaign-audiences", audience_name),
  },
  {
    name = "create message", method = "POST", path = "/api/campaign-messages", prepare = base,
    run = function(kl, ids, tag, _, options)
      return kl.messages:create({ campaign = ids.campaign, audience = ids.audience, name = tag,
        is_tracking_opens = false }, options)
    end,
    count = named "/api/campaign-audiences/{audience}/campaign-messages",
  },
  {
    name = "create variation", method = "POST", path = "/api/campaign-variations", dialect = "openapi", prepare = base,
    run = function(kl, ids, tag, _, options)
      return kl.variations:create({ message = ids.message, name = tag, details = { channel = "email", subject = "S" } },
        options)
    end,
    count = named "/api/campaign-messages/{message}/campaign-variations",
  },
  {
    name = "clone campaign", method = "POST", path = "/api/campaign-clone", object = read "campaign",
    prepare = function(probe, tag)
      return { campaign = wire.create(probe, nil, { definition = { name = tag } }).id }
    end,
    run = function(_, _, tag, campaign, options)
      return campaign:clone { name = tag .. " again", timeout = options.timeout }
    end,
    count = function(...)
      return named "/api/campaigns?filter=contains(name,%22{tag}%22)"(...) - 1
    end,
  },
  {
    name = "clone audience", method = "POST", path = "/api/campaign-audience-clone",
    prepare = function(probe)
      local ids = base(probe)
      ids.target = base(probe).campaign
      return ids
    end,
    object = read "audience",
    run = function(_, ids, tag, audience, options)
      return audience:clone { name = tag, campaign = ids.target, timeout = options.timeout }
    end,
    count = named("/api/campaigns/{target}/campaign-audiences", audience_name),
  },
  {
    name = "clone message", method = "POST", path = "/api/campaign-message-clone",
    prepare = function(probe)
      local ids = base(probe)
      ids.target = base(probe).audience
      return ids
    end,
    object = read "message",
    run = function(_, ids, tag, message, options)
      return message:clone { name = tag, audience = ids.target, timeout = options.timeout }
    end,
    count = named "/api/campaign-audiences/{target}/campaign-messages",
  },
  {
    name = "schedule", status = "SCHEDULED", at = WHEN,
    method = "POST", path = "/api/campaign-message-schedule", prepare = base,
    object = read "message",
    run = function(_, _, _, message, options)
      return message:schedule { at = WHEN, strategy = "static", timeout = options.timeout }
    end,
    count = has_status "SCHEDULED",
  },
  {
    name = "schedule throttled", status = "SCHEDULED", dialect = "guide", -- the other does not show the percentage
    method = "POST", path = "/api/campaign-message-schedule", prepare = base, object = read "message",
    run = function(_, _, _, message, options)
      return message:schedule { at = WHEN, strategy = "throttled", percentage = 25, timeout = options.timeout }
    end,
    count = has_status "SCHEDULED",
  },
  {
    name = "schedule smart", status = "SCHEDULED", dialect = "openapi",
    method = "POST", path = "/api/campaign-message-schedule", prepare = base, object = read "message",
    run = function(_, _, _, message, options)
      return message:schedule { date = WHEN:sub(1, 10), strategy = "smart_send_time", timeout = options.timeout }
    end,
    count = has_status "SCHEDULED",
  },
  {
    name = "cancel", status = "CANCELLED", idempotent = true,
    method = "PATCH", path = "/api/campaign-message-schedule/*", prepare = scheduled,
    object = read "message",
    run = function(_, _, _, message, options)
      return message:cancel(options)
    end,
    count = has_status "CANCELLED",
  },
  {
    name = "revert", status = "DRAFT",
    method = "PATCH", path = "/api/campaign-message-schedule/*", prepare = scheduled,
    object = read "message",
    run = function(_, _, _, message, options)
      return message:revert(options)
    end,
    count = has_status "DRAFT",
  },
}

-- What is idempotent in itself, and must still be reported right.
operations.idempotent = {
  {
    name = "update", method = "PATCH", path = "/api/campaigns/*", prepare = base,
    run = function(kl, ids, tag, _, options)
      return kl.campaigns:update(ids.campaign, { name = tag }, options)
    end,
    count = named "/api/campaigns?filter=contains(name,%22{tag}%22)",
  },
  {
    name = "archive", method = "DELETE", path = "/api/campaigns/*", prepare = base,
    run = function(kl, ids, _, _, options)
      return kl.campaigns:archive(ids.campaign, options)
    end,
    count = function(probe, ids)
      local answer = assert(probe:get("/api/campaigns/" .. ids.campaign))
      return (answer.status == 404 or answer.json.data.attributes.definition.archived == true) and 1 or 0
    end,
  },
}

for _, operation in ipairs(operations.idempotent) do
  operation.idempotent = true
end

return operations
