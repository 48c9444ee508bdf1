-- SPDX-License-Identifier: MIT
--- examples/black_friday: every step as its README says, and every step interrupted and run again. KLAVIYO_SEED repeats
--- a run, KLAVIYO_ROUNDS makes more of them.

local black_friday = require "spec.support.black_friday"
local klaviyo = require "klaviyo"
local sandboxes = require "klaviyo.sandbox"

local RECIPIENTS = { ["Black Friday: early access"] = { Default = 1200 },
  ["Black Friday: United States"] = { Newsletter = 40000, Phones = 9000 },
  ["Black Friday: Europe"] = { Newsletter = 25000, Phones = 6000 } }

describe("examples/black_friday #process", function()
  local steps = black_friday.steps()

  it("goes from files to sent as its README says", function()
    local world = black_friday.new()
    finally(function()
      world:close() -- and its sandbox
    end)
    assert.is_true(#steps >= 15)
    for _, step in ipairs(steps) do
      local output, code = world:run(step.command)
      assert.equal(0, code, step.command .. "\n" .. output)
      local from = 1
      for _, piece in ipairs(step.expected) do
        local _, stop = output:find(piece, from, true)
        assert.is_truthy(stop, ("%s: %q is not in\n%s"):format(step.command, piece, output))
        from = stop + 1
      end
    end
  end)

  -- What became of each message: its status, when it began, to how many it went, and its texts.
  local function outcome(kl, sandbox)
    local messages, count = {}, 0
    for campaign in kl.campaigns:trees() do
      count = count + 1
      for _, audience in ipairs(campaign.audiences) do
        for _, message in ipairs(audience.messages) do
          local name, progress = campaign.name .. "/" .. message.name, assert(sandbox:message(message.id))
          assert.is_nil(messages[name], name)
          local details = message.variations[1].details
          messages[name] = { message.status, progress.first, progress.sent, audience.name, details.subject,
            details.body, details.title }
        end
      end
    end
    assert.equal(3, count)
    return messages
  end

  -- Holds the sandbox's log against the rule: nothing is there twice, and nothing is sent twice.
  local function assert_once(sandbox, messages)
    local created, scheduled, posts = 0, {}, 0
    for _, effect in ipairs(sandbox:effects()) do
      created = created + (effect.path == "/api/campaigns" and effect.method == "POST" and 1 or 0)
      if effect.path:find "^/api/campaign%-message%-schedule" then
        local id = effect.id or effect.path:match "[^/]*$"
        posts = posts + (effect.method == "POST" and 1 or 0)
        scheduled[id] = (scheduled[id] or 0) + (effect.method == "POST" and 1 or -1)
        assert.is_true(scheduled[id] <= 1, id) -- scheduled again only behind a revert
      end
    end
    assert.equal(3, created)
    assert.is_true(posts >= 12, posts) -- each message, and the one that was moved
    local count = 0
    for name, message in pairs(messages) do
      count = count + 1
      local campaign = name:match "^(.-)/"
      local size = RECIPIENTS[campaign][message[4]] or RECIPIENTS[campaign].Default
      assert.equal(message[1] == "CANCELLED" and 0 or size, message[3], name)
    end
    assert.equal(11, count)
  end

  -- Runs a command to its end, as often as it takes: what is unknown is decided as the command says.
  local function finish(world, command)
    command = command:find "^klaviyo apply" and command .. " --for 2" or command
    local output, code = world:run(command)
    if code == 8 and output:find("--again", 1, true) then -- killed between its note and the request
      output, code = world:run(command .. " --again")
    end
    local is_cancelled = command:find "^klaviyo cancel" and output:find "nothing to be cancelled"
    assert.is_true(code == 0 or is_cancelled ~= nil and code == 6, command .. "\n" .. output)
  end

  -- Runs all steps; interrupt(world, command) may interrupt one before it is run to its end.
  local function run(interrupt)
    local sandbox = assert(sandboxes.start { port = 0 })
    local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_spec", limits = false }
    local world = black_friday.new(sandbox)
    for _, step in ipairs(steps) do
      if step.command:find "^klaviyo %l+" and not step.command:find "^klaviyo sandbox" then
        interrupt(world, step.command, sandbox)
        finish(world, step.command)
      elseif step.command ~= "klaviyo sandbox stop" then
        assert.equal(0, select(2, world:run(step.command)), step.command)
      end
    end
    local messages = outcome(kl, sandbox)
    assert_once(sandbox, messages)
    kl:close()
    sandbox:stop()
    world:close()
    return messages
  end

  it("ends in the same state, with nothing sent twice, wherever it is interrupted", function()
    local seed = tonumber(os.getenv "KLAVIYO_SEED") or os.time()
    math.randomseed(seed)
    local expected = run(function() end)
    local interrupted, runs = 0, 0
    for _ = 1, tonumber(os.getenv "KLAVIYO_ROUNDS") or 1 do
      local found = run(function(world, command, sandbox)
        for _, method in ipairs { "POST", "PATCH" } do
          sandbox:fail { method = method, path = "/api/*", latency = "10ms", times = 0 }
        end
        for _ = 1, math.random(0, 3) do
          local _, code = world:run(command, ("timeout -s %s %.3f"):format(math.random(4) == 1 and "KILL" or "INT",
            0.03 + math.random() ^ 2 * 0.35))
          runs, interrupted = runs + 1, interrupted + ((code == 124 or code == 137) and 1 or 0)
        end
        sandbox:clear_faults()
      end)
      assert.same(expected, found, "KLAVIYO_SEED=" .. seed)
    end
    assert.is_true(interrupted > 0 or runs < 8, ("none of %d was interrupted"):format(runs))
  end)
end)
