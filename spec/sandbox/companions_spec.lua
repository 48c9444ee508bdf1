-- SPDX-License-Identifier: MIT
--- The reads beside campaigns, by name: lists, segments, templates, tags, metrics and the account, with the filters,
--- sorts, page sizes and limits of the stable endpoints.
local cjson = require "cjson"
local wire = require "spec.support.wire"

local STABLE = { revision = "2026-07-15" }

describe("sandbox, beside campaigns,", function()
  local box, client

  before_each(function()
    box, client = wire.start(nil, "later")
  end)

  after_each(function()
    client:close()
    box:stop()
  end)

  local function get(path)
    local answer = client:get("/api/" .. path:gsub(" ", "%%20"), nil, STABLE)
    assert.equal(200, answer.status, answer.body)
    return answer.json
  end

  local function ids(json)
    local list = {}
    for i, item in ipairs(json.data) do
      list[i] = item.id
    end
    return table.concat(list, " ")
  end

  it("has the lists that were seeded, in pages of ten", function()
    for i = 1, 12 do
      box:list { id = ("L%02d"):format(i), name = "List " .. (13 - i) }
    end
    box:segment { id = "S1", name = "Lapsed" }
    local first = get "lists"
    assert.equal("L01 L02 L03 L04 L05 L06 L07 L08 L09 L10", ids(first))
    local second = get(first.links.next:match "/api/(.*)$")
    assert.equal("L11 L12", ids(second))
    assert.is_nil(second.links.next)
    assert.equal("L01", ids(get(second.links.prev:match "/api/(.*)$")):match "^%S+")
    assert.equal("L12 L03 L02", ids(get "lists?sort=name"):match "^%S+ %S+ %S+")
    assert.equal("L12", ids(get "lists?sort=-id&page[size]=1"))
    assert.equal(400, client:get("/api/lists?page[size]=11", nil, STABLE).status)
    assert.equal(400, client:get("/api/lists?sort=size", nil, STABLE).status)
  end)

  it("counts the people of one list or segment where it is asked to", function()
    box:list { id = "L1", size = 1234 }
    box:segment { id = "S1", size = 77 }
    assert.is_nil(get("lists/L1").data.attributes.profile_count)
    assert.equal(1234, get("lists/L1?additional-fields[list]=profile_count").data.attributes.profile_count)
    assert.equal(77, get("segments/S1?additional-fields[segment]=profile_count").data.attributes.profile_count)
    local only = get("lists/L1?additional-fields[list]=profile_count&fields[list]=profile_count").data.attributes
    assert.same({ profile_count = 1234 }, only)
    for _, path in ipairs { "lists?additional-fields[list]=profile_count",
      "lists/L1?additional-fields[list]=size", "lists/L1?additional-fields[segment]=profile_count" } do
      local answer = client:get("/api/" .. path, nil, STABLE)
      assert.equal(400, answer.status, path)
      assert.matches("^additional%-fields", answer.json.errors[1].source.parameter)
    end
    for _, kind in ipairs { "list", "segment" } do
      local answer = client:get(("/api/%ss?fields[%s]=name,profile_count"):format(kind, kind), nil, STABLE)
      assert.equal(400, answer.status)
      assert.equal(("fields[%s]"):format(kind), answer.json.errors[1].source.parameter)
      assert.matches('unknown field "profile_count"; known: id, created, ', answer.json.errors[1].detail, 1, true)
    end
  end)

  it("finds lists and segments by name and id", function()
    box:list { id = "L1", name = "VIP customers" }
    box:list { id = "L2" }
    box:segment { id = "S1", name = "VIP customers", is_active = false }
    box:segment { id = "S2", name = "Lapsed", is_starred = true }
    assert.equal("L1", ids(get 'lists?filter=any(name,["VIP customers"])'))
    assert.equal("L1", ids(get "lists?filter=equals(name,['VIP customers'])"))
    assert.equal("L2", ids(get 'lists?filter=equals(id,"L2")'))
    assert.equal("S1", ids(get 'segments?filter=any(name,["VIP customers"])'))
    assert.equal("S2", ids(get "segments?filter=equals(is_active,true)"))
    assert.equal("S2", ids(get "segments?filter=equals(is_starred,true)"))
    assert.equal("", ids(get "lists?filter=greater-than(created,2999-01-01T00:00:00Z)"))
    for _, filter in ipairs { 'equals(name,"VIP customers")', 'contains(name,"VIP")', "equals(size,1)" } do
      assert.equal(400, client:get("/api/lists?filter=" .. filter:gsub(" ", "%%20"), nil, STABLE).status, filter)
    end
    assert.equal("L2", get("lists/L2").data.attributes.name)
    assert.equal("single_opt_in", get("lists/L2").data.attributes.opt_in_process)
    assert.is_false(get("segments/S1").data.attributes.is_active)
    assert.equal(404, client:get("/api/lists/S1", nil, STABLE).status)
    assert.equal(404, client:get("/api/segments/L1", nil, STABLE).status)
  end)

  it("describes a list again under its id, and sends to it", function()
    box:list { id = "L1", name = "Old", size = 1 }
    box:list { id = "L1", name = "New", size = 7 }
    assert.equal("New", get("lists").data[1].attributes.name)
    assert.equal(1, #get("lists").data)
  end)

  it("has nothing of it after a reset", function()
    box:list { id = "L1" }
    box:segment { id = "S1" }
    box:template { id = "T1", name = "Summer" }
    box:tag { id = "A1", name = "summer" }
    box:metric { id = "M1", name = "Placed Order" }
    box:account { organization = "Shop" }
    box:reset()
    for _, path in ipairs { "lists", "segments", "templates", "tags", "metrics" } do
      assert.equal("", ids(get(path)), path)
    end
    assert.equal("Sandbox", get("accounts").data[1].attributes.contact_information.organization_name)
  end)

  it("has templates", function()
    local summer = box:template { name = "Summer sale", html = "<p>{{ name }}</p>" }
    box:template { id = "T2", name = "Winter", editor_type = "SYSTEM_DRAGGABLE" }
    assert.equal(summer, ids(get 'templates?filter=contains(name,"summer")'))
    assert.equal("T2", ids(get 'templates?filter=equals(name,"Winter")'))
    assert.equal("T2", ids(get 'templates?filter=any(id,["T2"])'))
    local attributes = get("templates/" .. summer).data.attributes
    assert.equal("<p>{{ name }}</p>", attributes.html)
    assert.equal("CODE", attributes.editor_type)
    assert.equal(cjson.null, attributes.text)
    assert.same({ name = "Winter" }, get("templates/T2?fields[template]=name").data.attributes)
    assert.equal(404, client:get("/api/templates/nope", nil, STABLE).status)
  end)

  it("renders templates, and leaves what it does not know", function()
    box:template { id = "T1", name = "Summer", html = "<p>{{ who.name|default:'<b>you</b>' }} {{ n }}{{ tags.1 }}"
      .. '{{ yes }}{{ gone }}</p>{% if x %}{{ who|upper }}{{ a', text = "{{ who.name | default:\"a\\\"b\" }}" }
    local function render(context, id)
      return client:post("/api/template-render", { data = { type = "template", id = id or "T1",
        attributes = { context = context } } }, STABLE)
    end
    local answer = render { who = { name = "<Jo> & 'co'" }, n = 3, tags = { "a", "b" }, yes = true }
    assert.equal(201, answer.status, answer.body)
    local attributes = answer.json.data.attributes
    assert.equal("<p>&lt;Jo&gt; &amp; &#x27;co&#x27; 3bTrue</p>{% if x %}{{ who|upper }}{{ a", attributes.html)
    assert.equal("<Jo> & 'co'", attributes.text) -- plain text is not escaped
    assert.equal("Summer", attributes.name)
    attributes = render({ who = { name = "" }, n = 2.5 }).json.data.attributes
    assert.equal("<p><b>you</b> 2.5</p>{% if x %}{{ who|upper }}{{ a", attributes.html)
    assert.equal('a"b', attributes.text)
    assert.equal(404, render({}, "nope").status)
    assert.equal(400, render("no object").status)
    assert.equal(400, client:post("/api/template-render", { data = { type = "template", id = "T1" } }, STABLE).status)
    assert.equal("<p>{{ who", get("templates/T1").data.attributes.html:sub(1, 9)) -- it is as it was
  end)

  it("has tags, which are made, attached and detached", function()
    local made = wire.create(client)
    local body = { data = { type = "tag", attributes = { name = "summer" } } }
    local answer = client:post("/api/tags", body, STABLE)
    assert.equal(201, answer.status, answer.body)
    local tag = answer.json.data.id
    box:tag { id = "T2", name = "winter" }
    assert.equal(tag, ids(get 'tags?filter=starts-with(name,"sum")'))
    assert.equal("T2", ids(get "tags?sort=-name&page[size]=1"))
    assert.equal(400, client:get("/api/tags?page[size]=51", nil, STABLE).status)
    local path = "/api/tags/" .. tag .. "/relationships/campaigns"
    local members = { data = { { type = "campaign", id = made.id } } }
    for _ = 1, 2 do
      assert.equal(204, client:post(path, members, STABLE).status)
      assert.equal(tag, ids(client:get("/api/campaigns/" .. made.id .. "/tags").json))
    end
    for _ = 1, 2 do
      assert.equal(204, client:request("DELETE", path, members, STABLE).status)
      assert.equal("", ids(client:get("/api/campaigns/" .. made.id .. "/tags").json))
    end
    assert.equal(404, client:post("/api/tags/nope/relationships/campaigns", members, STABLE).status)
    members.data[1].id = "nope"
    assert.equal(404, client:post(path, members, STABLE).status)
    members.data[1].type = "flow"
    assert.equal(409, client:post(path, members, STABLE).status)
    assert.equal(400, client:post("/api/tags", { data = { type = "tag", attributes = {} } }, STABLE).status)
  end)

  it("has metrics", function()
    local placed = box:metric { name = "Placed Order", integration = "Shopify", category = "eCommerce" }
    box:metric { id = "M2", name = "Opened Email", integration = "Klaviyo" }
    assert.equal(2, #get("metrics").data)
    local metric = get('metrics?filter=equals(integration.name,"Shopify")').data[1]
    assert.equal(placed, metric.id)
    assert.equal("Placed Order", metric.attributes.name)
    assert.equal("eCommerce", metric.attributes.integration.category)
    assert.equal(400, client:get("/api/metrics?page[size]=10", nil, STABLE).status)
    assert.equal(400, client:get("/api/metrics?sort=name", nil, STABLE).status)
  end)

  it("has one account", function()
    assert.equal("UTC", get("accounts").data[1].attributes.timezone)
    box:account { organization = "The Shop", sender_email = "hi@example.com", timezone = "Europe/Paris" }
    local accounts = get("accounts").data
    assert.equal(1, #accounts)
    assert.equal("Europe/Paris", accounts[1].attributes.timezone)
    assert.equal("The Shop", accounts[1].attributes.contact_information.organization_name)
    assert.equal("hi@example.com", accounts[1].attributes.contact_information.default_sender_email)
    assert.has_error(function()
      box:account { timezone = "Nowhere/Else" }
    end)
  end)

  it("asks for the stable revision, or 2026-10-15", function()
    for _, path in ipairs { "lists", "segments", "templates", "tags", "metrics", "accounts" } do
      assert.equal(200, client:get("/api/" .. path, nil, { revision = "2026-10-15" }).status, path)
      for _, revision in ipairs { "2026-04-15.pre", "2026-07-15.pre" } do
        assert.equal(404, client:get("/api/" .. path, nil, { revision = revision }).status, path)
      end
    end
  end)

  it("has the documented limits", function()
    client:close()
    box:stop()
    box, client = wire.start({ rate_limits = true }, "later")
    for path, limit in pairs { lists = "750, 75;w=1, 750;w=60", segments = "750, 75;w=1, 750;w=60",
      templates = "750, 75;w=1, 750;w=60", tags = "60, 3;w=1, 60;w=60", metrics = "150, 10;w=1, 150;w=60",
      accounts = "15, 1;w=1, 15;w=60" } do
      assert.equal(limit, client:get("/api/" .. path).headers["ratelimit-limit"], path)
    end
  end)
end)
