-- SPDX-License-Identifier: MIT
--- Writes the pages of a preview into a directory, and never over a file that is somebody else's.

local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local native = require "klaviyo.terminal"
local preview_html = require "klaviyo.cli.preview_html"
local preview_items = require "klaviyo.cli.preview_items"
local shell = require "klaviyo.cli.terminal.shell"
local text = require "klaviyo.cli.terminal.text"

local preview_pages = {}

-- Whether a path names a page that this command wrote, and no link to one.
local function is_own(path)
  if native.file_type(path) ~= "file" or native.is_link(path) then
    return false
  end
  local file = io.open(path, "rb")
  local is_page = file ~= nil and preview_html.is_page(file)
  if file then
    file:close()
  end
  return is_page
end

-- Ends the command if a page would replace what this command has not written.
local function require_own(path)
  if (native.file_type(path) or native.is_link(path)) and not is_own(path) then
    failure.raise { code = "input", message = ("%s is there already, and is no page of klaviyo preview."):format(path),
      hint = "choose another directory" }
  end
end

-- Removes the pages of earlier previews that this one has not replaced: who opens one would look at an old version.
local function remove_old(directory, pages)
  local is_new, count = {}, 0
  for _, page in ipairs(pages) do
    is_new[page[1]] = true
  end
  for _, name in ipairs(native.directory(directory) or {}) do
    if not is_new[name] and preview_items.is_file(name) and is_own(directory .. name) then
      failure.check(os.remove(directory .. name))
      count = count + 1
    end
  end
  return count
end

---Writes index.html and a page for each variation. All names are checked before the first is written; pages that an
---earlier preview left in the directory are removed.
---@param ctx klaviyo.cli.context
---@param directory string
---@param items klaviyo.cli.preview_item[]
---@param about { campaign: string, source: string, images: boolean? }  its name, what it was filled in with, and
---  whether the pages load images
function preview_pages.write(ctx, directory, items, about)
  local pages = { { "index.html", preview_html.index(items, about.campaign, about.source, about.images) } }
  for _, item in ipairs(items) do
    pages[#pages + 1] = { item.file, preview_html.variation(item, about.campaign, about.images) }
  end
  if native.file_type(directory) ~= "directory" and not shell.make_directory(directory) then
    failure.raise { code = "input", message = ("%s is no directory, and cannot be made."):format(directory) }
  end
  directory = directory:gsub("/+$", "") .. "/"
  for _, page in ipairs(pages) do
    require_own(directory .. page[1])
  end
  for _, page in ipairs(pages) do
    failure.check(files.write(directory .. page[1], page[2]))
  end
  local old = remove_old(directory, pages)
  ctx.term:note(("%s written to %sindex.html%s."):format(text.count(#items, "variation"), text.clean(directory),
    old > 0 and ("; %s of an earlier preview removed"):format(text.count(old, "page")) or ""))
end

return preview_pages
