-- SPDX-License-Identifier: MIT
--- Writing the pages of a preview.

local files = require "klaviyo.cli.files"
local native = require "klaviyo.terminal"
local preview_html = require "klaviyo.cli.preview_html"
local preview_pages = require "klaviyo.cli.preview_pages"
local process = require "spec.support.process"

describe("preview_pages", function()
  local directory, notes, ctx

  before_each(function()
    directory, notes = process.directory(), {}
    ctx = { term = { note = function(_, words)
      notes[#notes + 1] = words
    end } }
  end)

  after_each(function()
    process.remove(directory)
  end)

  local function write(where)
    return pcall(preview_pages.write, ctx, where, {}, { campaign = "Sale", source = "nothing" })
  end

  it("makes the directory, and replaces its own pages", function()
    for _ = 1, 2 do
      assert(write(directory .. "/a/b/"))
      assert.matches("Sale", (files.read(directory .. "/a/b/index.html")))
    end
    assert.same({ "0 variations written to " .. directory .. "/a/b/index.html." }, { notes[2] })
  end)

  it("removes the pages of an earlier preview, and nothing else", function()
    local function page(name)
      return process.write(directory .. "/" .. name, ("<!doctype html>\n%s\n<p>old</p>"):format(preview_html.MARK))
    end
    for _, name in ipairs { "01-blast.html", "02.html", "100-text.html", "mine.html", "x01-blast.html" } do
      page(name)
    end
    process.write(directory .. "/03-notes.html", ("<p>%s</p>%s"):format(("mine "):rep(200), preview_html.MARK))
    process.write(directory .. "/04-empty.html", "")
    os.execute(("cd %s && mkdir 05-folder.html && mkfifo 06-pipe.html && ln -s mine.html 07-link.html && "
      .. "ln -s nowhere 08-link.html"):format(process.quote(directory)))
    assert(write(directory))
    assert.same({ "0 variations written to " .. directory .. "/index.html; 3 pages of an earlier preview removed." },
      notes)
    local names = native.directory(directory)
    table.sort(names)
    assert.same({ "03-notes.html", "04-empty.html", "05-folder.html", "06-pipe.html", "07-link.html", "08-link.html",
      "index.html", "mine.html", "x01-blast.html" }, names)
  end)

  it("leaves other files, links to them and devices as they are", function()
    process.write(directory .. "/mine.html", "mine")
    assert(write(directory .. "/other"))
    for _, target in ipairs { "mine.html", "/dev/null", "other/index.html", "nowhere" } do
      os.execute(("ln -sf %s %s/index.html"):format(target, process.quote(directory)))
      local fine, failed = write(directory)
      assert.is_false(fine)
      assert.matches("is there already, and is no page of klaviyo preview", failed.message)
    end
    assert.equal("mine", (files.read(directory .. "/mine.html")))
    assert.is_false((write "/dev/null"))
  end)
end)
