-- SPDX-License-Identifier: MIT
--- --fields: which fields a result shows, in JSON and in tables.

local cli = require "spec.support.cli"
local fields = require "klaviyo.cli.fields"
local json = require "klaviyo.model.json"
local support = require "spec.support.sandbox"

local SHAPE = fields.shape({ "id", "name" }, { messages = { id = true, status = true }, settings = { zone = true } })

local function record()
  return { id = "C", name = json.null, settings = { zone = "UTC", other = 1 }, secret = "s",
    messages = json.array { { id = "A", status = "DRAFT" }, { id = "B" } } }
end

local function refused(value)
  local ok, failed = pcall(fields.parse, value, SHAPE)
  assert.is_false(ok)
  assert.equal(2, failed.code)
  return failed.message, failed.hint
end

describe("fields.parse", function()
  it("reads names, dotted ones too", function()
    assert.same({ "id", "messages.status" }, fields.parse("id, messages.status", SHAPE))
  end)

  it("says what was meant and what there is", function()
    local message, hint = refused "id,nmae"
    assert.equal('--fields: there is no field nmae (did you mean "name"?)', message)
    assert.equal("a record has id, messages, name, settings", hint)
    message, hint = refused "messages.stats"
    assert.equal('--fields: there is no field messages.stats (did you mean "messages.status"?)', message)
    assert.equal("messages has id, status", hint)
    assert.matches('did you mean "settings.zone"', refused "zone")
    assert.equal("--fields: id has no fields inside", (refused "id.x"))
    assert.equal("--fields names no field", (refused " , "))
    assert.matches("there is no field %.", (refused "."))
  end)
end)

describe("fields.pick", function()
  it("keeps these fields alone, and null for what has no value", function()
    assert.same({ id = "C", name = json.null, settings = { zone = "UTC" } },
      fields.pick(record(), { "id", "name", "settings.zone" }))
    assert.same({ settings = json.null }, fields.pick({ settings = json.null }, { "settings.zone" }))
    assert.same({ settings = json.null }, fields.pick({}, { "settings.zone" }))
  end)

  it("goes into lists, which stay lists", function()
    local picked = fields.pick(record(), { "messages.status" })
    assert.equal('{"messages":[{"status":"DRAFT"},{"status":null}]}', assert(json.encode(picked)))
    assert.equal('{"messages":[]}', assert(json.encode(fields.pick({ messages = json.array() }, { "messages.id" }))))
    assert.same({ { id = "C" } }, fields.pick(json.array { record() }, { "id" }))
  end)

  it("keeps the whole where the whole is named too", function()
    for _, names in ipairs { { "settings", "settings.zone" }, { "settings.zone", "settings" } } do
      assert.same({ settings = { zone = "UTC", other = 1 } }, fields.pick(record(), names))
    end
  end)
end)

describe("--fields #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
    cli.summer_sale(kl)
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  it("selects what --json shows", function()
    assert.same({ { name = "Summer Sale", messages = { { status = "DRAFT" }, { status = "DRAFT" },
      { status = "DRAFT" } } } }, (user:json "list --fields name,messages.status"))
    local show = user:json "show 'Summer Sale' --fields audiences.name,audiences.included"
    assert.same({ audiences = { { name = "VIP", included = { "LIST_1" } }, { name = "Everyone",
      included = { "LIST_1", "LIST_2" } } } }, show)
    local calendar = user:json "calendar --fields name"
    assert.same({}, calendar.sends)
    assert.equal("UTC", calendar.timezone)
  end)

  it("selects the columns of a table without --json", function()
    assert.equal("NAME\tMESSAGES.NAME\nSummer Sale\tBlast, Text, Push\n",
      user:run("list --fields name,messages.name").out)
    assert.equal("AUDIENCES.MESSAGES.VARIATIONS.DETAILS.SUBJECT\tSEND_SETTINGS.SEND_TIMEZONE\nIt starts\t"
      .. "America/New_York\n", user:run("show 'Summer Sale' --fields audiences.messages.variations.details.subject,"
      .. "send_settings.send_timezone").out)
    assert.matches("^NAME\tSTATE\nklaviyo\tgood\n", user:run("doctor --offline --fields name,state").out)
  end)

  it("is refused before anything is done", function()
    sandbox:clear_requests()
    for line, reported in pairs {
      ["create " .. user:path "sale.lua" .. " --fields di"] = 'there is no field di (did you mean "id"?)',
      ["archive 'Summer Sale' --yes --fields id"] = "klaviyo archive takes no --fields",
      ["show 'Summer Sale' --raw --fields id"] = "--raw and --fields exclude each other",
      ["create " .. user:path "sale.lua" .. " --dry-run --fields id"] = "--dry-run and --fields exclude each other",
      ["calendar --html - --fields id"] = "--html and --fields exclude each other",
      ["list --columns id --fields id"] = "--columns and --fields exclude each other",
    } do
      local result = user:run(line)
      assert.equal(2, result.code, line)
      assert.matches(reported, result.err, 1, true)
    end
    assert.matches("list, show, calendar", user:run("plan x --fields id").err)
    assert.same({}, support.seen(sandbox))
  end)

  it("knows every field that the commands write", function()
    local function check(value, shape, where)
      for name, inside in pairs(type(value) == "table" and value or {}) do
        if type(name) == "number" then
          check(inside, shape, where)
        elseif shape ~= true then
          assert.is_truthy(shape[name], where .. "." .. name)
          check(inside, shape[name], where .. "." .. name)
        end
      end
    end
    local commands = require "klaviyo.cli.commands"
    check(user:json "list", commands.module "list".fields, "list")
    check(user:json "show 'Summer Sale'", commands.module "show".fields, "show")
    check(user:json("doctor --offline").checks, commands.module "doctor".fields, "doctor")
  end)
end)
