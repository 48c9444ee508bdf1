-- SPDX-License-Identifier: MIT
-- What LDoc sets the texts of this project with: as much of Markdown as they use, tables included, and without asking
-- for another package. Headings, paragraphs, lists, tables, code, links; a block of HTML stands as it is.

local function inline_code(text, kept)
  return (text:gsub("`([^`]+)`", function(code)
    kept[#kept + 1] = "<code>" .. code:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;") .. "</code>"
    return "\1" .. #kept .. "\2"
  end))
end

local function inline(text)
  local kept = {}
  text = inline_code(text, kept)
  text = text:gsub("!%[([^%]]*)%]%(([^)]+)%)", '<img alt="%1" src="%2">')
  text = text:gsub("%[([^%]]+)%]%(([^)]+)%)", function(words, target)
    local page = not target:find ":" and target:match "([^/]+%.md)$" -- LDoc has them all in one place
    return ('<a href="%s">%s</a>'):format(page and page .. ".html" or target, words)
  end)
  text = text:gsub("%*%*(.-)%*%*", "<strong>%1</strong>")
  return (text:gsub("\1(%d+)\2", function(number)
    return kept[tonumber(number)]
  end))
end

local function cells(line)
  local list = {}
  for cell in line:gsub("^|", ""):gmatch "([^|]*)|" do
    list[#list + 1] = inline(cell:match "^%s*(.-)%s*$")
  end
  return list
end

local function set_table(lines)
  local out = { "<table>" }
  for i, line in ipairs(lines) do
    local tag = i == 1 and "th" or "td"
    if not line:find "^|[%s:|-]+$" then
      out[#out + 1] = ("<tr><%s>%s</%s></tr>"):format(tag, table.concat(cells(line),
        ("</%s><%s>"):format(tag, tag)), tag)
    end
  end
  return table.concat(out, "\n") .. "\n</table>"
end

local function set_list(lines, tag, mark)
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
    items[i] = "<li>" .. inline(item) .. "</li>"
  end
  return ("<%s>\n%s\n</%s>"):format(tag, table.concat(items, "\n"), tag)
end

-- One block: lines between two that are empty.
local function set_block(lines)
  local first = lines[1]
  local level, title = first:match "^(#+)%s+(.*)$"
  if level then
    return ("<h%d>%s</h%d>"):format(#level, inline(title), #level)
  elseif first:find "^|" then
    return set_table(lines)
  elseif first:find "^[-*] " then
    return set_list(lines, "ul", "^[-*] (.*)$")
  elseif first:find "^%d+%. " then
    return set_list(lines, "ol", "^%d+%. (.*)$")
  elseif first:find "^    " then
    return "<pre>\n" .. table.concat(lines, "\n") .. "\n</pre>"
  end
  return "<p>" .. inline(table.concat(lines, "\n")) .. "</p>"
end

-- HTML stands until the tag that began it is closed. LDoc's anchors are no blocks: they go before what follows.
return function(text)
  local out, block, closing = {}, {}, nil
  local function flush()
    if #block > 0 then
      out[#out + 1] = set_block(block)
      block = {}
    end
  end
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local tag = not closing and line:match "^<(%w+)"
    if tag == "pre" or tag == "table" then
      flush()
    end
    if closing or tag == "pre" or tag == "table" then
      closing = closing or "</" .. tag .. ">"
      out[#out + 1] = line
      if line:find(closing, 1, true) then
        closing = nil
      end
    elseif tag == "a" and line:find "^<a name" then
      out[#out + 1] = line
    elseif line:find "^%s*$" then
      flush()
    elseif line:find "^#+ " then
      flush()
      out[#out + 1] = set_block { line }
    else
      block[#block + 1] = line
    end
  end
  flush()
  return table.concat(out, "\n")
end
