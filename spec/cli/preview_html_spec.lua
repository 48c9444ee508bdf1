-- SPDX-License-Identifier: MIT
--- Previews as pages: they fit, no script of a template runs, and opening one loads nothing.

local layout = require "spec.support.layout"
local placeholders = require "klaviyo.model.placeholders"
local preview_html = require "klaviyo.cli.preview_html"
local preview_items = require "klaviyo.cli.preview_items"
local process = require "spec.support.process"
local sms = require "klaviyo.model.sms"
local support = require "spec.support.sandbox"

local LONG = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichenverleihung"

-- A template that tries to get out, and to load things from an address.
local function template(address)
  return ([[<html><head><meta http-equiv="refresh" content="0;url=URL/refresh"><link rel="stylesheet" href="URL/css">
    <style>@import url("URL/import"); body { background: url(URL/background) } @font-face { font-family: x;
    src: url(URL/font) } p { font-family: x }</style></head><body>
    <script>parent.document.title = document.title = "script ran"; fetch("URL/fetch")</script>
    <img src="URL/image" onerror="parent.document.title = 'script ran'"><iframe src="URL/frame"></iframe>
    <object data="URL/object"></object><video src="URL/video"></video><p>"Quoted" &amp; 'so' "></iframe></p>
    </body></html>]]):gsub("URL", address)
end

local function items(address)
  local function variation(channel, details, more)
    local made = placeholders.report()
    made.channel, made.details = channel, details
    for name, value in pairs(more or {}) do
      made[name] = value
    end
    return made
  end
  local body = "Now’s the <time> & " .. LONG
  local counted = sms.count(body)
  counted.additions, counted.opt_out = {}, "missing"
  return preview_items.list {
    { name = "Blast <b>", variations = {
      variation("email", { subject = LONG, from_email = "a@example.com", preview_text = "<script>x</script>" },
        { name = LONG, template = { id = "T", name = "Summer", html = template(address), text = "Plain </pre> text" },
          unrendered = { { path = "details.subject", tag = "{% if <b> %}" } },
          missing = { { path = "details.subject", name = LONG } } }),
      variation("email", {}, { template = { id = "T", err = "no <template>" } }) } },
    { name = "Text", variations = { variation("sms", { body = body }, { sms = counted }) } },
    { name = "Push", variations = { variation("push", { title = LONG, body = "a\nb" }) } },
    { name = "WA", variations = { variation("whatsapp", { template_id = "W" }), variation(nil, {}) } },
  }
end

describe("the pages of a preview", function()
  it("hold the texts escaped, and templates in frames that may do nothing", function()
    local page = preview_html.index(items "http://127.0.0.1:9", "Sale & <co>", "first_name=<Ada>")
    for _, words in ipairs { "Sale &amp; &lt;co&gt;", "first_name=&lt;Ada&gt;", "Blast &lt;b&gt;", "{% if &lt;b&gt; %}",
      "&lt;script&gt;x&lt;/script&gt;", "Now’s the &lt;time&gt; &amp; ", "Plain &lt;/pre&gt; text",
      "no &lt;template&gt;", "6 variations", 'sandbox=""', "default-src 'none'", preview_html.MARK } do
      assert.matches(words, page, 1, true)
    end
    local rest = page:gsub('srcdoc="[^"]*"', "")
    for _, word in ipairs { "<script", "https?://", " src=", "@import", "url%(", "onerror" } do
      assert.is_nil(rest:find(word), word)
    end
    local _, frames = page:gsub("<iframe ", "")
    local _, closed = page:gsub('<iframe sandbox="" [^<>]*></iframe>', "")
    assert.same({ 2, 2 }, { frames, closed })
    assert.is_nil(page:find("lazy", 1, true)) -- printed, frames that were never scrolled to would be blank
    assert.matches('href="03-text.html"', page, 1, true)
  end)

  it("say that images are left out, where there are any", function()
    local note = "Images are not loaded: <code>--images</code>"
    for _, make in ipairs { function(list, images)
      return preview_html.index(list, "Sale", "nothing", images)
    end, function(list, images)
      return preview_html.variation(list[1], "Sale", images)
    end } do
      local list = items "https://x.example"
      assert.matches(note, make(list), 1, true)
      assert.matches("img-src data:\">", make(list), 1, true)
      assert.is_nil(make(list, true):find(note, 1, true))
      assert.matches("img-src data: https: http:\">", make(list, true), 1, true)
      list[1].variation.template.html = "<p>https://x.example</p><img src='data:,x'>"
      assert.is_nil(make(list):find(note, 1, true))
    end
  end)

  it("show one variation, with the way back", function()
    local page = preview_html.variation(items "x"[3], "Sale")
    assert.matches('<a href="index.html">', page, 1, true)
    assert.matches('<div class="bubble">Now’s', page, 1, true)
    assert.is_nil(page:find("Push", 1, true))
  end)

  it("run no script of a template, and load nothing #process", function()
    if not layout.browser() then
      pending "no headless Chromium here"
      return
    end
    local sandbox, kl = support.start()
    local directory = process.directory()
    finally(function()
      process.remove(directory)
      kl:close()
      sandbox:stop()
    end)
    local function open(page)
      process.write(directory .. "/page.html", page)
      return layout.document("file://" .. directory .. "/page.html")
    end
    local page = preview_html.index(items(sandbox.url), "Sale", "nothing")
    assert.matches("<title>Sale: preview</title>", open(page), 1, true)
    assert.same({}, support.seen(sandbox))
    open((page:gsub('<meta http%-equiv="Content%-Security%-Policy"[^>]*>', ""))) -- without it they would load
    assert.is_true(#support.seen(sandbox) > 0)
    sandbox:clear_requests()
    open(preview_html.index(items(sandbox.url), "Sale", "nothing", true))
    local seen = {}
    for _, line in ipairs(support.seen(sandbox)) do
      seen[line:match "%S+$"] = true
    end
    assert.same({ ["/image"] = true, ["/background"] = true }, seen) -- and no style, font, frame, script or refresh
    -- without the frame's sandbox, and with scripts allowed by the policy, the script would run
    local open_frames = page:gsub('<iframe sandbox="" ', "<iframe ")
      :gsub("style%-src", "script-src 'unsafe-inline'; style-src")
    assert.matches("<title>script ran</title>", open(open_frames), 1, true)
  end)

  it("fit a phone and a desk, light and dark #process", function()
    if not layout.browser() then
      pending "no headless Chromium here"
      return
    end
    local page = preview_html.index(items "http://127.0.0.1:9", LONG, LONG)
    for _, width in ipairs { 360, 800, 1300 } do
      local scheme = width == 360 and "dark" or "light"
      assert.same({}, layout.problems(page, width, ".window, .phone, article", scheme), width)
    end
  end)
end)
