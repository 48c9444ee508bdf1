-- SPDX-License-Identifier: MIT
--- Sizes of lists: what is kept, and what is said of the wait.

local cache = require "klaviyo.cli.cache"
local json = require "klaviyo.model.json"
local sizes = require "klaviyo.cli.sizes"
local klaviyo_error = require "klaviyo.model.error"

describe("sizes", function()
  local read, write, kept, asked, notes, answers

  before_each(function()
    read, write, kept, asked, notes, answers = cache.read, cache.write, {}, {}, {}, {}
    cache.read = function(_, name)
      return kept[name], 0
    end
    cache.write = function(_, name, value)
      kept[name] = json.decode(json.encode(value))
    end
  end)

  after_each(function()
    cache.read, cache.write = read, write
  end)

  local function context()
    local steps = {}
    local lists = { get = function(_, id, options)
      assert.same({ additional_fields = { "profile_count" } }, options)
      asked[#asked + 1] = id
      if answers[id] == "gone" then
        return nil, klaviyo_error.new { kind = "not_found", status = 404, message = "gone", errors = {} }
      end
      return { id = id, profile_count = answers[id] }
    end }
    return { args = {}, client = function()
      return { lists = lists }
    end, term = { note = function(_, line)
      notes[#notes + 1] = line
    end, err_style = function(_, _, words)
      return words
    end }, progress = { begin = function(_, label, total)
      steps[1] = ("%s %d"):format(label, total)
    end, set = function(_, i)
      steps[#steps + 1] = i
    end, finish = function() end } }, steps
  end

  local function records(count)
    local list = {}
    for i = 1, count do
      list[i], answers["L" .. i] = { id = "L" .. i }, answers["L" .. i] or i * 10
    end
    return list
  end

  it("are read once an hour, one after the other, with their progress", function()
    local ctx, steps = context()
    local list = records(3)
    sizes.add(ctx, "list", list)
    assert.same({ "L1", "L2", "L3" }, asked)
    assert.same({ "Reading sizes 3", 1, 2, 3 }, steps)
    assert.equal(20, list[2].profile_count)
    kept.list_sizes.L2[2] = os.time() - 3600
    kept.list_sizes.L3 = "damaged"
    answers.L2 = 21
    list = records(3)
    sizes.add(context(), "list", list)
    assert.same({ "L1", "L2", "L3", "L2", "L3" }, asked)
    assert.equal(21, list[2].profile_count)
    assert.same({}, notes)
  end)

  it("are unknown of a list that is gone, which is not kept", function()
    answers.L1 = "gone"
    local list = records(2)
    sizes.add(context(), "list", list)
    assert.equal(json.null, list[1].profile_count)
    assert.is_nil(kept.list_sizes.L1)
    assert.equal(20, kept.list_sizes.L2[1])
  end)

  it("that take more than a minute are announced", function()
    sizes.add(context(), "list", records(16))
    assert.same({ "The service tells 15 sizes a minute: 16 lists take about 2 minutes. What was read is kept for an "
      .. "hour." }, notes)
  end)
end)
