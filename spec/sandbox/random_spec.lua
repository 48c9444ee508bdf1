-- SPDX-License-Identifier: MIT
--- Ten thousand requests that nobody meant: none gives a 500, a hang or a broken answer.
local cjson = require "cjson"
local random = require "spec.support.random"
local wire = require "spec.support.wire"

local COUNT = tonumber(os.getenv "KLAVIYO_RANDOM_REQUESTS") or 10000

describe("sandbox", function()
  -- known: ids that are there; homes: the paths they are at
  local function generator(seed, known, homes)
    local r = random.new(seed)
    local g = {}

    local words = { "", "x", "name", "definition", "data", "campaign", "campaign-message", "DRAFT", "email", "sms",
      "static",
      "throttled", "2026-06-01T14:00:00Z", "2026-06-01", "\0", "\255\254", "é🎉", "'", '"', "\\", "%", "/", "~", "../..",
      ("a"):rep(300), "null", "-1", "1e999", "Europe/Paris", "aud_1", "LIST", "cancel", "revert", "<b>" }

    function g.word()
      if r.chance(4) and #known > 0 then
        return r.pick(known)
      end
      return r.pick(words)
    end

    function g.value(depth)
      local kind = r.int(1, depth > 0 and 9 or 7)
      if kind <= 3 then
        return g.word()
      elseif kind == 4 then
        return r.pick { 0, 1, -1, 25, 33, 1.5, 1e15, -2147483648, 1e300 }
      elseif kind == 5 then
        return r.chance(2)
      elseif kind == 6 then
        return cjson.null
      elseif kind == 7 then
        return wire.EMPTY
      end
      local table_ = {}
      for i = 1, r.int(0, 4) do
        if kind == 8 then
          table_[i] = g.value(depth - 1)
        else
          table_[r.pick(words):gsub("[%z\255\254]", "") .. "k"] = g.value(depth - 1)
        end
      end
      return table_
    end

    --- A copy of a body in which some places were changed, dropped or added.
    function g.mutate(value)
      if r.chance(60) then
        return g.value(2)
      end
      if type(value) ~= "table" or value == cjson.null then
        return value
      end
      local copy = {}
      local names = {}
      for name in pairs(value) do
        names[#names + 1] = name
      end
      table.sort(names, function(a, b)
        return tostring(a) < tostring(b)
      end)
      for _, name in ipairs(names) do
        if type(name) == "number" or not r.chance(60) then
          copy[name] = g.mutate(value[name])
        end
      end
      if copy[1] == nil and r.chance(40) then
        copy[r.pick { "id", "name", "type", "extra", "archived", "status" }] = g.value(1)
      end
      return copy
    end

    local paths = { "campaigns", "campaign-audiences", "campaign-messages", "campaign-variations", "campaign-clone",
      "campaign-audience-clone", "campaign-message-clone", "campaign-message-schedule", "nothing" }
    local tails = { "", "", "", "/", "/campaign", "/campaign-messages", "/campaign-audiences", "/campaign-audience",
      "/campaign-variations", "/tags", "/image", "/translation", "/campaign-message",
        "/relationships/campaign-messages",
      "/relationships/tags", "/relationships/image", "/relationships", "/x/y/z" }

    local function escape(text)
      return (text:gsub("[^%w%-._~]", function(c)
        return ("%%%02X"):format(c:byte())
      end))
    end

    function g.path()
      if #homes > 0 and r.chance(3) then
        return r.pick(homes) .. (r.chance(2) and r.pick(tails) or "")
      end
      local path = "/api/" .. r.pick(paths)
      if r.chance(2) then
        path = path .. "/" .. escape(g.word()) .. r.pick(tails)
      end
      return path
    end

    local fields = { "id", "name", "status", "archived", "builder", "created_at", "updated", "campaign.id",
      "campaign_id",
      "campaign-message.id", "x" }
    local operators = { "equals", "any", "contains", "less-than", "greater-or-equal", "and", "has", "starts-with",
      "nope" }
    local function filter(depth)
      local operator = r.pick(operators)
      if operator == "and" and depth > 0 then
        return "and(" .. filter(depth - 1) .. "," .. filter(depth - 1) .. ")"
      end
      local value = r.pick { "'x'", '"x"', "true", "2026-01-01T00:00:00Z", "[1,2]", "['a','b']", "5", "'", "", "((" }
      return operator .. "(" .. r.pick(fields) .. "," .. value .. ")"
    end

    function g.query()
      local parts = {}
      for i = 1, r.int(0, 3) do
        local kind = r.int(1, 7)
        if kind == 1 then
          parts[i] = "filter=" .. escape(filter(3))
        elseif kind == 2 then
          parts[i] = "sort=" .. r.pick { "id", "-id", "name", "-updated_at", "created", "-status", "x", "" }
        elseif kind == 3 then
          parts[i] = "include=" .. r.pick { "campaign", "campaign-messages", "campaign-audiences,campaign-messages",
            "tags",
            "campaign-variations", "image,translation", "," }
        elseif kind == 4 then
          parts[i] = "page[size]=" .. r.pick { "1", "2", "100", "101", "0", "x", "-1", "99999999999999999999" }
        elseif kind == 5 then
          parts[i] = "page[cursor]=" .. r.pick { "", "x", "AQIAAAAAAAAAAvxKzFAy9-BtAAZTMZw82ACe0UKTBvN1xg", "====" }
        elseif kind == 6 then
          parts[i] = "fields[" .. r.pick { "campaign", "campaign-message", "campaign-variation", "x" } .. "]="
            .. r.pick { "", "id", "definition.name", "definition,created", "definition.details.subject", "x.y" }
        else
          parts[i] = escape(g.word()) .. r.pick { "=", "", "==", "&", "%", "%zz" } .. escape(g.word())
        end
      end
      return #parts > 0 and "?" .. table.concat(parts, "&") or ""
    end

    g.random = r
    return g
  end

  wire.each_dialect(function(dialect)
    it("survives " .. COUNT / 2 .. " random requests in " .. dialect, function()
      local box, client = wire.start(nil, dialect)
      local known, homes = {}, {}
      local g = generator(dialect == "guide" and 20260415 or 20260715, known, homes)
      local made = wire.create(client)
      local function remember(data)
        known[g.random.int(1, 40)] = data.id
        homes[#homes % 40 + 1] = "/api/" .. data.type .. "s/" .. data.id
      end
      for i = 1, 40 do
        known[i] = i % 2 == 0 and made.messages[1] or made.id
      end
      local bodies = {
        cjson.decode(wire.campaign(dialect)),
        { data = { type = "campaign", id = made.id, attributes = { definition = { name = "x" } } } },
        { data = { type = "campaign-message-schedule", attributes = { send_time = "2030-06-01T14:00:00Z",
          strategy = "throttled", throttled_options = { throttling_percentage = 25 } }, relationships = {
          ["campaign-message"] = { data = { type = "campaign-message", id = made.messages[1] } } } } },
        { data = { type = "campaign-variation", attributes = { definition = { name = "v",
          details = { channel = "push" } } },
          relationships = { ["campaign-message"] = { data = { type = "campaign-message",
            id = made.messages[1] } } } } },
        { data = { type = "campaign-audience", attributes = dialect == "guide" and { audience_name = "a" }
          or { definition = { name = "a" } }, relationships = { campaign = { data = { type = "campaign",
            id = made.id } } } } },
      }
      local targets = { "/api/campaigns", "/api/campaigns/" .. made.id, "/api/campaign-message-schedule",
        "/api/campaign-variations", "/api/campaign-audiences" }
      local statuses = {}
      for i = 1, COUNT / 2 do
        local method = g.random.pick { "GET", "GET", "POST", "POST", "PATCH", "DELETE", "PUT" }
        local path, body = g.path(), nil
        if method ~= "GET" and method ~= "DELETE" then
          local index = g.random.int(1, #bodies)
          body = wire.encode(g.mutate(bodies[index]))
          if g.random.chance(2) then
            method, path = index == 2 and "PATCH" or "POST", targets[index]
          end
          if g.random.chance(10) then
            body = body:sub(1, g.random.int(0, #body))
          end
        end
        path = path .. g.query()
        local answer, err = client:request(method, path, body)
        local what = ("%d: %s %s %s"):format(i, method, path, tostring(body))
        assert.is_not_nil(answer, what .. " " .. tostring(err))
        assert.is_true(answer.status < 500, what .. " " .. answer.body)
        local by_library = answer.status == 400 and path:find "%%" ~= nil -- newer libmicrohttpd
        assert.is_true(answer.body == "" or answer.json ~= nil or by_library, what .. " " .. answer.body)
        statuses[answer.status] = (statuses[answer.status] or 0) + 1
        if answer.status == 201 then
          remember(answer.json.data)
        end
        if i % 500 == 0 then
          box:advance "6h"
        end
      end
      -- what was thrown at it got through: some of everything
      for _, status in ipairs { 200, 201, 204, 400, 404, 405, 409 } do
        assert.is_true((statuses[status] or 0) > 0, "no " .. status)
      end
      client:close()
      box:stop()
    end)
  end)
end)
