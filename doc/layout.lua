-- SPDX-License-Identifier: MIT
--- The frame of a page of the reference: navigation, title, footer.

local contents = require "doc.contents"
local highlight = require "doc.highlight"
local version = require "klaviyo.version"

local layout = {}

local function item(lines, name, title, current)
  lines[#lines + 1] = ('<li><a href="%s.html"%s>%s</a></li>'):format(name,
    name == current and ' aria-current="page"' or "", highlight.escape(title))
end

-- Wide screens always show the navigation; a line of script folds it on narrow ones.
local function navigation(current)
  local lines = { '<nav><a class="brand" href="index.html">lua-klaviyo ' .. version .. "</a>",
    '<details id="menu" open><summary>Contents</summary>', "<ul>" }
  item(lines, "index", "Overview", current)
  item(lines, "examples", "Examples", current)
  item(lines, "names", "Index of names", current)
  lines[#lines + 1] = "</ul>"
  for _, group in ipairs(contents) do
    lines[#lines + 1] = "<h2>" .. group.title .. "</h2>\n<ul>"
    for _, page in ipairs(group) do
      item(lines, page[1], page[2], current)
    end
    lines[#lines + 1] = "</ul>"
  end
  lines[#lines + 1] = "</details>\n<script>menu.open = matchMedia('(min-width: 60rem)').matches</script></nav>"
  return table.concat(lines, "\n")
end

---A whole page.
---@param name string   of its file, without .html
---@param title string
---@param body string   HTML
---@return string
function layout.page(name, title, body)
  return table.concat({
    '<!DOCTYPE html>', '<html lang="en">', "<head>", '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    "<title>" .. highlight.escape(title) .. " - lua-klaviyo</title>",
    '<link rel="stylesheet" href="reference.css">', "</head>", "<body>", navigation(name), "<main>", body,
    "<footer>lua-klaviyo " .. version .. ", an unofficial library: neither made nor endorsed by Klaviyo.</footer>",
    "</main>", "</body>", "</html>", "",
  }, "\n")
end

return layout
