-- SPDX-License-Identifier: MIT
--- The public names as they are, one a line:
-- `lua spec/support/interface.lua > spec/project/interface.txt` writes them down.
-- Of the classes of the reference, the functions with their arguments and the fields; but not of the core, which is the
-- library's own business.

local annotations = require "doc.annotations"
local contents = require "doc.contents"

local interface = {}

local function add_class(lines, name, source, owner)
  local functions, blocks = annotations.file(source)
  for _, found in ipairs(functions) do
    if found.owner == owner and found.block then
      lines[#lines + 1] = ("%s:%s(%s)"):format(name, found.name, table.concat(found.arguments, ", "))
    end
  end
  for _, block in ipairs(blocks) do
    for _, field in ipairs(block.class == name and block.fields or {}) do
      lines[#lines + 1] = name .. "." .. field.name
    end
  end
end

---@return string[] lines  sorted
function interface.lines()
  local lines = {}
  for _, group in ipairs(contents) do
    for _, page in ipairs(group.title ~= "Internals" and group or {}) do
      for i = 3, #page do
        add_class(lines, page[i].name, page[i].source, page[i].owner)
      end
    end
  end
  table.sort(lines)
  return lines
end

if arg and arg[0] and arg[0]:find "interface%.lua$" then
  print(table.concat(interface.lines(), "\n"))
end

return interface
