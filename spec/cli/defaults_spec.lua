-- SPDX-License-Identifier: MIT
-- klaviyo.lua of a folder: applied where a file says nothing, and named where one of its values is wrong.

local failure = require "klaviyo.cli.terminal.failure"
local file_set = require "klaviyo.cli.plan.file_set"
local json = require "klaviyo.model.json"
local problems = require "klaviyo.model.problems"
local folders = require "spec.support.folder"
local process = require "spec.support.process"
local validate = require "klaviyo.model.validate"

describe("defaults of a folder", function()
  local folder = folders.for_each(before_each, after_each)

  local function write(name, content)
    return folder:write(name, content)
  end

  local function file_of(defaults, text, name)
    write("klaviyo.lua", defaults)
    return file_set.read({ args = {} }, { write(name or "sale.lua", text) })[1]
  end

  local function refused(defaults, text)
    local ok, problem = pcall(file_of, defaults, text or 'return campaign "X"')
    assert.is_false(ok)
    assert.is_true(failure.is(problem), tostring(problem))
    assert.equal(failure.codes.input, problem.code)
    return folder:without_path(table.concat({ problem.message, (table.unpack or unpack)(problem.details or {}) }, "\n"))
  end

  local SENDER = [[
return {
  timezone = "Europe/Berlin",
  audience = { excluded = { "STAFF" } },
  email = { from_email = "shop@example.com", from_label = "Shop", is_tracking_opens = false },
  sms = { shorten_links = true },
}]]

  it("fill in what the builder does not say, for each channel", function()
    local model = file_of(SENDER, [[
local sale = campaign "X"
sale:audience("A", { included = { "L" } })
  :email { name = "E", from_label = "Other", subject = "s" }
  :sms { name = "S", body = "b" }
  :push { name = "P", title = "t" }
return sale]]).model
    local audience = model.audiences[1]
    assert.same({ send_timezone = "Europe/Berlin" }, model.send_settings)
    assert.same({ "STAFF" }, audience.excluded)
    assert.same({ name = "E", channel = "email", subject = "s", from_label = "Other", from_email = "shop@example.com",
      is_tracking_opens = false }, audience.messages[1])
    assert.same({ name = "S", channel = "sms", body = "b", shorten_links = true }, audience.messages[2])
    assert.same({ name = "P", channel = "push", title = "t" }, audience.messages[3])
  end)

  it("fill in every form of a message, and JSON", function()
    local model = file_of(SENDER, [[{ "name": "X", "send_settings": { "send_timezone": null }, "audiences": [
      { "included": ["L"], "excluded": [], "messages": [
        { "name": "A", "details": { "channel": "email", "from_label": null } },
        { "name": "B", "variations": [ { "channel": "email" }, { "details": { "channel": "sms" } } ] } ] } ] }]],
      "sale.json").model
    assert.equal(json.null, model.send_settings.send_timezone)
    assert.same({}, model.audiences[1].excluded)
    local first, second = model.audiences[1].messages[1], model.audiences[1].messages[2]
    assert.same({ channel = "email", from_label = json.null, from_email = "shop@example.com" }, first.details)
    assert.is_false(first.is_tracking_opens)
    assert.same({ channel = "email", from_label = "Shop", from_email = "shop@example.com" }, second.variations[1])
    assert.same({ details = { channel = "sms", shorten_links = true } }, second.variations[2])
  end)

  it("give lists, segments, templates and tags to names", function()
    local model = file_of([[
return {
  tags = { klaviyo.tag "Sale" },
  email = { template = klaviyo.template "main" },
  audience = { excluded = { klaviyo.list "staff" } },
  lists = { vip = "ID1", staff = "ID2" }, segments = { vip = klaviyo.segment "Best customers" },
  templates = { main = "ID3" },
}]], [[
campaign "X":audience("A", { included = { klaviyo.list "vip", klaviyo.segment "vip", klaviyo.list "Others" } })
  :email { name = "A" }
  :email { name = "B", template_id = "ID4" }
  :email { name = "C", variations = { { template_id = { template = "main" } },
    { details = { template = template "x" } } } }
  :push { name = "D", kv_pairs = { list = "vip" } }]]).model
    assert.same({ "ID1", { segment = "Best customers" }, { list = "Others" } }, model.audiences[1].included)
    assert.same({ "ID2" }, model.audiences[1].excluded)
    assert.same({ { tag = "Sale" } }, model.tags)
    assert.equal("ID3", model.audiences[1].messages[1].template)
    assert.is_nil(model.audiences[1].messages[2].template)
    assert.equal("ID3", model.audiences[1].messages[3].variations[1].template_id)
    assert.same({ template = "x" }, model.audiences[1].messages[3].variations[2].details.template)
    assert.same({ list = "vip" }, model.audiences[1].messages[4].kv_pairs) -- no reference, but what the app reads
  end)

  it("are named with their line where a value is wrong", function()
    local file = file_of([[
local brand = { timezone = "x" }
return {
  timezone = "Europe/Berln",
  email = {
    from_email = 3 },
}]], 'campaign "X":audience("A", { included = { "L" } })\n  :email { name = "E", subject = 4 }')
    local found = assert(validate.create("campaign", file.model, {}))
    local ok, problem = pcall(file.refuse, file, problems.error(found, "create"))
    assert.is_false(ok)
    local shown = folder:without_path(table.concat(problem.details, "\n"))
    assert.matches("klaviyo.lua:3: send_settings.send_timezone is not a time zone.*%(a default, for sale.lua%)", shown)
    assert.matches("klaviyo.lua:5: audiences%[1%].messages%[1%].from_email .*%(a default, for sale.lua%)", shown)
    assert.matches("sale.lua:2: audiences%[1%].messages%[1%].subject", shown)
    assert.same({ folder.directory .. "/klaviyo.lua:3", true }, { file:place "send_settings.send_timezone" })
  end)

  it("are refused with all that is wrong in them, with lines", function()
    assert.equal("klaviyo.lua:2: email.form_email is no field of a message of this channel "
      .. '(did you mean "from_email"?)', refused 'return {\n email = { form_email = "x" } }')
    assert.equal('klaviyo.lua:1: emial is no default (did you mean "email"?); there are "audience", "email", "lists", '
      .. '"push", "segments", "sms", "tags", "templates", "timezone", "vars" or "whatsapp"',
      refused "return { emial = {} }")
    local shown = refused 'return {\n timezone = 3,\n tags = "x",\n lists = { a = 1 },\n vars = { a = {} },\n sms = 3 }'
    assert.matches("klaviyo.lua is not valid", shown)
    for line, what in pairs { [2] = "timezone is the name", [3] = "tags is a list", [4] = "lists.a is the id of a list",
      [5] = "vars.a is a name", [6] = "sms is a table of fields" } do
      assert.matches(("klaviyo.lua:%d: %s"):format(line, what), shown)
    end
    assert.matches("^klaviyo.lua:1: boo", refused 'error "boo"')
    assert.matches("^klaviyo.lua: returns no table", refused "return 3")
    assert.matches("^klaviyo.lua: returns no table", refused 'return campaign "X"')
    assert.matches("^klaviyo.lua:1: runs for too long", refused "while true do end")
    assert.matches("^klaviyo.lua:2: email is a function", refused "return {\n email = tostring }")
  end)

  it("are read once, and their mistakes are reported once for all files of the folder", function()
    write("b.lua", 'return campaign "B"')
    write("klaviyo.lua", "return 3")
    local _, problem = pcall(file_set.read, { args = {} }, { write("a.lua", 'return campaign "A"'), folder.directory })
    assert.equal("klaviyo.lua: returns no table: end it with return { timezone = ..., email = { ... } }, found 3",
      folder:without_path(problem.message))
  end)

  it("are those of the file's own folder", function()
    process.run("mkdir " .. process.quote(folder.directory .. "/week"))
    write("klaviyo.lua", 'return { timezone = "Europe/Berlin" }')
    local model = file_set.read({ args = {} }, { write("week/sale.lua", 'return campaign "X"') })[1].model
    assert.is_nil(model.send_settings)
  end)

  it("may include a file", function()
    write("brand.lua", 'return { from_label = "Shop" }')
    local model = file_of('return { email = include "brand.lua" }',
      'campaign "X":audience("A", {}):email { name = "E" }').model
    assert.equal("Shop", model.audiences[1].messages[1].from_label)
    assert.equal(1, #file_set.read({ args = {} }, { folder.directory }))
  end)
end)
