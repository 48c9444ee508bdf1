-- SPDX-License-Identifier: MIT
--- What a service may answer where names are looked up.
local klaviyo = require "klaviyo"
local names = require "klaviyo.calls.names"
local core = require "klaviyo.core"
local script = require "spec.support.script"

describe("names.look_up", function()
  -- Asks a service that answers with these ids and names, page by page; the last page is repeated.
  local function look_up(pages, wanted, options, again)
    local asked, found, all = {}, nil, nil
    local server
    server = script.server { answer = function(request)
      asked[#asked + 1] = request.target
      local page = pages[math.min(#asked, #pages)]
      local data = {}
      for i, one in ipairs(page) do
        data[i] = ('{"type":"list","id":"%s","attributes":{"name":"%s","created":"2026-01-0%dT00:00:00+00:00"}}')
          :format(one[1], one[2], i)
      end
      local link = page.has_next and (',"links":{"next":"%s/api/lists?page%%5Bcursor%%5D=x"}'):format(server.url) or ""
      return script.answer(200, ('{"data":[%s]%s}'):format(table.concat(data, ","), link))
    end }
    script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false }
      local call = { deadline = core.now() + 20 }
      for name, value in pairs(options or {}) do
        call[name] = value
      end
      for _ = 1, again or 1 do
        found, all = names.look_up(kl, "list", wanted, call)
      end
      kl:close()
    end)
    return found, asked, all
  end

  local function ids(found, name)
    local list = {}
    for i, one in ipairs(found[name] or {}) do
      list[i] = one.id
    end
    return list
  end

  it("takes only what has exactly the name, however often it is asked", function()
    local found, asked = look_up({ { { "A", "vip" }, { "B", "VIP" } } }, { "VIP" }, { name_cache = 0 }, 3)
    assert.same({ "B" }, ids(found, "VIP"))
    assert.same({}, ids(found, "vip"))
    assert.equal(3, #asked)
  end)

  it("counts what two pages have as one", function()
    local pages = { {}, { { "A", "VIP" }, has_next = true }, { { "A", "VIP" }, { "C", "other" } } }
    local found, asked = look_up(pages, { "VIP" })
    assert.same({ "A" }, ids(found, "VIP"))
    assert.equal(3, #asked) -- a filter that the service did not understand, then a listing of two pages
  end)

  it("lists where the names are too many for a filter, and gives all there are for suggestions", function()
    local wanted = {}
    for i = 1, 11 do
      wanted[i] = "n" .. i
    end
    local found, asked, all = look_up({ { { "A", "n1" }, { "B", "n1" }, { "C", "n2" } } }, wanted)
    assert.same({ "A", "B" }, ids(found, "n1"))
    assert.same({ "C" }, ids(found, "n2"))
    assert.same({}, ids(found, "n3"))
    assert.equal(1, #asked)
    assert.not_matches("filter", asked[1])
    assert.equal(3, #all)
    assert.same({ type = "list", id = "A", name = "n1", created_at = "2026-01-01T00:00:00+00:00" }, all[1])
  end)

  it("does not wait for another call beyond its deadline", function()
    local kl = klaviyo.client { api_key = "pk_test", base_url = "http://127.0.0.1:9" }
    local found, err = "unset", nil
    klaviyo.all { function()
      kl._hold("names list", core.now() + 5, function()
        found, err = names.look_up(kl, "list", { "VIP" }, { deadline = core.now() })
      end)
    end }
    kl:close()
    assert.is_nil(found)
    assert.equal("timeout", err.kind)
  end)

  it("knows a name of another kind without reading its list", function()
    local server = script.server { answer = function(request)
      return script.answer(200, request.target:find "segments"
        and '{"data":[{"type":"segment","id":"S","attributes":{"name":"VIP"}}]}' or '{"data":[]}')
    end }
    script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false }
      assert.equal("S", names.others(kl, "segment", "VIP", { deadline = core.now() + 20 })[1].id)
      assert.same({}, names.others(kl, "segment", "other", { deadline = core.now() + 20 }))
      kl:close()
    end)
  end)
end)
