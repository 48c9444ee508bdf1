-- SPDX-License-Identifier: MIT
--- What the pages of the command have in common.

local html = require "klaviyo.cli.html"

describe("html", function()
  it("escapes what may stand in an element or an attribute", function()
    assert.equal("a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; e?", html.escape "a <b> & \"c\" 'd'\ne\1")
    assert.equal("a\n&lt;b", html.escape_lines "a\n<b\0")
  end)

  it("makes a page whose title is escaped", function()
    local page = html.page { title = "<x>", style = ".a {}", body = "<p>100 %</p>", head = "<meta name=y>" }
    assert.matches("<title>&lt;x&gt;</title>", page, 1, true)
    assert.matches("<p>100 %</p>\n</main></body></html>\n", page, 1, true)
    assert.matches("<meta name=y>", page, 1, true)
    assert.matches("prefers-color-scheme: dark", page, 1, true)
  end)
end)
