-- SPDX-License-Identifier: MIT
--- Every code block of the README, of doc/ and of the other texts: each is run as it is printed, by a test below or by
--- the spec that RUN names. What cannot run is in NOT_RUN, or is a picture in RUN, with the reason.

local cli = require "spec.support.cli"
local klaviyo = require "klaviyo"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local source = require "spec.support.source"
local support = require "spec.support.sandbox"

local quote = process.quote
local PAGES = "README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md doc examples packaging"

-- Commands of blocks of the shell that no test runs as they stand, and why. All others run.
local NOT_RUN = {
  ["luarocks --lua-version 5.4 make lua-klaviyo-0.1.0-1.rockspec"] = "asks a server; .ci/check makes the same rock",
  ["luarocks --lua-version 5.4 make lua-klaviyo-cli-0.1.0-1.rockspec"] = "as above",
  ["luarocks --lua-version 5.4 make lua-klaviyo-sandbox-0.1.0-1.rockspec"] = "as above",
  ["luarocks --lua-version 5.4 make lua-klaviyo-redis-0.1.0-1.rockspec"] = "as above",
  ["luarocks install lua-klaviyo-redis"] = "asks a server; .ci/check makes the same rock",
  ["make demo"] = "asks apt for what is missing; readme_spec runs its two programs",
  ["make openresty"] = "serves until it is stopped; example_openresty_spec runs what it starts",
  ["make neovim"] = "an editor; example_neovim_spec runs what it starts",
  ["make test"] = "runs this spec",
  ["make install PREFIX=/usr/local"] = "compiles; packaging_spec installs to another prefix",
  ["make install PREFIX=/usr/local LUA=jit"] = "as above",
  ["make install-core"] = "as above",
  ["make deb"] = "needs what debian/control names; packaging/test-deb builds, installs, uses and purges the packages",
  ["make opm"] = "packaging_spec makes it",
}

-- The pages -----------------------------------------------------------------------------------------------------------

---@class spec.block
---@field kind string  what its fence says
---@field text string
---@field line integer

