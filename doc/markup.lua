-- SPDX-License-Identifier: MIT
--- Markdown as HTML: as much of it as the texts of this project use. Headings, paragraphs, lists, tables, fenced and
--- indented code, links, images; a block of HTML (a table, preformatted text) stands as it is.

local highlight = require "doc.highlight"

---@class doc.markup.context
---@field link fun(target: string): string|nil   where a link to a file of the tree leads; nil: nowhere
---@field code fun(text: string): string|nil     where inline code leads, if it names something

---The anchor of a heading.
---@param title string
---@return string
local function anchor(title)
  return (title:lower():gsub("<[^>]*>", ""):gsub("[^%w]+", "-"):gsub("^%-", ""):gsub("%-$", ""))
end

-- Inline text. Code is taken out first, so that nothing in it is taken for markup, and put back last.
local function inline(text, context)
  local kept = {}
  text = text:gsub("`([^`]+)`", function(code)
    local html, target = "<code>" .. highlight.escape(code) .. "</code>", context.code(code)
    kept[#kept + 1] = target and ('<a href="%s">%s</a>'):format(target, html) or html
    return "\1" .. #kept .. "\2"
  end)
  text = text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;")
  text = text:gsub("!%[([^%]]*)%]%(([^)]+)%)", '<img alt="%1" src="%2" loading="lazy">')
  text = text:gsub("%[([^%]]+)%]%(([^)]+)%)", function(words, target)
    local to = context.link(target)
    return to and ('<a href="%s">%s</a>'):format(to, words) or words
  end)
  text = text:gsub("%*%*(.-)%*%*", "<strong>%1</strong>")
  return (text:gsub("\1(%d+)\2", function(number)
    return kept[tonumber(number)]
  end))
end

local function cells(line, context)
  local list = {}
  for cell in line:gsub("^|", ""):gmatch "([^|]*)|" do
    list[#list + 1] = inline(cell:match "^%s*(.-)%s*$", context)
  end
  return list
end

local function set_table(lines, context)
  local out, numeric = { '<div class="wide"><table>' }, {}
  local i = 0
  for mark in (lines[2] or ""):gsub("^|", ""):gmatch "([^|]*)|" do
    i = i + 1
    numeric[i] = mark:find ":%s*$" and ' class="number"' or ""
  end
  for number, line in ipairs(lines) do
    if number ~= 2 then
      local tag, row = number == 1 and "th" or "td", {}
      for column, cell in ipairs(cells(line, context)) do
        row[column] = ("<%s%s>%s</%s>"):format(tag, numeric[column] or "", cell, tag)
      end
      out[#out + 1] = "<tr>" .. table.concat(row) .. "</tr>"
    end
  end
  return table.concat(out, "\n") .. "\n</table></div>"
end

local function set_list(lines, tag, mark, context)
  local items = {}
  for _, line in ipairs(lines) do
    local first = line:match(mark)
    if first then
      items[#items + 1] = first
    else
      items[#items] = items[#items] .. " " .. line:match "^%s*(.*)$"
    end
  end
  for i, item in ipairs(items) do
    items[i] = "<li>" .. inline(item, context) .. "</li>"
  end
  return ("<%s>\n%s\n</%s>"):format(tag, table.concat(items, "\n"), tag)
end

-- One block: the lines between two empty ones.
local function set_block(lines, context)
  local first = lines[1]
  local level, title = first:match "^(#+)%s+(.*)$"
  if level then
    return ('<h%d id="%s">%s</h%d>'):format(#level, anchor(title), inline(title, context), #level)
  elseif first:find "^|" then
    return set_table(lines, context)
  elseif first:find "^[-*] " then
    return set_list(lines, "ul", "^[-*] (.*)$", context)
  elseif first:find "^%d+%. " then
    return set_list(lines, "ol", "^%d+%. (.*)$", context)
  elseif first:find "^    " then
    return highlight.block((table.concat(lines, "\n"):gsub("^    ", ""):gsub("\n    ", "\n")))
  end
  return "<p>" .. inline(table.concat(lines, "\n"), context) .. "</p>"
end

-- What is open: a block of Markdown, a fence with its language, or a tag of HTML that is to be closed.
local function read(text, context)
  local out, block, state = {}, {}, {}
  local function flush()
    if #block > 0 then
      out[#out + 1] = set_block(block, context)
      block = {}
    end
  end
  local function in_fence(line)
    if line:find "^```" then
      out[#out + 1] = highlight.block(table.concat(state.fence, "\n"), state.language)
      state.fence = nil
    else
      state.fence[#state.fence + 1] = line
    end
  end
  local function in_html(line)
    out[#out + 1] = line
    if line:find(state.closing, 1, true) then
      state.closing = nil
    end
  end
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local language, tag = line:match "^```(%w*)", line:match "^<(%w+)"
    if state.fence then
      in_fence(line)
    elseif state.closing then
      in_html(line)
    elseif language then
      flush()
      state.fence, state.language = {}, language
    elseif tag == "pre" or tag == "table" or tag == "div" then
      flush()
      state.closing = "</" .. tag .. ">"
      in_html(line)
    elseif line:find "^%s*$" then
      flush()
    elseif line:find "^#+ " or line:find "^!%[.*%)$" then
      flush()
      out[#out + 1] = set_block({ line }, context)
    else
      block[#block + 1] = line
    end
  end
  flush()
  return table.concat(out, "\n")
end

local NOWHERE = { link = function() end, code = function() end }

local markup = { anchor = anchor }

---@param text string
---@param context? doc.markup.context
---@return string html
function markup.html(text, context)
  return read(text, context or NOWHERE)
end

---A text of one line.
---@param text string
---@param context? doc.markup.context
---@return string html
function markup.inline(text, context)
  return inline(text, context or NOWHERE)
end

return markup
