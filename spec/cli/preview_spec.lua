-- SPDX-License-Identifier: MIT
--- klaviyo preview.

local cli = require "spec.support.cli"
local klaviyo = require "klaviyo"

describe("klaviyo preview #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
    sandbox:template { id = "T", name = "Summer", html = "<h1>Hi {{ person.name|default:'you' }}</h1>",
      text = "Hi {{ person.name }}" }
    local sale = klaviyo.campaign "Sale"
    sale:audience("VIP", { included = { "LIST_1" } })
      :email { name = "Blast", subject = "{{ person.name }}, it {% now %}", from_email = "a@example.com",
               template_id = "T" }
      :sms { name = "Text", body = "Hi {{ person.name }}, it’s on {{ when }}" }
    assert(kl.campaigns:create(sale))
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  it("shows every variation in the terminal, and changes nothing", function()
    sandbox:clear_requests()
    local shown = user:run "preview Sale --set person.name=Ada"
    assert.equal(0, shown.code, shown.err)
    for _, words in ipairs { "Sale  filled in with person.name=Ada", "Subject   Ada, it {% now %}", "Content   Hi Ada",
      "Template  Summer (T)", "not rendered {% now %} in details.subject", "no value for when in details.body",
      "Text      Hi Ada, it’s on", "1 part, UCS-2, 16 of 70, because of ’ (U+2019)",
      "none was found in the text" } do
      assert.matches(words, shown.out, 1, true)
    end
    for _, request in ipairs(sandbox:requests()) do
      assert.is_true(request.method == "GET" or request.path == "/api/template-render", request.path)
    end
  end)

  it("takes values from a file, from standard input and one by one", function()
    user:write("ada.json", '{ "person": { "name": "Ada" }, "when": "Monday" }')
    local path = user:path "ada.json"
    assert.matches("Hi Ada, it’s on Monday", user:run("preview Sale/Text --context " .. path).out, 1, true)
    assert.matches("Hi Bob, it’s on Monday", user:run("preview Sale/Text --set person.name=Bob --context " .. path).out,
      1, true)
    assert.matches("Hi Eve", user:run("preview Sale/Text --context -", { input = '{"person":{"name":"Eve"}}' }).out, 1,
      true)
    for line, reported in pairs { ["--set x"] = 2, ["--set =x"] = 2, ["--set a..b=x"] = 2,
      ["--set a=1 --set a.b=2"] = 2, ["--context /nowhere"] = 3, ["--context " .. user:write("list.json", "[1]")] = 3,
      ["--context " .. user:write("bad.json", "{")] = 3 } do
      assert.equal(reported, user:run("preview Sale/Text " .. line).code, line)
    end
  end)

  it("has everything in JSON", function()
    local made = user:json "preview Sale --set person.name=Ada"
    assert.equal("Sale", made.campaign.name)
    assert.equal("<h1>Hi Ada</h1>", made.messages[1].variations[1].template.html)
    assert.equal("UCS-2", made.messages[2].variations[1].sms.encoding)
    assert.same({ { path = "details.body", name = "when" } }, made.messages[2].variations[1].missing)
    assert.equal(1, #user:json("preview Sale/Text").messages)
  end)

  it("writes pages into a directory, again too, but never over a file that is another's", function()
    local directory = user:path "pages/sale"
    for name, message in pairs { Ada = "2 variations written to", Bob = "2 variations written to" } do
      local done = user:run(("preview Sale --set person.name=%s -o %s"):format(name, directory))
      assert.equal(0, done.code, done.err)
      assert.matches(message, done.err, 1, true)
      assert.equal("", done.out)
      assert.matches("Hi " .. name, user:read "pages/sale/01-blast.html", 1, true)
    end
    assert.matches('href="02-text.html"', user:read "pages/sale/index.html", 1, true)
    local narrow = user:run("preview Sale/Text -o " .. directory)
    assert.matches("1 variation written to .*; 2 pages of an earlier preview removed", narrow.err)
    assert.is_nil(io.open(user:path "pages/sale/01-blast.html"))
    assert.equal(0, user:run("preview Sale -o " .. directory).code)
    user:write("pages/sale/index.html", "<p>my own page</p>")
    os.remove(user:path "pages/sale/01-blast.html")
    local refused = user:run("preview Sale -o " .. directory)
    assert.equal(3, refused.code, refused.err)
    assert.matches("index.html is there already, and is no page of klaviyo preview", refused.err, 1, true)
    assert.equal("<p>my own page</p>", user:read "pages/sale/index.html")
    assert.is_nil(io.open(user:path "pages/sale/01-blast.html"))
    assert.equal(2, user:run("preview Sale -o ''").code)
    assert.equal(2, user:run("preview Sale --images").code)
    assert.equal(0, user:run("preview Sale --images -o " .. user:path "pages/images").code)
    assert.matches("img-src data: https: http:", user:read "pages/images/01-blast.html", 1, true)
    assert.equal(3, user:run("preview Sale -o " .. user:write("file", "x")).code)
    assert.equal("x", user:read "file")
  end)

  it("shows the rest where a template cannot be rendered, and ends with the code of that", function()
    sandbox:fail { path = "/api/template-render", status = 404 }
    local shown = user:run "preview Sale"
    assert.equal(4, shown.code)
    assert.matches("the template T could not be rendered", shown.out, 1, true)
    assert.matches("Text      Hi , it’s on", shown.out, 1, true)
    assert.matches("hint: everything else is as shown", shown.err, 1, true)
    sandbox:fail { path = "/api/template-render", status = 403 }
    assert.matches("hint: everything else is as shown; the key needs the scope templates:read",
      user:run("preview Sale").err, 1, true)
    sandbox:fail { path = "/api/template-render", status = 404 }
    local result = user:run "preview Sale --json"
    assert.equal(4, result.code)
    assert.matches('"kind": "not_found"', result.out, 1, true)
  end)
end)