-- The blocks of a page, in their order.
local function blocks(path)
  local list, number, open = {}, 0, nil
  for line in (source.read(path) .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    local fence = line:match "^%s*[`~][`~][`~]+(.*)$"
    if open and fence then
      open.text, open = table.concat(open, "\n"), nil
    elseif open then
      open[#open + 1] = line
    elseif fence then
      open = { kind = fence, line = number }
      list[#list + 1] = open
    end
  end
  assert(not open, path .. ": a block is not closed")
  return list
end

local function of_kind(path, kind)
  local list = {}
  for _, block in ipairs(blocks(path)) do
    list[#list + 1] = block.kind == kind and block or nil
  end
  return list
end

-- How blocks are run --------------------------------------------------------------------------------------------------

-- The commands of a block of the shell, without remarks.
local function commands(block)
  local list = {}
  for line in block.text:gmatch "[^\n]+" do
    list[#list + 1] = line:gsub("%s%s+#.*$", "")
  end
  return list
end

-- Runs the commands of a block in a directory of the user, those of NOT_RUN left out. Of those that make would run, it
-- says at least that it has them.
local function shell(block, user, env)
  local output = {}
  for _, command in ipairs(commands(block)) do
    local out, code
    if not NOT_RUN[command] then
      out, code = user:shell(command, { env = env })
    elseif command:find "^make " then
      out, code = process.run("env -u LUA_PATH -u LUA_CPATH -u MAKEFLAGS make -n" .. command:match "^make(.*)$")
    else
      out, code = process.run("test -s " .. (command:match "%S+%.rockspec" or "Makefile"))
    end
    assert.equal(0, code, command .. "\n" .. out)
    output[#output + 1] = out
  end
  return output
end

local function in_tree(block)
  shell(block)
end

-- A test with a user who has an account in a sandbox: a function of (block, user, sandbox, kl).
local function with_user(test)
  return function(block)
    local sandbox, kl = support.start { sandbox = { clock = "2027-06-18T12:00:00Z" } }
    local user = cli.new(sandbox)
    user:own_sandbox(sandbox)
    local ok, err = pcall(test, block, user, sandbox, kl)
    cli.stop(sandbox, kl, user)
    if not ok then
      error(err, 0)
    end
  end
end

-- Creates a campaign that has gone out.
local function sent(sandbox, kl)
  local campaign = assert(kl.campaigns:create(support.sale()))
  for _, message in ipairs(campaign.messages) do
    assert(message:schedule { at = "2027-06-18T14:00:00Z" })
  end
  sandbox:advance "48h"
end

-- A program that the user finds before others of its name.
local function executable(user, name, text)
  process.run("mkdir -p " .. quote(user:path "bin"))
  process.run("chmod 755 " .. quote(user:write("bin/" .. name, "#!/bin/sh\n" .. text .. "\n")))
end

-- The page of the sandbox: both blocks, in one program.
local function sandbox_test()
  local test, faults = of_kind("doc/sandbox.md", "lua")[1].text, of_kind("doc/sandbox.md", "lua")[2].text
  local under_test = [[
    local draft = support.sale()
    local campaign = assert(kl.campaigns:create(draft))
    local message
    message, id = campaign.messages[1].id, campaign.id
  ]]
  local text = test:gsub("%-%- %.%.%. the script under test %.%.%.", (under_test:gsub("%%", "%%%%")))
    :gsub("message = id, rates = { 0.21, 0.34 }", "message = message, rates = { 0.21 }") -- of one variation
    :gsub("sandbox:stop%(%)", function()
      return faults .. "\nsandbox:stop()"
    end)
  text = "local klaviyo, support = ...\nlocal id\n" .. text .. "\nkl:close() return id"
  assert.is_string(assert(load(text, "=block"))(klaviyo, support))
end

-- The page on many machines: both blocks, in one program.
local function shared_budget()
  local server = redis.start()
  local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
  finally(function()
    sandbox:stop()
    server:stop()
  end)
  local list = of_kind("doc/fleet.md", "lua")
  local first = list[1].text:gsub("redis://[^\"]*", server.url):gsub("klaviyo%.client {", function(words)
    return words .. (' base_url = %q, api_key = "pk_test", loop = "blocking",'):format(sandbox.url)
  end)
  local text = table.concat({ "local klaviyo = ...", first, list[2].text, "kl:close() return lease" }, "\n")
  assert.matches("klaviyo.lease %(black%-friday, released%)", tostring(assert(load(text, "=block"))(klaviyo)))
end

-- A campaign file that `klaviyo plan` takes; with what the block leaves out.
local function campaign_file(file, name, complete)
  return with_user(function(block, user, sandbox)
    sandbox:list { id = "L1", name = "Staff" }
    sandbox:list { id = "L2", name = "Newsletter" }
    sandbox:segment { id = "S1", name = "Best" }
    user:write(file, complete and complete(block.text) or block.text)
    local planned = user:run("plan " .. user:path(file))
    assert.equal(0, planned.code, planned.err)
    assert.matches(name, planned.out, 1, true)
  end)
end

local function with_variables(text)
  local whole = 'local s = %1\ns:audience("All", { included = { "L" } }):sms { name = "T", body = "x" }\nreturn s'
  return (text:gsub("return (campaign%(.-%))$", whole))
end

-- klaviyo.lua of a folder: its zone and its sender are those of a file that names none.
local defaults = with_user(function(block, user, sandbox)
  sandbox:list { id = "L1", name = "Staff" }
  sandbox:segment { id = "S1", name = "Best" }
  sandbox:tag { id = "TAG", name = "Shop" }
  user:write("klaviyo.lua", block.text)
  user:write("sale.lua", [[local sale = campaign("Sale with " .. vars.discount)
    sale:audience("VIP", { included = { list "vip", list "best" } })
      :email { name = "Blast", subject = "It starts", template_id = "T" }]])
  local planned = user:run("plan --revision 2026-10-15 " .. user:path "sale.lua")
  assert.equal(0, planned.code, planned.err)
  for _, words in ipairs { "Sale with 20%", "Europe/Berlin", "shop@example.com" } do
    assert.truthy(planned.out:find(words, 1, true), words .. " is not in\n" .. planned.out)
  end
end)

local csv = with_user(function(block, user, sandbox, kl)
  sandbox:list { id = "L2", name = "Newsletter" }
  sandbox:segment { id = "S1", name = "Best" }
  user:write("sends.csv", block.text .. "\n")
  local created = user:run("create --csv " .. user:path "sends.csv")
  assert.equal(0, created.code, created.err)
  local found = {}
  for campaign in kl.campaigns:trees() do
    found[campaign.name] = #campaign.messages
  end
  assert.same({ Monday = 2, Friday = 1 }, found)
end)

local preview = with_user(function(block, user, _, kl)
  assert(kl.campaigns:create(support.sale()))
  user:write("ada.json", '{ "person": { "first_name": "Ada" } }')
  shell(block, user)
  assert.matches("Summer Sale 2026", user:read "preview/index.html")
end)

local report = with_user(function(block, user, sandbox, kl)
  sent(sandbox, kl)
  sandbox:metric { id = "ORDERS", name = "Placed Order" }
  process.run("mkdir " .. quote(user:path "campaigns"))
  user:write("campaigns/sale.lua", cli.SALE) -- an empty folder is refused
  assert.equal(0, user:run("--sandbox apply --yes " .. user:path "campaigns").code)
  local output = shell(block, user, "KLAVIYO_SANDBOX=1") -- whose clock decides what --since may be
  assert.matches("Summer Sale 2026", output[1])
  assert.matches("Blast", output[2])
  assert.matches("<html", user:read "june.html")
end)

-- notify-send writes what it is given into a file.
local watch = with_user(function(block, user, sandbox, kl)
  sent(sandbox, kl)
  executable(user, "notify-send", 'echo "$1: $2" >>"$HOME/said"')
  shell(block, user)
  assert.matches("SENT", user:read "said")
end)

-- Each profile lists with the key and the revision that the block gives it.
local profiles = with_user(function(block, user, sandbox)
  user:write("config", (block.text:gsub("%[.-%]\n", '%0base_url = "' .. sandbox.url .. '"\n')))
  executable(user, "pass", 'test "$1" = klaviyo && echo pk_of_pass')
  process.run("mkdir -p " .. quote(user:path ".config/klaviyo"))
  process.run("chmod 600 " .. quote(user:write(".config/klaviyo/shop-eu.key", "pk_of_file\n")))
  for _, name in ipairs { "default", "shop-eu", "staging" } do
    assert.truthy(block.text:find("[" .. name .. "]", 1, true))
    local output, code = user:shell(("klaviyo --profile %s list"):format(name), { env = "STAGING_KEY=pk_of_env" })
    assert.equal(0, code, output)
  end
  assert.equal(3, select(2, block.text:gsub("%[", "")))
  local requests = sandbox:requests()
  assert.equal("2026-10-15", requests[#requests].headers.revision)
end)

-- Neovim with a home of its own.
local plugin = function(block)
  if not process.find "nvim" then
    pending "nvim is not installed"
    return
  end
  local home = process.directory()
  local output, code = process.run(("env -u XDG_DATA_HOME -u XDG_CONFIG_HOME HOME=%s sh -ec %s"):format(quote(home),
    quote(block.text)))
  local tags = process.read(home .. "/.local/share/nvim/site/pack/klaviyo/start/klaviyo/doc/tags")
  process.remove(home)
  assert.equal(0, code, output)
  assert.matches("\nklaviyo%-install\t", tags)
end

local plugin_setup = function(block)
  if not process.find "nvim" then
    pending "nvim is not installed"
    return
  end
  local directory = process.directory()
  process.write(directory .. "/init.lua", block.text)
  local shown = 'lua print(require("klaviyo_nvim").settings().interval)'
  local output = process.run(("nvim --headless -u NONE -i NONE --cmd 'set rtp^=examples/neovim' -c 'luafile %s' -c %s "
    .. "-c qall"):format(directory .. "/init.lua", quote(shown)))
  process.remove(directory)
  assert.equal("3", output:match "%S+", output)
end

-- A line of a table of the tree.
local function line_of(path)
  return function(block)
    local words = block.text:gsub("%s+", " ")
    assert.is_table(assert(load("return {" .. block.text .. "}"))())
    assert.truthy(source.read(path):gsub("%s+", " "):gsub('TRACKING %.%. "', '"definition.tracking_options.')
      :find(words, 1, true), words)
  end
end

local SESSION, README = "spec/cli/session_spec.lua", "spec/project/readme_spec.lua"

-- By page and kind: a function for each block, in their order; the spec that runs all of them; or why they are none
-- that run, with the spec that reads them.
local RUN = {
  ["README.md"] = { sh = { in_tree, in_tree, in_tree, in_tree, in_tree }, lua = README, console = SESSION },
  ["CONTRIBUTING.md"] = { text = { picture = "layers", spec = "spec/project/layers_spec.lua" },
    lua = { line_of "lua/klaviyo/model/schema.lua", line_of "lua/klaviyo/wire/dialect/fields.lua" } },
  ["doc/architecture.md"] = { text = { picture = "the way of a call", spec = "spec/project/architecture_spec.lua" } },
  ["doc/command.md"] = { console = SESSION, sh = { preview, report, watch }, ini = { profiles },
    lua = { campaign_file("friday.lua", "Black Friday") } },
  ["doc/files.md"] = { console = SESSION, text = { csv }, yaml = { campaign_file("monday.yaml", "Monday") },
    lua = { campaign_file("variables.lua", "Sale with 20%", with_variables), defaults } },
  ["doc/fleet.md"] = { sh = { in_tree }, lua = { shared_budget, shared_budget }, text = "spec/fleet/budget_spec.lua" },
  ["doc/neovim.md"] = { sh = { plugin }, lua = { plugin_setup } },
  ["doc/sandbox.md"] = { lua = { sandbox_test, sandbox_test } },
  ["examples/black_friday/README.md"] = { console = "spec/support/black_friday.lua" },
}

-- Tests ---------------------------------------------------------------------------------------------------------------

describe("code blocks #process", function()
  local pages = source.files(PAGES, "-name '*.md'")

  it("are run, each by a test or a spec that reads its page, or are said to be none that run", function()
    local count, used = 0, {}
    for _, path in ipairs(pages) do
      local kinds = {}
      for _, block in ipairs(blocks(path)) do
        kinds[block.kind] = (kinds[block.kind] or 0) + 1
        count = count + 1
      end
      for kind in pairs(RUN[path] or {}) do
        assert.is_number(kinds[kind], ("%s has no block of %s any more"):format(path, kind))
      end
      for kind, number in pairs(kinds) do
        local run = (RUN[path] or {})[kind]
        assert.is_truthy(run, ("%s: nobody runs its blocks of %q"):format(path, kind))
        local spec = type(run) == "string" and run or run.spec
        if spec then
          local page = path:gsub("/README.md$", "")
          assert.truthy(source.read(spec):find(page, 1, true), spec .. " does not read " .. path)
        else
          assert.equal(number, #run, ("%s: the blocks of %s, and the tests of them"):format(path, kind))
        end
      end
      used[path] = true
    end
    for path in pairs(RUN) do
      assert.is_true(used[path], path)
    end
    assert.is_true(count > 30, count)
  end)

  it("have fences: text that is only indented would be looked for by nobody", function()
    for _, path in ipairs(pages) do
      local before, is_inside, is_list = "", false, false
      for line in source.read(path):gmatch "([^\n]*)\n" do
        is_inside = line:find "^%s*```" and not is_inside or is_inside and not line:find "^%s*```"
        is_list = line:find "^%s*[%-*%d]+[.]? " ~= nil or is_list and not line:find "^%S"
        local is_text = is_inside or is_list or before ~= ""
        assert.is_truthy(is_text or not line:find "^    ", path .. ": " .. line)
        before = line
      end
    end
  end)

  it("name no command among those that do not run that no page has", function()
    local left = {}
    for command in pairs(NOT_RUN) do
      left[command] = true
    end
    for _, path in ipairs(pages) do
      for _, block in ipairs(of_kind(path, "sh")) do
        for _, command in ipairs(commands(block)) do
          left[command] = nil
        end
      end
    end
    assert.same({}, left)
  end)

  for _, path in ipairs(pages) do
    local numbers = {}
    for _, block in ipairs(blocks(path)) do
      local run = (RUN[path] or {})[block.kind]
      numbers[block.kind] = (numbers[block.kind] or 0) + 1
      local test = type(run) == "table" and run[numbers[block.kind]]
      if test then
        it(("run: %s:%d (%s)"):format(path, block.line, block.kind), function()
          test(block)
        end)
      end
    end
  end
end)
