-- SPDX-License-Identifier: MIT
--- Lists whose pages are none: half a list never passes for the whole.

local script = require "spec.support.script"
local service = require "spec.support.service"

-- Bodies of status 200 that hold no list of resources.
local NONE = { "", "{}", "null", "[]", '"x"', "17", '{"data":null}', '{"data":{}}',
  '{"data":{"type":"campaign","id":"C"}}',
  '{"errors":[{"detail":"no"}]}', '{"data":[],"errors":[{"detail":"no"}]}', '{"data":[17]}', '{"data":[{"id":"C"}]}',
  '{"data":[{"type":"campaign"}]}' }

-- Runs fn(kl, server) beside a service whose list has one campaign on its first page, and a second page.
local function with_pages(link, second, fn)
  service.run({ write = function() end, read = function(request)
    if request.target:find "page2" then
      return second:find "^HTTP" and second or service.answer(200, second)
    end
    return service.answer(200, '{"data":[{"type":"campaign","id":"C1"}],"links":{"next":' .. link .. "}}")
  end }, { max_attempts = 1 }, fn)
end

-- Every way to read a list to its end: the ids, or nil and the error.
local WAYS = {}

function WAYS.each(kl)
  local ids = {}
  local ok, err = pcall(function()
    for campaign in kl.campaigns:each() do
      ids[#ids + 1] = campaign.id
    end
  end)
  return ok and ids or nil, err
end

function WAYS.each_in_time(kl)
  local ids = {}
  local ok, err = pcall(function()
    for campaign in kl.campaigns:each { prefetch = false } do
      ids[#ids + 1] = campaign.id
    end
  end)
  return ok and ids or nil, err
end

function WAYS.pages(kl)
  local ids = {}
  local page, err = kl.campaigns:list()
  while page do
    for campaign in page:items() do
      ids[#ids + 1] = campaign.id
    end
    page, err = page:next()
  end
  return not err and ids or nil, err
end

function WAYS.related(kl)
  local list, err = kl.campaigns:related("C", "messages")
  local ids = {}
  for i, message in ipairs(list or {}) do
    ids[i] = message.id
  end
  return list and ids, err
end

function WAYS.related_ids(kl)
  return kl.campaigns:related("C", "messages", { ids = true })
end

describe("a list", function()
  for name, read in pairs(WAYS) do
    it("ends with an error where its second page is none (" .. name .. ")", function()
      for _, body in ipairs(NONE) do
        if not (name == "related_ids" and body:find '"data":%[{"id"') then -- of an id alone nothing else is needed
          with_pages('"/api/campaigns?page2"', body, function(kl)
            local ids, err = read(kl)
            assert.is_nil(ids, body)
            assert.equal("json", err.kind, body)
            assert.equal("none", err.outcome)
          end)
        end
      end
      local html = script.answer(200, "<html>", { ["Content-Type"] = "text/html" })
      with_pages('"/api/campaigns?page2"', html, function(kl)
        local ids, err = read(kl)
        assert.is_nil(ids)
        assert.equal("content_type", err.kind)
      end)
    end)

    it("goes on at a link that is an object, and ends with an error at one that is none (" .. name .. ")", function()
      local second = '{"data":[{"type":"campaign","id":"C2"}]}'
      for _, link in ipairs { '"/api/campaigns?page2"', '{"href":"/api/campaigns?page2","meta":{}}' } do
        with_pages(link, second, function(kl)
          assert.same({ "C1", "C2" }, read(kl))
        end)
      end
      with_pages("null", second, function(kl)
        assert.same({ "C1" }, read(kl))
      end)
      for _, link in ipairs { "17", "{}", '{"href":null}', "[]", "true" } do
        with_pages(link, second, function(kl)
          local ids, err = read(kl)
          assert.is_nil(ids, link)
          assert.equal("json", err.kind, link)
        end)
      end
    end)
  end
end)
