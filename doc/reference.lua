-- SPDX-License-Identifier: MIT
-- lua doc/reference.lua DIRECTORY: writes the reference as HTML. Its text is that of the annotations in the sources, of
-- the tables that the library works by (doc/pages.lua), of the Markdown files of the tree, and of the examples.

local annotations = require "doc.annotations"
local contents = require "doc.contents"
local highlight = require "doc.highlight"
local layout = require "doc.layout"
local markup = require "doc.markup"
local pages = require "doc.pages"

local reference = {}

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "*a"
  if file then
    file:close()
  end
  return text
end

-- Where things are: files of the tree that became pages, and types that a page describes.
local files, types = { ["README.md"] = "index.html" }, {
  ["klaviyo.options"] = "options.html", ["klaviyo.event"] = "events.html", ["klaviyo.schedule_options"] = "fields.html",
  ["klaviyo.new_campaign"] = "fields.html#campaign", ["klaviyo.new_audience"] = "fields.html#audience",
  ["klaviyo.new_message"] = "fields.html#message", ["klaviyo.new_variation"] = "fields.html#variation",
  ["klaviyo.send_settings"] = "fields.html#campaign", ["klaviyo.filter"] = "filters.html",
  ["klaviyo.sandbox.options"] = "sandbox.html#options-of-start",
  ["klaviyo.sandbox.fault"] = "sandbox.html#faults-the-argument-of-fail",
}
for _, group in ipairs(contents) do
  for _, page in ipairs(group) do
    if page.text then
      files[page.text] = page[1] .. ".html"
    end
    for i = 3, #page do
      types[page[i].name] = page[1] .. ".html" .. (i > 3 and "#" .. page[i].name or "")
    end
  end
end

-- The context of a text: links to files of the tree lead to what became of them, or nowhere.
local function context(path)
  local folder = path:match "^(.*/)" or ""
  return {
    link = function(target)
      if target:find "^https?:" or target:find "^#" then
        return target
      end
      local whole = (folder .. target):gsub("[^/]+/%.%./", "")
      local example = whole:match "^examples/([%w_]+)"
      return files[whole] or example and "examples.html#" .. example or nil
    end,
    code = function(text)
      return types[text]
    end,
  }
end

local SOURCE = context ""

-- A type as code; the classes in it lead to their pages.
local function type_html(text)
  local html = highlight.escape(text):gsub("klaviyo%.[%w_%.]+", function(name)
    local target = types[name]
    return target and ('<a href="%s">%s</a>'):format(target, name) or name
  end)
  return "<code>" .. html .. "</code>"
end

local function value_html(value, name)
  return ("<dt>%s%s%s</dt><dd>%s</dd>"):format(name and "<code>" .. name .. "</code> " or "", type_html(value.type),
    value.optional and " optional" or "", markup.inline(value.text, SOURCE))
end

