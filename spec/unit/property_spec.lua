-- SPDX-License-Identifier: MIT
--- Properties that hold for campaigns nobody thought of: what goes in comes out, and what the validator refuses is what
-- the service refuses. KLAVIYO_SEED starts elsewhere; a failure names the seed that repeats it.

local dialects = require "klaviyo.wire.dialect"
local json = require "klaviyo.model.json"
local models = require "spec.support.models"
local mutations = require "spec.support.mutations"
local random = require "spec.support.random"
local support = require "spec.support.sandbox"
local validate = require "klaviyo.model.validate"

local SEED = tonumber(os.getenv "KLAVIYO_SEED" or "") or 20260415
-- The newest of each dialect: it has all fields.
local REVISIONS = { guide = "2026-04-15.pre", openapi = "2026-10-15" }
local CAMPAIGNS = 1000 -- created, read and compared in each dialect
local MUTATIONS = 2500 -- campaigns with one change
local OTHERS = 400     -- of each other thing that is created or changed

-- What goes in comes out ----------------------------------------------------------------------------------------------

local function show(value)
  return json.encode(value == nil and json.null or value)
end

-- Each leaf of `wanted` is in `found`. A null is cleared: it reads as null, or as what the service takes instead.
local function differences(wanted, found, path, list)
  if wanted == json.null then
    return list
  elseif type(wanted) ~= "table" then
    if wanted ~= found then
      list[#list + 1] = ("%s: wrote %s, read %s"):format(path, show(wanted), show(found))
    end
    return list
  elseif type(found) ~= "table" then
    if next(wanted) ~= nil then
      list[#list + 1] = ("%s: wrote a table, read %s"):format(path, show(found))
    end
    return list
  end
  if json.is_array(wanted) and #wanted ~= #found then
    list[#list + 1] = ("%s: wrote %d items, read %d"):format(path, #wanted, #found)
  end
  for key, value in pairs(wanted) do
    differences(value, found[key], path .. "." .. tostring(key), list)
  end
  return list
end

-- The fields of a resource that have no place among its children or its details.
local NOT_OWN = { audiences = true, messages = true, variations = true, details = true, tags = true, timezone = true,
  temporary_id = true }
local DETAIL = { channel = true }
for _, fields in pairs(require("klaviyo.model.schema").details) do
  for _, field in ipairs(fields) do
    DETAIL[field[1]] = true
  end
end

local function compare_own(model, object, path, list)
  for name, value in pairs(model) do
    if not NOT_OWN[name] and not DETAIL[name] then
      differences(value, object[name], path .. "." .. name, list)
    end
  end
end

-- The variations that a message's model stands for: { name =, details = }.
local function variations_of(message)
  if message.variations then
    return message.variations
  elseif message.details then
    return { { details = message.details } }
  end
  local details = {}
  for name, value in pairs(message) do
    details[name] = DETAIL[name] and value or nil
  end
  return details.channel and { { details = details } } or {}
end

local function compare_message(model, message, path, list)
  compare_own(model, message, path, list)
  for i, variation in ipairs(variations_of(model)) do
    local found, where = message.variations[i], ("%s.variations[%d]"):format(path, i)
    if not found then
      list[#list + 1] = where .. ": is not there"
    else
      compare_own(variation, found, where, list)
      differences(variation.details, found.details, where .. ".details", list)
    end
  end
end

local function compare(model, campaign)
  local list = {}
  compare_own(model, campaign, "campaign", list)
  for i, audience in ipairs(model.audiences) do
    local found, path = campaign.audiences[i], ("audiences[%d]"):format(i)
    if not found or #found.messages ~= #audience.messages then
      list[#list + 1] = path .. ": is not there with its messages"
    else
      compare_own(audience, found, path, list)
      for j, message in ipairs(audience.messages) do
        compare_message(message, found.messages[j], ("%s.messages[%d]"):format(path, j), list)
      end
    end
  end
  return list
end

-- What the validator refuses, the service refuses --------------------------------------------------------------------

-- Where the two may disagree, and why: the path of the change, who refuses, a part of what is said then.
---@class spec.exception
---@field [1] string     pattern of the path
---@field [2] "validator"|"service"
---@field [3] string     a part of the refusal
---@field why string
---@field what? string       a part of what was done
---@field change? boolean  of what exists already alone
---@field novel? boolean   of names alone that no document has
local EXCEPTIONS = {
  { "", "validator", "is read-only", what = "null",
    why = "the service takes a null of its own field for nothing said; a script means something by it" },
  { "", "service", "is not a field here", change = true, novel = true,
    why = "a name never heard of may be newer than this library: on what exists it is let through" },
}

local NOVEL = { unknown_field = true, nmae = true, Name = true, a = true }

local function is_excepted(case)
  for _, exception in ipairs(EXCEPTIONS) do
    if case.mutation.path:find(exception[1]) and (exception[2] == "validator") == not case.valid
      and case.reason:find(exception[3], 1, true)
      and (not exception.change or case.change)
      and (not exception.novel or NOVEL[case.reason:match "'([%w_]+)' is not a field here"])
      and (not exception.what or case.mutation.what:find(exception.what, 1, true)) then
      return true
    end
  end
  return false
end

-- Where the two may point at different places: what was added where it does not belong has two, and so has an item that
-- became something else.
local function is_elsewhere(case)
  return case.mutation.what:find "^set to" or case.mutation.path:find "%[%]$"
end

-- Whether both refuse, and agree on no place that is wrong.
local function points_apart(problems, err)
  local ours, pointed = {}, false
  for _, problem in ipairs(problems or {}) do
    ours[problem.pointer] = true
  end
  for _, item in ipairs(problems and type(err) == "table" and err.errors or {}) do
    local pointer = item.source and item.source.pointer
    if ours[pointer] then
      return false
    end
    pointed = pointed or pointer ~= nil
  end
  return pointed
end

-- One model, judged by both. `send` gives the service's judgement of a body.
local function judge(check, body, send)
  local problems = check()
  local text = json.encode(body())
  local accepted, reason = false, "it cannot be written as JSON"
  if text then
    accepted, reason = send(text)
  end
  return { valid = problems == nil, accepted = accepted, apart = not accepted and points_apart(problems, reason),
    reason = problems and ("%s %s"):format(problems[1].path, problems[1].message) or tostring(reason) }
end

for _, dialect in ipairs { "guide", "openapi" } do
  describe("random campaigns (" .. dialect .. ", KLAVIYO_SEED=" .. SEED .. ")", function()
    local sandbox, kl, wire

    setup(function()
      sandbox, kl = support.start { revision = REVISIONS[dialect], dialect = dialect }
      wire = dialects.get(dialect)
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
    end)

    -- Problems with the JSON pointers that the service would name.
    local function located(resource, model, problems)
      return problems and dialects.add_pointers(problems, dialect, resource, model)
    end

    local function send(method, path)
      return function(text)
        local answer, err = kl:request { method = method, path = path, body = text, max_attempts = 1,
          headers = { ["Content-Type"] = "application/vnd.api+json" } }
        if err and err.status ~= 400 and err.status ~= 409 then
          error(tostring(err), 0)
        end
        return answer ~= nil, err
      end
    end

    -- Runs cases of one kind: `make` gives a model, how it is checked, its body, and how it is sent.
    local function agree(what, count, make)
      local wrong, refused = {}, 0
      for i = 1, count do
        local seed = SEED + i
        local r = random.new(seed)
        local model, check, body, sender = make(r)
        local mutation = mutations.apply(r, model)
        local case = judge(check, body, sender)
        case.mutation, case.change = mutation, what:find "^a change" ~= nil
        refused = refused + (case.valid and 0 or 1)
        if case.valid ~= case.accepted and not is_excepted(case) then
          wrong[#wrong + 1] = ("seed %d, %s, %s %s: the %s refuses it: %s"):format(seed, what, mutation.path,
            mutation.what, case.valid and "service" or "validator", case.reason)
        end
        if case.apart and not is_elsewhere(case) then
          wrong[#wrong + 1] = ("seed %d, %s, %s %s: the service points elsewhere: %s"):format(seed, what, mutation.path,
            mutation.what, case.reason)
        end
        if i % 500 == 0 then
          sandbox:clear_requests()
        end
      end
      assert.same({}, wrong)
      assert.is_true(refused > 0 and refused < count) -- both kinds were seen
    end

    it("survive being created and read", function()
      local wrong = {}
      for i = 1, CAMPAIGNS do
        local seed = SEED + i
        local model = models.campaign(random.new(seed), dialect)
        local campaign, err = kl.campaigns:create(model)
        local list = campaign and not err and compare(model, campaign) or { tostring(err) }
        for _, difference in ipairs(list) do
          wrong[#wrong + 1] = ("seed %d: %s"):format(seed, difference)
        end
        if i % 100 == 0 then
          sandbox:reset()
        end
      end
      assert.same({}, wrong)
    end)

    it("are refused offline whenever the service refuses them, and otherwise not", function()
      agree("a new campaign", MUTATIONS, function(r)
        local model = models.campaign(r, dialect)
        return model, function()
          return located("campaign", model, validate.create("campaign", model, { dialect = dialect, now = false }))
        end, function()
          return wire.create("campaign", model)
        end, send("POST", "/api/campaigns")
      end)
    end)

    -- The things that belong to something that is there.
    for _, resource in ipairs { "audience", "message", "variation" } do
      it("and so is each new " .. resource, function()
        local campaign = assert(kl.campaigns:create(support.sale()))
        local audience = campaign.audiences[1]
        local parents = { campaign = campaign.id, audience = audience.id }
        agree("a new " .. resource, OTHERS, function(r)
          local model = resource == "variation" and { name = "V" }
            or models.resource(r, resource, dialect, "create")
          if resource == "variation" then
            model.details = models.details(r, r.pick { "email", "sms", "push", "whatsapp" }, dialect, "create")
            local empty = assert(kl.messages:create { name = "M", campaign = campaign, audience = audience })
            parents = { message = empty.id }
          elseif resource == "message" and dialect == "openapi" then
            model = models.message(r, dialect, "create", r.pick { "email", "sms", "push", "whatsapp" })
          end
          return model, function()
            return located(resource, model, validate.create(resource, model, { dialect = dialect, parents = parents }))
          end, function()
            return wire.create(resource, model, parents)
          end, send("POST", "/api/campaign-" .. resource .. "s")
        end)
      end)
    end

    for _, resource in ipairs { "campaign", "audience", "message", "variation" } do
      it("and so is each change of a " .. resource, function()
        local campaign, object
        local function fresh()
          campaign = assert(kl.campaigns:create(support.sale()))
          local message = campaign.audiences[1].messages[1]
          object = ({ campaign = campaign, audience = campaign.audiences[1], message = message,
            variation = message.variations[1] })[resource]
        end
        fresh()
        agree("a change of a " .. resource, OTHERS, function(r)
          if resource == "campaign" then
            fresh() -- what changes before did decides what a change may do
          end
          local path = ("/api/%s%ss/%s"):format(resource == "campaign" and "" or "campaign-", resource, object.id)
          local model = models.resource(r, resource, dialect, "update")
          if resource == "variation" then
            model.details = models.details(r, "email", dialect, "update")
          end
          return model, function()
            return located(resource, model, validate.update(resource, model, { dialect = dialect,
              send_settings = resource == "campaign" and campaign.send_settings or nil }))
          end, function()
            return wire.update(resource, object.id, model)
          end, send("PATCH", path)
        end)
      end)
    end
  end)
end
