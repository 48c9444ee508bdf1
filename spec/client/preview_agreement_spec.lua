-- SPDX-License-Identifier: MIT
--- Placeholders filled in by the client, and the same text as a template rendered by the sandbox: two independent
--- readings of the service's templates, which give the same for all that both know.

local klaviyo = require "klaviyo"
local placeholders = require "klaviyo.model.placeholders"
local random = require "spec.support.random"
local support = require "spec.support.sandbox"

local PIECES = { "{{", "}}", " ", "\n", "name", "|", "default:", '"', "'", "\\", "{", "}", "é", "<&>", "_x", "1", "." }
local NAMES = { "name", "person.name", "gone", "n", "half", "zero", "yes", "no", "empty", "tags.1", "tags.9",
  "person.name.x", "_x", "1x", "tags.", "é" }
local FILTERS = { "", "", "", '|default:"x"', " | default:'y z'", "|default:3", "|default:-2.5", '|default:""',
  [[|default:"a\"b\\c"]], "|title", "|default: 3", "|default:name", '|default:"x', "|default:'x'|title" }
local CONTEXT = { name = "Jo <&>", person = { name = "Ada" }, n = 3, half = 2.5, yes = true, no = false, zero = 0,
  empty = "", tags = { "a", "b" } }

describe("filling in and rendering", function()
  local sandbox, kl, message

  setup(function()
    sandbox, kl = support.start { revision = "2026-10-15" }
    local sale = klaviyo.campaign "Sale"
    sale:audience("VIP", { included = { "LIST_1" } }):email { name = "Blast", subject = "S", template_id = "T" }
    message = assert(kl.campaigns:create(sale)).messages[1]
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  it("agree on random texts", function()
    local from, tags = random.new(16), 0
    for number = 1, 600 do
      local parts = {}
      for i = 1, from.int(1, 6) do
        parts[i] = from.chance(3) and from.pick(PIECES)
          or table.concat { from.pick { "{{", "{{ " }, from.pick(NAMES), from.pick(FILTERS), from.pick { "}}", " }}" } }
      end
      local text = "." .. table.concat(parts)
      sandbox:template { id = "T", name = "Any", html = "", text = text }
      local rendered = assert(message:preview { context = CONTEXT }).variations[1].template.text
      local report = placeholders.report()
      local filled = placeholders.fill(text, CONTEXT, "text", report)
      assert.equal(rendered, filled, ("case %d: %q"):format(number, text))
      tags = tags + (filled ~= text and 1 or 0)
    end
    assert.is_true(tags > 300, tags) -- texts in which something was filled in
  end)
end)
