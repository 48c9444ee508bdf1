-- SPDX-License-Identifier: MIT
--- Accounts: where a key may come from, and that it goes nowhere else.

local cli = require "spec.support.cli"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("profiles #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl = support.start { sandbox = { keys = { "pk_good", "pk_other" } }, api_key = "pk_good" }
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
    user = cli.new()
  end)

  after_each(function()
    user:close()
  end)

  local function config(lines, name)
    user:write("config", ("[%s]\nbase_url = \"%s\"\n%s\n"):format(name or "default", sandbox.url, lines))
  end

  it("take the key from an environment variable", function()
    config "key_env = SHOP_KEY"
    assert.equal(0, user:run("list", { env = { SHOP_KEY = "pk_good" } }).code)
    local missing = user:run "list"
    assert.equal(5, missing.code)
    assert.matches("the environment variable SHOP_KEY is not set", missing.err)
    assert.equal(5, user:run("list", { env = { SHOP_KEY = "pk_bad" } }).code)
  end)

  it("take it from a file that nobody else can read", function()
    user:write("key", "pk_good\n")
    config("key_file = " .. user:path "key")
    os.execute("chmod 644 " .. user:path "key")
    local loose = user:run "list"
    assert.equal(5, loose.code)
    assert.matches("can be read by others %(mode 644%): chmod 600", loose.err)
    assert.same({}, support.seen(sandbox))
    for _, mode in ipairs { "600", "400" } do
      os.execute(("chmod %s %s"):format(mode, user:path "key"))
      assert.equal(0, user:run("list").code)
    end
    os.execute("chmod 640 " .. user:path "key")
    assert.equal(5, user:run("list").code)
    config "key_file = /nowhere/key"
    assert.matches("there is no file /nowhere/key", user:run("list").err)
  end)

  it("take it from a command", function()
    config 'key_command = "printf \'pk_good\\nsecond line\\n\'"'
    assert.equal(0, user:run("list").code)
    config 'key_command = "echo pk_secret_of_a_failure; exit 3"'
    local failed = user:run "list"
    assert.equal(5, failed.code)
    assert.matches("key_command ended with 3", failed.err)
    assert.is_nil((failed.out .. failed.err):find "pk_secret_of_a_failure")
  end)

  it("wait for a command that hangs, and give it up for Ctrl-C", function()
    config 'key_command = "sleep 30"'
    local screen = user:terminal "list"
    screen:wait("Waiting for key_command"):type "\3"
    local result = screen:finish()
    assert.equal(130, result.code)
    assert.matches("Interrupted", result.text)
    assert.same({}, support.seen(sandbox))
  end)

  it("are taken from no file that others can write", function()
    config "key_env = SHOP_KEY"
    os.execute("chmod 646 " .. user:path "config")
    local loose = user:run("list", { env = { SHOP_KEY = "pk_good" } })
    assert.equal(3, loose.code)
    assert.matches("config can be written by others.-hint: chmod go%-w", loose.err)
    assert.same({}, support.seen(sandbox))
    os.execute("chmod 644 " .. user:path "config")
    assert.equal(0, user:run("list", { env = { SHOP_KEY = "pk_good" } }).code)
  end)

  it("are taken from no file whose group can write it, unless the group is the user's own", function()
    if process.run "id -u" ~= "0\n" then
      return pending "needs root, to give a file to another group"
    end
    local function listed(text)
      config(text)
      os.execute(("chgrp daemon %s; chmod 664 %s"):format(user:path "config", user:path "config"))
      return user:run("list", { env = { SHOP_KEY = "pk_good", KLAVIYO_API_KEY = "pk_good",
        KLAVIYO_BASE_URL = sandbox.url } })
    end
    for _, setting in ipairs { "key_env = SHOP_KEY", "key_command = echo pk_good", "base_url = " .. sandbox.url } do
      local refused = listed(setting)
      assert.equal(3, refused.code, setting)
      assert.matches("can be written by its group.-hint: chmod g%-w", refused.err)
    end
    process.write(user:path "config", "[default]\ntimezone = UTC\n")
    os.execute(("chgrp daemon %s; chmod 664 %s"):format(user:path "config", user:path "config"))
    local env = { KLAVIYO_API_KEY = "pk_good", KLAVIYO_BASE_URL = sandbox.url }
    local warned = user:run("list", { env = env })
    assert.equal(0, warned.code)
    assert.matches("warning: .-config can be written by its group: chmod g%-w", warned.err)
    os.execute(("chgrp 0 %s"):format(user:path "config"))
    assert.is_nil(user:run("list", { env = env }).err:find "warning")
    os.execute(("chmod 777 %s; chmod 644 %s"):format(user.directory, user:path "config"))
    local open = user:run("list", { env = env })
    os.execute(("chmod 700 %s"):format(user.directory))
    assert.equal(3, open.code)
    assert.matches("hint: move it into a directory that only you can write", open.err)
  end)

  it("have keys with nothing around them", function()
    for _, key in ipairs { '"pk_secret"', "'pk_secret'", " pk_secret", "pk_secret ", "pk_secret\n" } do
      config "timezone = UTC"
      local env = user:run("list", { env = { KLAVIYO_API_KEY = key } })
      assert.equal(5, env.code)
      assert.matches("The key in KLAVIYO_API_KEY has quotes or blanks around it: remove them", env.err)
      assert.is_nil(env.err:find "secret")
    end
    user:write("key", '"pk_secret"\n')
    os.execute("chmod 600 " .. user:path "key")
    config("key_file = " .. user:path "key")
    local file = user:run "list"
    assert.equal(5, file.code)
    assert.matches("the key from key_file has quotes", file.err)
    assert.is_nil(file.err:find "secret")
    local ok, message = pcall(require("klaviyo").client, { api_key = '"pk_secret"' })
    assert.is_false(ok)
    assert.matches("klaviyo.client: api_key has quotes or blanks around it", message)
  end)

  it("may begin with a byte order mark, as a key file may", function()
    user:write("key", "\239\187\191pk_good\n")
    os.execute("chmod 600 " .. user:path "key")
    user:write("config", ('\239\187\191[default]\nbase_url = "%s"\nkey_file = %s\n'):format(sandbox.url,
      user:path "key"))
    assert.equal(0, user:run("list").code)
    user:write("sale.lua", "\239\187\191" .. cli.SALE)
    assert.equal(0, user:run("create --dry-run " .. user:path "sale.lua").code)
    user:write("sale.json", '\239\187\191{ "name": "A", "audiences": [{ "name": "A", "included": ["L"], '
      .. '"messages": [{ "name": "M", "channel": "sms", "body": "Text" }] }] }')
    assert.equal(0, user:run("create --dry-run " .. user:path "sale.json").code)
  end)

  it("need no home, and a sandbox says that it has no place without one", function()
    local env = { HOME = "", KLAVIYO_CONFIG = "", KLAVIYO_STATE = "", XDG_STATE_HOME = "", XDG_CONFIG_HOME = "" }
    env.KLAVIYO_API_KEY, env.KLAVIYO_BASE_URL = "pk_good", sandbox.url
    assert.equal(0, user:run("list", { env = env }).code)
    local homeless = user:run("--sandbox list", { env = env })
    assert.equal(3, homeless.code)
    assert.matches("HOME is not set", homeless.err)
  end)

  it("are chosen by name, by option or environment", function()
    local text = "[default]\nkey_env = NONE\n[shop]\nbase_url = '%s'\nkey_env = SHOP_KEY\n"
    user:write("config", text:format(sandbox.url))
    local env = { SHOP_KEY = "pk_good" }
    assert.equal(0, user:run("--profile shop list", { env = env }).code)
    env.KLAVIYO_PROFILE = "shop"
    assert.equal(0, user:run("list", { env = env }).code)
    local wrong = user:run "--profile shp list"
    assert.equal(3, wrong.code)
    assert.matches('there is no profile shp .-%(did you mean "shop"%?%)', wrong.err)
  end)

  it("give way to KLAVIYO_API_KEY, unless one is named", function()
    config "key_env = SHOP_KEY"
    assert.equal(0, user:run("list", { env = { SHOP_KEY = "pk_bad", KLAVIYO_API_KEY = "pk_good" } }).code)
    assert.equal(5, user:run("-p default list", { env = { SHOP_KEY = "pk_bad", KLAVIYO_API_KEY = "pk_good" } }).code)
  end)

  it("are refused with file and line", function()
    for text, reported in pairs {
      ["[default]\napi_key = pk_x\n"] = "config:2: a key does not belong in this file",
      ["[default]\nkey_fil = x\n"] = 'config:2: there is no setting key_fil %(did you mean "key_file"%?%)',
      ["key_env = x\n"] = "config:1: key_env is outside of a profile",
      ["[default]\n\nnonsense\n"] = "config:3: is neither",
      ["[default]\nkey_env = A\nkey_file = B\n"] = "profile default has both key_env and key_file",
    } do
      user:write("config", text)
      local result = user:run "list"
      assert.equal(3, result.code)
      assert.matches(reported, result.err)
      assert.is_nil(result.err:find "pk_x")
    end
  end)

  it("are optional", function()
    local none = user:run "list"
    assert.equal(5, none.code)
    assert.matches("No API key", none.err)
    assert.matches("without an account: klaviyo %-%-sandbox list", none.err)
  end)

  it("never show a key", function()
    config "key_env = SHOP_KEY"
    local env = { SHOP_KEY = "pk_good" }
    for _, command in ipairs { "-v list", "-v --json list", "doctor", "show nothing", "-v request GET /api/nothing",
      "request GET /api/campaigns -i" } do
      local result = user:run(command, { env = env })
      assert.is_nil((result.out .. result.err):find "pk_good", command)
    end
    assert.matches("attempt GET /api/campaigns", user:run("-v list", { env = env }).err)
  end)
end)
