-- SPDX-License-Identifier: MIT
--- What the pages that the command writes have in common: escaping, colours for light and dark, and their frame. They
--- load nothing.

local text = require "klaviyo.cli.terminal.text"

local html = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

---A value on one line of a page: cleaned as for a terminal, and escaped.
---@param value any
---@return string
function html.escape(value)
  return (text.clean(value):gsub("[&<>\"']", ENTITIES))
end

---A text with its own lines, escaped for an element or an attribute in double quotes.
---@param value string
---@return string
function html.escape_lines(value)
  return (value:gsub("%z", ""):gsub("[&<>\"']", ENTITIES))
end

-- Colours, and what every page looks like.
local STYLE = [[
:root { color-scheme: light dark; --ink: #1b1f24; --faint: #6d7580; --line: #e3e6ea; --ground: #f7f8fa; --card: #fff;
  --accent: #2563eb; --odd: #b45309; --bad: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --faint: #8b949e; --line: #2a3038; --ground: #101317;
  --card: #171b21; --accent: #6ea0ff; --odd: #f5b14c; --bad: #ff8f8f; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem; background: var(--ground); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
]]

local HEAD = [[<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">%s
<title>%s</title><style>%s%s</style></head><body><main>
]]

---A page.
---@param page { title: string, style: string, body: string, head: string|nil }  all but the title is HTML
---@return string
function html.page(page)
  return HEAD:format(page.head or "", html.escape(page.title), STYLE, page.style) .. page.body
    .. "\n</main></body></html>\n"
end

return html
