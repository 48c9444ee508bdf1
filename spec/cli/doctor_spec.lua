-- SPDX-License-Identifier: MIT
--- klaviyo doctor.

local cli = require "spec.support.cli"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("klaviyo doctor #process", function()
  it("looks at versions, key and service, and ends with the code of what is wrong", function()
    local sandbox = support.start()
    local user = cli.new(sandbox)
    local well = user:run "doctor"
    assert.equal(0, well.code)
    for _, word in ipairs { "klaviyo", "libcurl", "zones", "from key_env of profile default", "answered in",
      "guide dialect" } do
      assert.matches(word, well.out, 1, true)
    end
    assert.equal("good", (user:json "doctor").checks[1].state)
    sandbox:fail { status = 403, times = 0 }
    assert.equal(5, user:run("doctor").code)
    sandbox:stop()
    assert.equal(7, user:run("doctor --call-timeout 2").code)
    assert.equal(0, user:run("doctor --offline").code)
    user.env.KEY = "pk_with\nbreak"
    local broken = user:run "doctor"
    assert.equal(5, broken.code)
    assert.matches("is not a key", broken.out)
    user:write("config", "")
    broken = user:run("doctor", { env = { KLAVIYO_API_KEY = "pk_\n" } })
    assert.matches("key      the key in KLAVIYO_API_KEY", broken.out)
    local keyless = user:run "doctor"
    assert.equal(5, keyless.code)
    assert.matches("no API key", keyless.out)
    user:close()
  end)

  it("says what the revision is, and what only later ones have", function()
    local sandbox = support.start()
    local user = cli.new(sandbox)
    local function revision_of(arguments, env)
      for _, check in ipairs(user:json("doctor " .. arguments, { env = env }).checks) do
        if check.name == "revision" then
          return check
        end
      end
    end
    local oldest = revision_of ""
    assert.matches("2026-04-15.pre, guide dialect", oldest.text, 1, true)
    for _, words in ipairs { "smart send time", "throttle unit", "message.ab_test", "read the tags of a message",
      "KLAVIYO_REVISION" } do
      assert.matches(words, oldest.hint, 1, true)
    end
    assert.is_nil(oldest.hint:find("read the tags of a campaign", 1, true)) -- the guide has them
    for _, words in ipairs { "list lists", "read the account", "assign a template" } do
      assert.is_nil(oldest.hint:find(words, 1, true)) -- asked with the stable revision beside it
    end
    local newest = revision_of("", { KLAVIYO_REVISION = "2026-10-15" })
    assert.matches("2026-10-15, openapi dialect", newest.text, 1, true)
    assert.is_nil(newest.hint)
    assert.matches("2026-07-15.pre", revision_of("--revision 2026-07-15.pre",
      { KLAVIYO_REVISION = "2026-10-15" }).text, 1, true)
    user:write("config", user:read "config" .. "\nrevision = 2026-07-15.pre\n")
    assert.matches("2026-07-15.pre", revision_of("", { KLAVIYO_REVISION = "2026-10-15" }).text, 1, true)
    assert.equal("odd", revision_of("--revision 2027-01-15").state)
    local wrong = user:run "doctor --revision 2026-10-14"
    assert.matches("there is no revision", wrong.out, 1, true)
    user:close()
    sandbox:stop()
  end)

  it("works where argparse is, and the library where it is not", function()
    local out, code = process.run(("%s -e %s"):format(os.getenv "KLAVIYO_LUA" or "lua5.4", process.quote(
      "package.preload.argparse = function() error 'not installed' end; require 'klaviyo'.client { api_key = 'x' }")))
    assert.equal(0, code, out)
  end)
end)
