-- SPDX-License-Identifier: MIT
-- lua doc/reference.lua DIRECTORY: writes what LDoc reads (see config.ld). The annotations in the sources are those of
-- language servers, and LDoc has a notation of its own: this turns the one into the other, and the descriptions into
-- pages.

local annotations = require "doc.annotations"
local pages = require "doc.pages"

local out = assert(arg[1], "where to?")

---The classes of the reference: name, source, name of the table that holds the methods there, and, where it is not
---the source's own, what to say of it.
local CLASSES = {
  { "klaviyo", "init", "klaviyo" },
  { "klaviyo.client", "client", "client" },
  { "klaviyo.collection", "collection", "collection", "kl.campaigns, kl.audiences, kl.messages, kl.variations." },
  { "klaviyo.campaigns", "collection", "campaigns", "What kl.campaigns has besides the verbs of all collections." },
  { "klaviyo.page", "walk", "page", "One page of a list." },
  { "klaviyo.resource", "base", "methods", "The methods of all objects." },
  { "klaviyo.campaign", "campaign", "methods" },
  { "klaviyo.audience", "audience", "methods" },
  { "klaviyo.message", "message", "methods" },
  { "klaviyo.variation", "variation", "methods" },
  { "klaviyo.campaign_builder", "builder", "campaign_methods", "What klaviyo.campaign starts." },
  { "klaviyo.audience_builder", "builder", "audience_methods", "What audience() of a builder gives." },
  { "klaviyo.filters", "filter", "filter" },
  { "klaviyo.error", "error", "klaviyo_error" },
  { "klaviyo.oauth", "oauth", "oauth" },
  { "klaviyo.sandbox", "meta/sandbox", "module", "The Campaigns API as a local server. A rock of its own." },
  { "klaviyo.sandbox.server", "meta/sandbox", "server", "A sandbox that runs." },
  { "klaviyo.core", "meta/core", "core", "The C core: HTTP, credentials, retries, limits, pages, documents." },
  { "klaviyo.core.client", "meta/core", "client", "A client of the core, as loops drive it." },
  { "klaviyo.core.request", "meta/core", "request", "A request of the core." },
  { "klaviyo.core.pages", "meta/core", "pages", "A walk over pages." },
  { "klaviyo.core.document", "meta/core", "document", "A JSON text with its index." },
  { "klaviyo.core.watch", "meta/core", "watch", "How a host without pollers is told that something is ready." },
}

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

for _, class in ipairs(CLASSES) do
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