local function values_html(lines, label, values, named)
  if #values == 0 then
    return
  end
  lines[#lines + 1] = ('<p class="label">%s</p><dl>'):format(label)
  for _, value in ipairs(values) do
    lines[#lines + 1] = value_html(value, named and value.name)
  end
  lines[#lines + 1] = "</dl>"
end

-- How a function is called: `message:schedule(options)`.
local function call_of(class, found)
  local arguments, by_self = {}, found.method
  for _, name in ipairs(found.arguments) do
    if name == "self" then
      by_self = true
    else
      arguments[#arguments + 1] = name
    end
  end
  return (by_self and class.object .. ":" or class.value .. ".") .. found.name, table.concat(arguments, ", ")
end

local function function_html(lines, class, found, names)
  local block, id = found.block, class.name .. "-" .. found.name
  local call, arguments = call_of(class, found)
  names[#names + 1] = { call, id }
  lines[#lines + 1] = ('<h3 class="call" id="%s"><a href="#%s">%s(%s)</a></h3>'):format(id, id, call, arguments)
  lines[#lines + 1] = markup.html(block.doc, SOURCE)
  local params = {}
  for _, param in ipairs(block.params) do
    params[#params + 1] = param.name ~= "self" and param or nil
  end
  values_html(lines, "Arguments", params, true)
  values_html(lines, "Returns", block.returns)
end

-- Functions that are public within the library alone.
local HIDDEN = {
  ["klaviyo.error"] = { new = true, from_core = true, set_recheck = true },
  ["klaviyo.filters"] = { encode = true },
}

local function fields_html(lines, class, classes)
  for _, block in ipairs(classes) do
    local rows = {}
    for _, field in ipairs(block.class == class.name and block.fields or {}) do
      if not field.name:find "^_" then
        rows[#rows + 1] = ("<tr><td><code>%s</code></td><td>%s</td><td>%s</td></tr>"):format(field.name,
          type_html(field.type), markup.inline(field.text, SOURCE))
      end
    end
    if #rows > 0 then
      lines[#lines + 1] = '<h3>Fields</h3>\n<div class="wide"><table>\n<tr><th>field</th><th>type</th><th></th></tr>'
      lines[#lines + 1] = table.concat(rows, "\n") .. "\n</table></div>"
    end
  end
end

-- The functions that a page shows: documented, of the class, each once.
local function functions_of(class, functions)
  local list, seen = {}, {}
  for _, found in ipairs(functions) do
    local hidden = HIDDEN[class.name] and HIDDEN[class.name][found.name]
    if found.owner == class.owner and found.block and not seen[found.name] and not hidden then
      seen[found.name] = true
      list[#list + 1] = found
    end
  end
  return list
end

local function class_html(lines, class, names, with_title)
  local functions, classes, summary = annotations.file(class.source)
  if with_title then
    lines[#lines + 1] = ('<h2 id="%s"><code>%s</code></h2>'):format(class.name, class.name)
    lines[#lines + 1] = markup.html(class.summary or summary, SOURCE)
  end
  fields_html(lines, class, classes)
  for _, found in ipairs(functions_of(class, functions)) do
    function_html(lines, class, found, names)
  end
end

---The example of a page, if it has one.
---@param name string
---@return string|nil code
function reference.example(name)
  return read("doc/examples/" .. name .. ".lua")
end

local function example_html(lines, name)
  local code = reference.example(name)
  if code then
    code = code:gsub("^%-%- SPDX[^\n]*\n", ""):gsub("%s+$", "")
    lines[#lines + 1] = "<h2>Example</h2>\n" .. highlight.block(code, "lua")
  end
end

-- A page: its title, its summary where it has one class, its example, its classes; or a text of the tree. What
-- doc/pages.lua makes follows either.
local function page_html(page, names)
  local class, lines = page[3], {}
  if page.text then
    lines[1] = markup.html(read(page.text), context(page.text))
  else
    lines[1] = "<h1>" .. highlight.escape(page[2]) .. "</h1>"
    if class and #page == 3 then
      lines[2] = markup.html(class.summary or select(3, annotations.file(class.source)), SOURCE)
    end
  end
  example_html(lines, page[1])
  for i = 3, #page do
    class_html(lines, page[i], names, #page > 3)
  end
  if page.made then
    lines[#lines + 1] = markup.html(pages[page.made](), SOURCE)
  end
  return table.concat(lines, "\n")
end

-- Examples of more than one file, and those of theirs that show the most.
local FOLDERS = {
  { "testing", "reminder.lua", "reminder_spec.lua" },
  { "openresty", "nginx.conf", "handlers.lua" },
  { "neovim", "lua/klaviyo_nvim/init.lua" },
  { "cqueues", "demo.lua", "loop.lua" },
  { "ci", "pipeline.sh", "klaviyo.yml" },
  { "black_friday", "klaviyo.lua", "brand.lua", "early_access.lua", "friday_us.lua", "friday_eu.lua" },
}

-- The examples of the tree on one page, each under its name: the first comment says what it is for.
local function examples_html()
  local lines = { "<h1>Examples</h1>", "<p>Each runs as it stands, in a sandbox of its own; with <code>--live</code>, "
    .. "in your account.</p>" }
  local pipe = assert(io.popen "ls examples/*.lua")
  for path in pipe:lines() do
    local name = path:match "([%w_]+)%.lua$"
    if name ~= "support" then
      lines[#lines + 1] = ('<h2 id="%s">%s</h2>'):format(name, name:gsub("_", " "))
      lines[#lines + 1] = highlight.block((read(path):gsub("%s+$", "")), "lua")
    end
  end
  pipe:close()
  for _, folder in ipairs(FOLDERS) do
    lines[#lines + 1] = ('<h2 id="%s">%s</h2>'):format(folder[1], folder[1])
    for i = 2, #folder do
      local code = read("examples/" .. folder[1] .. "/" .. folder[i])
      lines[#lines + 1] = "<h3>" .. folder[i] .. "</h3>\n" .. highlight.block(code, folder[i]:match "%.(%l+)$")
    end
  end
  return table.concat(lines, "\n")
end

local function names_html(names)
  table.sort(names, function(a, b)
    return a[1] < b[1]
  end)
  local lines = { "<h1>Index of names</h1>", '<ul class="columns">' }
  for _, entry in ipairs(names) do
    lines[#lines + 1] = ('<li><a href="%s.html#%s"><code>%s</code></a></li>'):format(entry[3], entry[2], entry[1])
  end
  lines[#lines + 1] = "</ul>"
  return table.concat(lines, "\n")
end

---The pages: { file name, HTML }.
---@return { [1]: string, [2]: string }[]
function reference.pages()
  local made, all_names = {}, {}
  local function add(name, title, body)
    made[#made + 1] = { name .. ".html", layout.page(name, title, body) }
  end
  add("index", "Overview", markup.html(read "README.md", context "README.md"))
  for _, group in ipairs(contents) do
    for _, page in ipairs(group) do
      local names = {}
      add(page[1], page[2], page_html(page, names))
      for _, entry in ipairs(names) do
        all_names[#all_names + 1] = { entry[1], entry[2], page[1] }
      end
    end
  end
  add("examples", "Examples", examples_html())
  add("names", "Index of names", names_html(all_names))
  return made
end

if arg and arg[0] and arg[0]:find "reference%.lua$" then
  local directory = assert(arg[1], "where to?")
  for _, page in ipairs(reference.pages()) do
    local file = assert(io.open(directory .. "/" .. page[1], "wb"))
    file:write(page[2])
    file:close()
  end
end

return reference
