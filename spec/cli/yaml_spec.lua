-- SPDX-License-Identifier: MIT
-- Campaign files in YAML, where lyaml is installed.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local yaml = require "klaviyo.cli.plan.yaml"

local has_lyaml = pcall(require, "yaml")

local function refused(text)
  local ok, problem = pcall(campaign_file.parse, text, "sale.yaml")
  assert.is_false(ok)
  assert.is_true(failure.is(problem), tostring(problem))
  assert.equal(failure.codes.input, problem.code)
  return problem.message, problem
end

describe("a campaign file in YAML", function()
  it("without lyaml is refused, with the name of the package", function()
    local loaded = package.loaded.yaml
    package.loaded.yaml, package.preload.yaml = nil, function()
      error "not installed"
    end
    local ok, problem = pcall(yaml.read, "a: 1", "sale.yaml")
    package.loaded.yaml, package.preload.yaml = loaded, nil
    assert.is_false(ok)
    assert.equal("sale.yaml: is YAML, and the module lyaml, which reads it, is not installed", problem.message)
    assert.matches("apt install lua%-yaml", problem.hint)
  end)

  if not has_lyaml then
    pending "is read (lyaml is not installed)"
    return
  end

  it("is a mapping", function()
    local file = campaign_file.parse([[
# The sale
name: Summer Sale
color: ~
send_settings: { send_timezone: America/New_York }
audiences:
  - included: [ VIP_LIST, { list: Everyone } ]
    excluded: []
    messages:
      - channel: sms
        name: "on"
        shorten_links: true
        body: |
          The sale
          is on
]], "sale.yaml")
    assert.same({ name = "Summer Sale", color = json.null, send_settings = { send_timezone = "America/New_York" },
      audiences = { { included = { "VIP_LIST", { list = "Everyone" } }, excluded = {},
        messages = { { channel = "sms", name = "on", shorten_links = true, body = "The sale\nis on\n" } } } } },
      file.model)
    assert.is_true(json.is_array(file.model.audiences[1].excluded))
    assert.equal(6, file:line "audiences[1].included[2].list")
    assert.equal(11, file:line "audiences[1].messages[1].shorten_links")
    assert.equal(10, file:line "audiences[1].messages[1].name")
    assert.equal("X", campaign_file.parse("name: X", "a.yml").model.name)
  end)

  it("has values of the core schema", function()
    local value = yaml.read([[
- [ null, Null, ~, true, FALSE, 12, -3, 1.5, 1e3, 0x10 ]
- [ no, on, 2026-11-27, 1.2.3, "12", '~', !!str 12, !!int "12" ]
]], "x")
    assert.same({ json.null, json.null, json.null, true, false, 12, -3, 1.5, 1000, 16 }, value[1])
    assert.same({ "no", "on", "2026-11-27", "1.2.3", "12", "~", "12", 12 }, value[2])
  end)

  it("may repeat a value by an anchor", function()
    assert.same({ a = { "L" }, b = { "L" } }, (yaml.read("a: &lists [ L ]\nb: *lists\n", "x")))
  end)

  it("is refused with its line", function()
    assert.matches("^sale.yaml:2: did not find expected", refused "a: [1\nb: }")
    assert.matches("^sale.yaml:3: the field \"a\" is there twice", refused "a: 1\nb: 2\na: 3")
    assert.matches("^sale.yaml:1: there is no anchor &x", refused "a: *x")
    assert.matches("^sale.yaml:1: there is no anchor &x", refused "a: &x [ *x ]")
    assert.matches("^sale.yaml:2: merge keys", refused "a: &x { b: 1 }\n<<: *x")
    assert.matches("^sale.yaml:1: the tag !!?ruby/object is not known", refused "a: !ruby/object {}")
    assert.matches("^sale.yaml:1: the name of a field is a text", refused "? [ a ]\n: b")
    assert.matches("^sale.yaml:%d: there is a second document", refused "a: 1\n---\nb: 2")
    assert.matches("^sale.yaml:1: is not a mapping of YAML", refused "")
    assert.matches("^sale.yaml:1: is not a mapping of YAML", refused "- a")
    assert.matches("^sale.yaml:1: holds more than 100 levels", refused("a: " .. ("["):rep(200)))
  end)

  it("that means billions of values is ended by its limits", function()
    local lines = { 'a0: &a0 [ "lol" ]' }
    for i = 1, 30 do
      lines[i + 1] = ("a%d: &a%d [ *a%d, *a%d, *a%d ]"):format(i, i, i - 1, i - 1, i - 1)
    end
    assert.equal("sale.yaml: describes more than 4 MB", (refused(table.concat(lines, "\n"))))
  end)
end)
