-- SPDX-License-Identifier: MIT
--- Writing the pages of a preview.

local files = require "klaviyo.cli.files"
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

  it("leaves other files, links to them and devices as they are", function()
    process.write(directory .. "/mine.html", "mine")
    for _, target in ipairs { "mine.html", "/dev/null" } do
      os.execute(("ln -sf %s %s/index.html"):format(target, process.quote(directory)))
      local fine, failed = write(directory)
      assert.is_false(fine)
      assert.matches("is there already, and is no page of klaviyo preview", failed.message)
    end
    assert.equal("mine", (files.read(directory .. "/mine.html")))
    assert.is_false((write "/dev/null"))
  end)
end)
