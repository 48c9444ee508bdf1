-- SPDX-License-Identifier: MIT
--- A message of several variations in every command that shows, checks or changes one.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

local FROM = 'from_email = "a@example.com", from_label = "A", preview_text = "P", template_id = "T"'
local ONE, TWO = '{ subject = "One", ' .. FROM .. " }", '{ subject = "Two", ' .. FROM .. " }"
local THIRD = '{ name = "third", subject = "Three", ' .. FROM .. " }"
local TEST = 'ab_test = { winner_metric = "opens", winner_percentage = 20, winner_wait_hours = 2 },'

describe("a message of several variations #process", function()
  local sandbox, kl, user, file

  setup(function()
    sandbox, kl = support.start { revision = "2026-10-15" }
    user = cli.new(sandbox)
    user.env.KLAVIYO_REVISION = "2026-10-15"
    file = user:path "ab.lua"
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    os.remove(file .. ".lock")
  end)

  local function write(more, ...)
    user:write("ab.lua", ([[
      local sale = campaign "AB Sale"
      sale:audience("VIP", { included = { "LIST_1" } }):email { name = "Blast", %s variations = { %s } }
      return sale
    ]]):format(more, table.concat({ ... }, ", ")))
  end

  local function apply()
    local done = user:run("apply --yes " .. file)
    assert.equal(0, done.code, done.err)
  end

  -- The counts of a plan, without those that are 0.
  local function plan(options)
    local counts, made = {}, user:json(("plan %s %s"):format(file, options or ""))
    for _, name in ipairs { "add", "change", "remove" } do
      counts[name] = made[name] > 0 and made[name] or nil
    end
    return counts
  end

  -- The message as the account has it, and its subjects in their order.
  local function there()
    local campaign = assert(kl.campaigns:tree(assert(kl.campaigns:list()).data[1].id))
    local message, subjects = campaign.messages[1], {}
    for i, variation in ipairs(message.variations) do
      subjects[i] = variation.details.subject
    end
    table.sort(subjects)
    return message, subjects
  end

  it("is planned and applied: created, in another order, with one more, changed, with one less", function()
    write(TEST, ONE, TWO)
    apply()
    local message, subjects = there()
    assert.same({ "One", "Two" }, subjects)
    assert.equal(20, message.ab_test.winner_percentage)
    assert.same({}, plan())
    write(TEST, TWO, ONE)
    assert.same({}, plan())
    write(TEST, TWO, ONE, THIRD)
    assert.same({ add = 1 }, plan())
    apply()
    assert.same({}, plan())
    write('ab_test = { winner_metric = "clicks" }, tracking_params = { { type = "static", name = "n", value = "v" } },',
      TWO, (ONE:gsub("One", "Uno")), THIRD)
    assert.same({ change = 2 }, plan())
    apply()
    message, subjects = there()
    assert.same({ "Three", "Two", "Uno" }, subjects)
    assert.equal("clicks", message.ab_test.winner_metric)
    assert.equal("v", message.tracking_params[1].value)
    write("", THIRD, TWO)
    assert.same({ remove = 1 }, plan())
    apply()
    assert.same({ "Three", "Two" }, (select(2, there())))
    assert.same({}, plan())
    assert.equal(0, user:run("apply --undo --yes " .. file).code)
    assert.same({ "Three", "Two", "Uno" }, (select(2, there())))
  end)

  it("keeps the variation that stays where another one changes its channel", function()
    write("", ONE, TWO)
    apply()
    local before = there()
    user:write("ab.lua", ([[
      local sale = campaign "AB Sale"
      sale:audience("VIP", { included = { "LIST_1" } }):message { name = "Blast", variations = {
        { channel = "sms", body = "Text" }, { channel = "email", subject = "Two", %s } } }
      return sale
    ]]):format(FROM))
    assert.same({ add = 1, remove = 1 }, plan())
    apply()
    local after = there()
    assert.equal(before.id, after.id)
    assert.same({}, plan())
  end)

  it("is one message, whatever its name, where all its variations are there", function()
    write("", ONE, TWO)
    apply()
    os.remove(file .. ".lock")
    user:write("ab.lua", user:read "ab.lua":gsub('"Blast"', '"Bang"'))
    local id = assert(kl.campaigns:list()).data[1].id
    assert.same({ change = 1 }, plan("--adopt " .. id)) -- its name
    write("", ONE, (TWO:gsub("Two", "Deux")))
    user:write("ab.lua", user:read "ab.lua":gsub('"Blast"', '"Bang"'))
    assert.equal(3, plan("--adopt " .. id).add) -- another message, with its content
  end)

  it("is shown, exported and printed with all of them", function()
    write(TEST, ONE, TWO)
    apply()
    local message = there()
    local id = message.campaign.id
    local shown = user:run("show " .. id).out
    for _, words in ipairs { "variation 1: One", "variation 2: Two", "A/B test with 20 % for 2 h by opens" } do
      assert.matches(words, shown, 1, true)
    end
    local tree = user:json("show " .. id)
    assert.equal(2, #tree.audiences[1].messages[1].variations)
    assert.equal("opens", tree.audiences[1].messages[1].ab_test.winner_metric)
    assert.matches(",email,One | Two,", user:run("export").out, 1, true)
  end)

  it("is edited, one variation or the test itself", function()
    write(TEST, ONE, TWO)
    apply()
    local id = there().campaign.id
    local function edit(editor)
      local done = user:run("edit --yes " .. id, { env = { EDITOR = editor, VISUAL = "" } })
      assert.equal(0, done.code, done.err)
      return done
    end
    assert.matches("winner_percentage = 20", user:run("edit --print " .. id).out, 1, true)
    sandbox:clear_requests()
    edit "true"
    for _, request in ipairs(sandbox:requests()) do
      assert.equal("GET", request.method)
    end
    edit "sed -i -e s/Two/Deux/ -e 's/winner_percentage = 20/winner_percentage = 30/'"
    local message, subjects = there()
    assert.same({ "Deux", "One" }, subjects)
    assert.equal(30, message.ab_test.winner_percentage)
    edit "sed -i -e /Deux/d"
    assert.same({ "One" }, (select(2, there())))
  end)

  it("is checked with all of them before it is sent", function()
    write(TEST, ONE, '{ subject = "", from_email = "nowhere", template_id = "T" }')
    apply()
    local message = there()
    local dry = user:run(("schedule %s --at %s --dry-run"):format(message.id, support.tomorrow()))
    assert.matches("Blast, variation 2: no subject", dry.out, 1, true)
    assert.matches("Blast, variation 2: the sender's address is not", dry.out, 1, true)
    assert.is_nil(dry.out:find("variation 1: no subject", 1, true))
    assert.matches("variation 1: One", dry.out, 1, true)
    assert.not_equal(0, dry.code)
    assert.matches("Blast, variation 2: no subject", user:run("create --dry-run " .. file).out
      .. user:run("create --dry-run " .. file).err, 1, true)
    write(TEST, ONE)
    local lonely = user:run("create --dry-run " .. file)
    assert.matches("an A/B test of one variation", lonely.out .. lonely.err, 1, true)
  end)
end)
