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
      assert.same({ "profile_count" }, options.additional_fields)
      asked[#asked + 1] = id
      if answers[id] == "gone" then
        return nil, klaviyo_error.new { kind = "not_found", status = 404, message = "gone", errors = {} }
      elseif klaviyo_error.is(answers[id]) then
        return nil, answers[id]
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

  it("are read as far as there are answers, where a command goes on without them", function()
    local problem
    answers.L2 = klaviyo_error.new { kind = "forbidden", status = 403, message = "no" }
    records(3)
    answers.L1, answers.L3 = 10, 30
    kept.list_sizes = { L3 = { 33, os.time() } }
    local function patience()
      return nil
    end
    local known
    known, problem = sizes.some(context(), "list", { "L1", "L3" }, patience)
    assert.same({ L3 = 33 }, known)
    assert.equal("there was no time left", problem)
    assert.same({}, asked)
    known, problem = sizes.some(context(), "list", { "L1", "L2", "L3" }, function()
      return 5
    end)
    assert.same({ L1 = 10, L3 = 33 }, known)
    assert.equal("forbidden", problem.kind)
    assert.equal(10, kept.list_sizes.L1[1])
    local ids = {}
    for i = 1, 17 do
      ids[i], answers["M" .. i] = "M" .. i, i
    end
    known, problem = sizes.some(context(), "list", ids, function()
      return 5
    end)
    assert.equal(15, known.M15)
    assert.is_nil(known.M16)
    assert.matches("klaviyo lists --count reads the rest", problem, 1, true)
  end)

  it("that take more than a minute are announced", function()
    sizes.add(context(), "list", records(16))
    assert.same({ "The service tells 15 sizes a minute: 16 lists take about 2 minutes. What was read is kept for an "
      .. "hour." }, notes)
  end)
end)
