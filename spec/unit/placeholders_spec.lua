-- SPDX-License-Identifier: MIT
--- Placeholders in texts outside of templates.

local klaviyo = require "klaviyo"
local placeholders = require "klaviyo.model.placeholders"

local CONTEXT = { name = "Jo", person = { first_name = "Ada", tags = { "a", "b" } }, count = 3, price = 2.5, yes = true,
  no = false, empty = "", zero = 0, null = klaviyo.null, list = { "x" }, none = {} }

local function fill(text, context)
  local report = placeholders.report()
  return placeholders.fill(text, context or CONTEXT, "details.subject", report), report
end

describe("placeholders", function()
  it("fill in names and dotted names", function()
    assert.equal("Hi Jo!", fill "Hi {{ name }}!")
    assert.equal("JoJo", fill "{{name}}{{ name}}")
    assert.equal("Ada", fill "{{ person.first_name }}")
    assert.equal("b", fill "{{ person.tags.1 }}")
    assert.equal("3 2.5 True False 0", fill "{{ count }} {{ price }} {{ yes }} {{ no }} {{ zero }}")
    assert.equal("1e+300", fill("{{ n }}", { n = 1e300 }))
    assert.equal("a < b & c", fill("{{ t }}", { t = "a < b & c" })) -- a subject is no HTML
    assert.equal("{{ name }}", fill("{{ t }}", { t = "{{ name }}" })) -- a value is no template
    assert.equal("no tag", fill "no tag")
  end)

  it("write nothing for what is missing, and say so", function()
    local text, report = fill "Hi {{ nobody }}, {{ person.age.x }}{{ null }}"
    assert.equal("Hi , ", text)
    assert.same({ { path = "details.subject", name = "nobody" }, { path = "details.subject", name = "person.age.x" },
      { path = "details.subject", name = "null" } }, report.missing)
    assert.same({}, report.unrendered)
  end)

  it("take the default for what is missing, empty or false", function()
    assert.equal("there", fill '{{ nobody|default:"there" }}')
    assert.equal("there", fill "{{ nobody | default:'there' }}")
    assert.equal("Jo", fill '{{ name|default:"there" }}')
    assert.equal("0 0 0 0 0 0", (fill("{{ no|default:0 }} {{ empty|default:0 }} {{ zero|default:'0' }} "
      .. "{{ null|default:0 }} {{ none|default:0 }} {{ nobody|default:0 }}")))
    assert.equal([[a"b\c]], fill [[{{ nobody|default:"a\"b\\c" }}]])
    assert.equal("", fill '{{ nobody|default:"" }}')
    local _, report = fill '{{ nobody|default:"there" }}'
    assert.same({}, report.missing)
  end)

  it("leave the variables of the service as they stand, unless the context has them", function()
    for _, tag in ipairs { "{{ organization.name }}", "{{ unsubscribe_link }}",
      '{{ organization.name|default:"us" }}' } do
      local text, report = fill(tag)
      assert.equal(tag, text)
      assert.same({ { path = "details.subject", tag = tag } }, report.unrendered, tag)
      assert.same({}, report.missing)
    end
    assert.equal("Shop", fill("{{ organization.name }}", { organization = { name = "Shop" } }))
  end)

  it("leave every other tag as it stands, and list it", function()
    for _, tag in ipairs { "{% if x %}", "{# note #}", "{{ name|title }}", '{{ name|default:"x"|title }}',
      "{{ name|default: \"x\" }}", "{{ name|default:other }}", "{{ name|default:\"x }}", "{{ person|lookup:'A b' }}",
      "{{ 1 }}", "{{ _x }}", "{{ a..b }}", "{{ a. }}", "{{ }}", "{{ 'text' }}", "{{ list }}", "{{{ name }}" } do
      local text, report = fill("a " .. tag .. " b")
      assert.equal("a " .. tag .. " b", text)
      assert.same({ { path = "details.subject", tag = tag } }, report.unrendered, tag)
    end
    for _, text in ipairs { "{{ name", "{ { name } }", "{{\nname }}", "}} {{", "{", "{%" } do -- no tags at all
      local filled, report = fill(text)
      assert.equal(text, filled)
      assert.same({}, report.unrendered, text)
    end
  end)

  it("do not guess at variables of a loop", function()
    local text, report = fill '{% for i in items %}{{ i.title|default:"x" }} for {{ name }}{% endfor %}'
    assert.equal('{% for i in items %}{{ i.title|default:"x" }} for Jo{% endfor %}', text)
    assert.equal(3, #report.unrendered)
    assert.same({}, report.missing)
  end)

  it("fill in every text of a table, by its path, and leave the table as it is", function()
    local details = { channel = "push", title = "{{ name }}", badge = true, static_asset_id = 5, web_url = klaviyo.null,
      kv_pairs = { ["a b"] = "{{ nobody }}" }, action_buttons = { { label = "{{ name|upper }}" } } }
    local report = placeholders.report()
    local filled = placeholders.fill_all(details, CONTEXT, "details", report)
    assert.same({ channel = "push", title = "Jo", badge = true, static_asset_id = 5, web_url = klaviyo.null,
      kv_pairs = { ["a b"] = "" }, action_buttons = { { label = "{{ name|upper }}" } } }, filled)
    assert.equal("{{ name }}", details.title)
    assert.same({ { path = "details.action_buttons[1].label", tag = "{{ name|upper }}" } }, report.unrendered)
    assert.same({ { path = 'details.kv_pairs["a b"]', name = "nobody" } }, report.missing)
  end)
end)
