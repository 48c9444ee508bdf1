-- SPDX-License-Identifier: MIT
--- The options of schedule(), held against the service in every combination: what one refuses the other refuses too.

local support = require "spec.support.sandbox"
local validate = require "klaviyo.model.validate"

local UNSET = {}
local PAST, TOMORROW = "2020-01-01T00:00:00Z", support.tomorrow()
local CHOICES = {
  { "strategy", "static", "local_timezone", "throttled", "smart_send_time", "sometime", UNSET },
  { "at", TOMORROW, PAST, UNSET },
  { "date", TOMORROW:sub(1, 10), PAST:sub(1, 10), UNSET },
  { "percentage", 25, 12, UNSET },
  { "unit", "hour", "minute", "day", UNSET },
  { "past_timezones", "tomorrow", "immediately", UNSET },
}

-- Calls a function with each combination of options.
local function each_combination(visit, options, place)
  local choice = CHOICES[place or 1]
  if not choice then
    return visit(options)
  end
  for i = 2, #choice do
    local given = {}
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    given[choice[1]] = choice[i] ~= UNSET and choice[i] or nil
    each_combination(visit, given, (place or 1) + 1)
  end
end

-- What the options say, word for word: the attributes that somebody would write who knows nothing but the wire.
local function attributes_of(options)
  local attributes = { send_time = options.at, send_date = options.date,
    strategy = options.strategy or options.date and "smart_send_time" or "static" }
  if options.percentage or options.unit then
    attributes.throttled_options = { throttling_percentage = options.percentage, throttle_unit = options.unit }
  end
  if options.past_timezones then
    attributes.timezone_options = { send_past_timezones_tomorrow = options.past_timezones == "tomorrow" }
  end
  return attributes
end

local SHAPES = { { "guide", "2026-04-15.pre" }, { "openapi", "2026-04-15.pre" }, { "openapi", "2026-07-15.pre" } }

for _, case in ipairs(SHAPES) do
  local dialect, revision = case[1], case[2]

  describe("plans of schedule (" .. dialect .. ", " .. revision .. ")", function()
    local sandbox, kl, campaign

    setup(function()
      sandbox, kl = support.start { revision = revision, dialect = dialect,
        sandbox = { dialect = dialect == "openapi" and dialect or nil } }
      campaign = assert(kl.campaigns:create(support.sale()))
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    local function is_taken(options)
      local message = campaign.messages[1]
      local answer = kl:request { method = "POST", path = "/api/campaign-message-schedule", max_attempts = 1,
        body = { data = { type = "campaign-message-schedule", attributes = attributes_of(options),
          relationships = { ["campaign-message"] = { data = { type = "campaign-message", id = message.id } } } } } }
      if answer then
        assert(message:revert())
      end
      return answer ~= nil
    end

    -- Before there was another unit, an hour was meant by saying nothing: the client says that, and does not send it.
    local function says_the_default(options)
      return options.unit == "hour" and revision < "2026-07-15"
    end

    it("are refused where the service refuses them, and nowhere else", function()
      local wrong, taken = {}, 0
      each_combination(function(options)
        local plan = validate.schedule(options, { dialect = dialect, revision = revision,
          send_settings = campaign.send_settings })
        local accepted = is_taken(options)
        taken = taken + (accepted and 1 or 0)
        if accepted ~= (plan ~= nil) and not says_the_default(options) then
          wrong[#wrong + 1] = { options, accepted and "the validator refuses it" or "the service refuses it" }
        end
        sandbox:clear_requests()
      end)
      assert.same({}, wrong)
      assert.is_true(taken >= 5)
    end)
  end)
end
