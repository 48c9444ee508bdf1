-- SPDX-License-Identifier: MIT
--- Writes the pages of a preview into a directory, and never over a file that is somebody else's.

local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local native = require "klaviyo.terminal"
local preview_html = require "klaviyo.cli.preview_html"
local shell = require "klaviyo.cli.terminal.shell"
local text = require "klaviyo.cli.terminal.text"

local preview_pages = {}

-- Ends the command if a page would replace what this command has not written.
local function require_own(path)
  local kind = native.file_type(path)
  if not kind then
    return
  end
  local content = kind == "file" and files.read(path)
  if not (content and content:find(preview_html.MARK, 1, true)) then
    failure.raise { code = "input", message = ("%s is there already, and is no page of klaviyo preview."):format(path),
      hint = "choose another directory" }
  end
end

---Writes index.html and a page for each variation. All names are checked before the first is written.
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
  ctx.term:note(("%s written to %sindex.html."):format(text.count(#items, "variation"), text.clean(directory)))
end

return preview_pages
