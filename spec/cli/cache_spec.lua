-- SPDX-License-Identifier: MIT
--- What the command keeps on disk to ask for it less often.

local cache = require "klaviyo.cli.cache"
local context = require "klaviyo.cli.context"
local process = require "spec.support.process"

local getenv = os.getenv

describe("the cache", function()
  local directory, env, contexts

  before_each(function()
    directory, contexts = process.directory(), {}
    env = { XDG_CACHE_HOME = directory .. "/cache", HOME = directory, KLAVIYO_CONFIG = directory .. "/config" }
    os.getenv = function(name) -- luacheck: ignore 122
      return env[name]
    end
  end)

  after_each(function()
    os.getenv = getenv -- luacheck: ignore 122
    for _, ctx in ipairs(contexts) do
      ctx:close()
    end
    process.remove(directory)
  end)

  -- The context of a command that has made its client, with a key of this account.
  local function account(options)
    local ctx = context.new({ profile = options.profile }, {})
    env.KLAVIYO_API_KEY = options.key or "pk_spec_secret"
    process.write(env.KLAVIYO_CONFIG, ('[default]\nbase_url = "%s"\n[shop]\nbase_url = "https://shop.example"\n')
      :format(options.origin or "https://a.example"))
    process.run("chmod 600 " .. process.quote(env.KLAVIYO_CONFIG))
    ctx:choose_account()
    if options.profile then
      process.write(env.KLAVIYO_CONFIG, process.read(env.KLAVIYO_CONFIG) .. "key_env = KLAVIYO_API_KEY\n")
    end
    ctx:client()
    contexts[#contexts + 1] = ctx
    return ctx
  end

  local function kept_file()
    return (process.run("find " .. process.quote(directory .. "/cache") .. " -type f 2>/dev/null"):gsub("%s+$", ""))
  end

  local function change(pattern, replacement)
    local path = kept_file()
    local text, count = process.read(path):gsub(pattern, replacement)
    assert.equal(1, count)
    process.write(path, text)
    process.run("chmod 600 " .. process.quote(path))
  end

  local VALUE = { lists = { { id = "L1", name = "VIP \226\130\172" } }, count = 3 }

  it("keeps a value for the next command, with its age", function()
    assert.is_true(cache.write(account {}, "names", VALUE))
    local value, age = cache.read(account {}, "names")
    assert.same(VALUE, value)
    assert.is_true(age >= 0 and age < 60)
    change('"written":(%d+)', function(written)
      return ('"written":%d'):format(written - 3600)
    end)
    value, age = cache.read(account {}, "names")
    assert.same(VALUE, value)
    assert.is_true(age >= 3600 and age < 3660)
    assert.is_nil((cache.read(account {}, "sizes")))
  end)

  it("belongs to one account, key and origin", function()
    cache.write(account {}, "names", VALUE)
    assert.is_nil((cache.read(account { origin = "https://b.example" }, "names")))
    assert.is_nil((cache.read(account { key = "pk_another" }, "names")))
    assert.is_nil((cache.read(account { profile = "shop" }, "names")))
    assert.same(VALUE, (cache.read(account { origin = "https://A.example/" }, "names")))
  end)

  it("is a file that its owner alone can read, in such a directory, and holds no key", function()
    cache.write(account {}, "../names", VALUE)
    local path = kept_file()
    assert.matches("^" .. directory:gsub("%p", "%%%0") .. "/cache/klaviyo/[%w@%%_-]+/[%w%%_-]+%.json$", path)
    assert.equal("600\n", process.run("stat -c %a " .. process.quote(path)))
    assert.equal("700\n", process.run("stat -c %a " .. process.quote(path:match "^(.*)/")))
    assert.not_matches("secret", process.read(path))
    assert.not_matches("pk_", process.read(path))
  end)

  it("is not read if somebody else could have written it, or if it is damaged", function()
    local damaged = {
      { "readable by others", function(path) process.run("chmod 644 " .. process.quote(path)) end },
      { "empty", function() change("^.*$", "") end },
      { "cut off", function() change("^(.*)}%s*$", "%1") end },
      { "not an object", function() change("^.*$", "[]") end },
      { "of another version", function() change('"version":1', '"version":2') end },
      { "of another name", function() change('"name":"names"', '"name":"sizes"') end },
      { "of the future", function() change('"written":%d', '"written":9%%0') end },
      { "without a time", function() change('"written":%d+', '"written":"now"') end },
      { "of another account", function() change('"account":"default"', '"account":"other"') end },
      { "gone", function(path) os.remove(path) end },
    }
    for _, case in ipairs(damaged) do
      cache.write(account {}, "names", VALUE)
      assert.same(VALUE, (cache.read(account {}, "names")), case[1])
      case[2](kept_file())
      local ok, value = pcall(cache.read, account {}, "names")
      assert.is_true(ok, case[1] .. ": " .. tostring(value))
      assert.is_nil(value, case[1])
    end
  end)

  it("replaces a value at once, and removes one", function()
    local ctx = account {}
    cache.write(ctx, "names", VALUE)
    local path = kept_file()
    local reader = assert(io.open(path))
    cache.write(ctx, "names", { "other" })
    assert.matches("VIP", reader:read "*a")
    reader:close()
    assert.equal(path, kept_file())
    assert.same({ "other" }, (cache.read(ctx, "names")))
    cache.write(ctx, "names", nil)
    assert.equal("", kept_file())
    assert.is_nil((cache.read(ctx, "names")))
  end)

  it("fails no command where there is no place for it", function()
    local ctx = account {}
    env.XDG_CACHE_HOME = "/proc/none"
    assert.is_nil(cache.write(ctx, "names", VALUE))
    assert.is_nil((cache.read(ctx, "names")))
    env.XDG_CACHE_HOME, env.HOME = "relative", nil
    assert.is_nil(cache.write(ctx, "names", VALUE))
    assert.is_nil((cache.read(ctx, "names")))
    env.HOME = directory
    cache.write(ctx, "names", VALUE)
    assert.same(VALUE, (cache.read(ctx, "names")))
    assert.matches("/.cache/klaviyo/", process.run("find " .. process.quote(directory) .. " -name '*.json'"), 1, true)
  end)
end)
