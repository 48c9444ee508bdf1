-- SPDX-License-Identifier: MIT
--- Pages of help: paragraphs, headings, items and code, which a terminal and the man page show each in its way.

local text = require "klaviyo.cli.terminal.text"

local help_page = {}

---A block of a page: a paragraph, or one of the tables.
---@alias klaviyo.cli.block string|klaviyo.cli.heading|klaviyo.cli.item|klaviyo.cli.code

---@class klaviyo.cli.heading
---@field heading string

---@class klaviyo.cli.item
---@field term string
---@field text string
---@field code? string   an example below the text

---@class klaviyo.cli.code
---@field code string[]  lines

local INDENT = 3
local WIDEST = 24 -- columns of the terms; a longer one has a line of its own

-- The columns of the terms of each run of items, by its first item.
local function term_widths(blocks)
  local widths, first = {}, nil
  for _, block in ipairs(blocks) do
    local is_item = type(block) == "table" and block.term
    first = is_item and (first or block) or nil
    if first then
      widths[first] = math.max(widths[first] or 0, math.min(WIDEST, text.width(block.term)))
    end
  end
  return widths
end

local function write_lines(term, lead, lines)
  for _, line in ipairs(lines) do
    term:line(line ~= "" and (" "):rep(lead) or "", line)
  end
end

local function write_item(term, item, width, columns)
  local lead = INDENT + width + 2
  local lines = text.wrap(item.text, math.max(20, columns - lead))
  local name = term:style("bold", text.pad(item.term, width))
  if text.width(item.term) > width then
    term:line((" "):rep(INDENT), name)
  else
    term:line((" "):rep(INDENT), name, "  ", table.remove(lines, 1))
  end
  write_lines(term, lead, lines)
  if item.code then
    term:line((" "):rep(lead), term:style("dim", item.code))
  end
end

---Writes a page, with an empty line between paragraphs, and around headings, code and runs of items.
---@param term klaviyo.cli.terminal
---@param blocks klaviyo.cli.block[]
---@param columns integer
function help_page.write(term, blocks, columns)
  local widths, width, last = term_widths(blocks), 0, nil
  for _, block in ipairs(blocks) do
    local kind = type(block) == "string" and "text" or block.heading and "heading" or block.term and "item" or "code"
    if last and last ~= "heading" and not (kind == "item" and last == "item") then
      term:line()
    end
    if kind == "text" then
      write_lines(term, 0, text.wrap(block, columns))
    elseif kind == "heading" then
      term:line(term:style("title", block.heading))
    elseif kind == "item" then
      width = widths[block] or width
      write_item(term, block, width, columns)
    else
      write_lines(term, INDENT, block.code)
    end
    last = kind
  end
end

return help_page
