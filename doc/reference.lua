-- SPDX-License-Identifier: MIT
-- lua doc/reference.lua DIRECTORY: writes what LDoc reads (see config.ld). The annotations in the sources are those of
-- language servers, and LDoc has a notation of its own: this turns the one into the other, and the descriptions into
-- pages.

local annotations = require "doc.annotations"
local classes_of_reference = require "doc.classes"
local pages = require "doc.pages"

local out = assert(arg[1], "where to?")

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

-- A type as code, with what it would mean to Markdown taken out of its hands.
local function typed(value)
  return "`" .. value.type .. "`" .. (value.optional and ", optional" or "") .. (value.text ~= "" and ": " .. value.text
    or "")
end

local function write_function(lines, found)
  local block = found.block
  lines[#lines + 1] = "--- " .. (block.doc ~= "" and block.doc:gsub("\n", "\n-- ") or "See the annotations.")
  lines[#lines + 1] = "-- @function " .. found.name
  for _, param in ipairs(block.params) do
    if param.name ~= "self" then
      lines[#lines + 1] = ("-- @param %s %s"):format(param.name, typed(param))
    end
  end
  for _, result in ipairs(block.returns) do
    lines[#lines + 1] = "-- @return " .. typed(result)
  end
  lines[#lines + 1] = ""
end

local function fields_of(class, classes)
  for _, block in ipairs(classes) do
    if block.class == class and #block.fields > 0 then
      local lines = { "--- Fields.", "-- @table fields" }
      for _, field in ipairs(block.fields) do
        if not field.name:find "^_" then
          lines[#lines + 1] = ("-- @field %s %s"):format(field.name, typed(field))
        end
      end
      return table.concat(lines, "\n") .. "\n"
    end
  end
  return ""
end

local function has_methods(functions, owner)
  for _, found in ipairs(functions) do
    if found.owner == owner and found.block and (found.method or found.arguments[1] == "self") then
      return true
    end
  end
  return false
end

for _, class in ipairs(classes_of_reference) do
  local name, source, owner, words = class[1], class[2], class[3], class[4]
  local functions, classes, summary = annotations.file("lua/klaviyo/" .. source .. ".lua")
  local kind = has_methods(functions, owner) and "classmod" or "module"
  local lines = { "--- " .. (words or summary):gsub("\n", "\n-- "), ("-- @%s %s"):format(kind, name), "" }
  lines[#lines + 1] = fields_of(name, classes)
  for _, found in ipairs(functions) do
    if found.block and found.owner == owner then
      write_function(lines, found)
    end
  end
  write(("%s/source/%s.lua"):format(out, name), table.concat(lines, "\n") .. "\n")
end

for _, page in ipairs(pages.names) do
  write(("%s/pages/%s.md"):format(out, page), pages[page]())
end
