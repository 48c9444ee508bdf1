-- SPDX-License-Identifier: MIT
--- The blocks of Lua in the README run as they are printed, in their hosts. (The others: doc_blocks_spec.lua.)

local process = require "spec.support.process"
local nginx = require "spec.support.nginx"
local revisions = require "klaviyo.model.revisions"

local quote = process.quote
local readme = process.read "README.md"

local function blocks(kind)
  local list = {}
  for block in readme:gmatch("\n```" .. kind .. "\n(.-)\n```") do
    list[#list + 1] = block
  end
  return list
end

-- Where a block belongs is said by what it names.
local function host_of(block)
  return block:find "%f[%w]ngx%." and "nginx" or block:find "%f[%w]vim%." and "neovim" or "plain"
end

describe("README.md #process", function()
  local sandbox, environment

  setup(function()
    sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    sandbox:list { id = "VIP_LIST", name = "VIP customers" }
    environment = ("KLAVIYO_BASE_URL=%s KLAVIYO_API_KEY=pk_test LUA_PATH=%s LUA_CPATH=%s "):format(sandbox.url,
      quote(package.path), quote(package.cpath))
  end)

  teardown(function()
    sandbox:stop()
  end)

  local function run(command, block)
    local directory = process.directory()
    process.write(directory .. "/block.lua", block)
    local output, code = process.run(environment .. command:gsub("BLOCK", directory .. "/block.lua"), 30)
    process.remove(directory)
    return output, code
  end

  it("has blocks for each host", function()
    local count = { plain = 0, nginx = 0, neovim = 0 }
    for _, block in ipairs(blocks "lua") do
      count[host_of(block)] = count[host_of(block)] + 1
    end
    assert.is_true(count.plain >= 5 and count.nginx >= 1 and count.neovim >= 1)
  end)

  for i, block in ipairs(blocks "lua") do
    local host = host_of(block)
    local title = ("block %d runs (%s)"):format(i, host)
    if host == "plain" then
      for _, revision in ipairs(revisions.list) do
        it(("%s with revision %s"):format(title, revision.name), function()
          local output, code = run(("KLAVIYO_REVISION=%s %s BLOCK"):format(revision.name,
            os.getenv "KLAVIYO_LUA" or "lua5.4"), block)
          assert.equal(0, code, output)
        end)
      end
    elseif host == "nginx" and (not rawget(_G, "jit") or not nginx.available()) then
      if rawget(_G, "jit") then
        pending(title .. ": nginx with its Lua module is not installed")
      end
    elseif host == "nginx" then
      it(title, function()
        local server = nginx.start {
          main = ("env KLAVIYO_BASE_URL=%s; env KLAVIYO_API_KEY=pk_test;"):format(sandbox.url),
          server = "location = /block { content_by_lua_block {\n" .. block .. "\n} }",
        }
        local body, status = server:get "/block"
        server:stop()
        assert.equal(200, status, body)
        assert.matches("^%d+ campaigns\n$", body)
      end)
    elseif not rawget(_G, "jit") or not process.find "nvim" then
      if rawget(_G, "jit") then
        pending(title .. ": nvim is not installed")
      end
    else
      it(title, function()
        local shown = [[select(2, vim.api.nvim_exec("messages", true):gsub("campaigns", ""))]]
        local output = run(("nvim --headless -u NONE -i NONE -n -c 'luafile BLOCK' -c 'lua vim.wait(20000, function() "
          .. "return %s == 2 end)' -c qall!"):format(shown), block)
        assert.equal(2, select(2, output:gsub("%d+ campaigns", "")), output)
      end)
    end
  end

  it("says of a mistake in a name what was meant", function()
    for _, block in ipairs(blocks "lua") do
      if block:find("subjct", 1, true) then
        local output = run((os.getenv "KLAVIYO_LUA" or "lua5.4") .. " BLOCK", block)
        assert.matches("did you mean", output)
        assert.matches("subject", output)
        return
      end
    end
    error "no such block"
  end)

  it("has a demo that runs", function()
    local program = os.getenv "KLAVIYO_LUA" or "lua5.4"
    for _, revision in ipairs(revisions.list) do
      local output, code = process.run(("%s KLAVIYO_REVISION=%s %s examples/quickstart.lua"):format(environment,
        revision.name, program), 60)
      assert.equal(0, code, revision.name .. ": " .. output)
    end
  end)

  it("has a demo whose commands a shell can read", function()
    local output, code = process.run("make -n quickstart | sh -n", 30)
    assert.equal(0, code, output)
    assert.equal("1", process.run("make -n quickstart | grep -c examples/shop/run"):match "%d+")
  end)

  it("has a demo that shows a shop", function()
    local program, directory = os.getenv "KLAVIYO_LUA" or "lua5.4", process.directory()
    local output, code = process.run(("%s TMPDIR=%s HOME=%s KLAVIYO_CONFIG=/none LANG=C.UTF-8 TZ=UTC "
      .. "KLAVIYO=%s examples/shop/run"):format(environment, directory, directory,
      quote(program .. " lua/klaviyo/cli/main.lua")), 60)
    assert.equal(0, code, output)
    for _, words in ipairs { "A shop with 12 campaigns", "$ klaviyo list\n", "Weekly letter: wool\tSENT",
      "With a deadline is ahead", "$ klaviyo preview", "written to" } do
      assert.truthy(output:find(words, 1, true), words .. " in " .. output)
    end
    assert.equal("0", process.run("ls " .. directory .. " | grep -vc klaviyo-shop || true"):match "%d+")
    process.run("rm -rf " .. directory)
  end)

  it("leads to files that are there", function()
    for path in readme:gmatch "%]%(([^)#]+)%)" do
      if not path:find "^https?:" then
        assert.equal(0, select(2, process.run("test -e " .. quote(path))), path)
      end
    end
  end)

  it("says of options what the description says", function()
    local known = {}
    for _, option in ipairs(require("klaviyo.model.options").client) do
      known[option[1]] = option
    end
    local section = readme:match "\n## Options\n(.-)\n## "
    for names, default in section:gmatch "\n| (`[^|]+) | ([^|]*) |" do
      local defaults = {}
      for value in default:gmatch "[^,]+" do
        defaults[#defaults + 1] = tonumber(value) or value:match "`(.-)`" or value
      end
      local i = 0
      for name in names:gmatch "`([%w_]+)`" do
        i = i + 1
        assert.is_truthy(known[name], name)
        if type(known[name].default) == "number" then
          assert.equal(known[name].default, defaults[i], name)
        end
      end
    end
  end)
end)
