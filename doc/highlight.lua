-- SPDX-License-Identifier: MIT
--- Code as HTML: escaped, with comments, strings, numbers and keywords marked.

local highlight = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

---@param text string
---@return string
function highlight.escape(text)
  return (text:gsub('[&<>"]', ENTITIES))
end

local KEYWORDS = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true "
  .. "until while"):gmatch "%a+" do
  KEYWORDS[word] = true
end

-- Patterns that are tried in this order at each place, and the class of what they match.
local LUA = {
  { "^%-%-[^\n]*", "comment" },
  { '^"[^"\n]*"', "string" },
  { "^'[^'\n]*'", "string" },
  { "^%[%[.-%]%]", "string" },
  { "^%d[%w%.]*", "number" },
  { "^[%a_][%w_]*", "word" },
}

local SHELL = {
  { "^#[^\n]*", "comment" },
  { '^"[^"\n]*"', "string" },
  { "^'[^'\n]*'", "string" },
  { "^[%w_%-]+", "word" },
}

local function mark(text, patterns)
  local out, at = {}, 1
  while at <= #text do
    local found, class
    for _, entry in ipairs(patterns) do
      found = text:match(entry[1], at)
      if found then
        class = entry[2]
        break
      end
    end
    found = found or text:sub(at, at)
    if class == "word" then
      class = patterns == LUA and KEYWORDS[found] and "keyword" or nil
    end
    local escaped = highlight.escape(found)
    out[#out + 1] = class and ('<span class="%s">%s</span>'):format(class, escaped) or escaped
    at = at + #found
  end
  return table.concat(out)
end

---A block of code.
---@param text string
---@param language? string  "lua", "sh" or "console"; any other is only escaped
---@return string
function highlight.block(text, language)
  local patterns = language == "lua" and LUA or (language == "sh" or language == "console") and SHELL
  return "<pre><code>" .. (patterns and mark(text, patterns) or highlight.escape(text)) .. "</code></pre>"
end

return highlight
