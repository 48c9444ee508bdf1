-- SPDX-License-Identifier: MIT
-- Takes the picture of the sandbox's page for the documentation, with Chromium. From the top of the tree, with the
-- modules on LUA_PATH and LUA_CPATH:
--
--   lua5.4 doc/sandbox_page.lua doc/images/sandbox-page.png

local klaviyo = require "klaviyo"
local process = require "spec.support.process"

local browser = assert(process.find("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
  "there is no Chromium here")
local sandbox = assert(require("klaviyo.sandbox").start { port = 0, clock = "2030-11-29T09:00:00Z" })
local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", limits = false }

sandbox:list { id = "VIP", size = 8200, zones = { ["America/New_York"] = 5, ["America/Chicago"] = 2,
  ["America/Los_Angeles"] = 3, ["Europe/London"] = 2, ["Europe/Berlin"] = 2 }, consented = 0.97 }
sandbox:list { id = "EVERYONE", size = 61000, consented = 0.94 }

local welcome = klaviyo.campaign "Welcome back":timezone "Europe/Berlin"
welcome:audience("Everyone", { included = { "EVERYONE" } })
  :email { name = "We have missed you", subject = "Hello again", from_email = "a@example.com", from_label = "Example" }
assert(assert(kl.campaigns:create(welcome)).audiences[1].messages[1]:schedule { at = "2030-11-29T10:00:00Z" })

local sale = klaviyo.campaign "Black Friday":timezone "America/New_York"
sale:audience("VIP customers", { included = { "VIP" } })
  :email { name = "A day before the others", subject = "Early", from_email = "a@example.com", from_label = "Example" }
  :push { name = "Reminder", title = "Ends tonight", body = "Last hours" }
sale:audience("Everyone else", { included = { "EVERYONE" }, excluded = { "VIP" } })
  :email { name = "Doors open", subject = "It starts", from_email = "a@example.com", from_label = "Example" }
  :sms { name = "Doors open, in short", body = "It starts" }
local campaign = assert(kl.campaigns:create(sale))
local vip, others = campaign.audiences[1].messages, campaign.audiences[2].messages
assert(vip[1]:schedule { at = "2030-11-29T14:00:00Z", strategy = "local_timezone", past_timezones = "immediately" })
assert(others[1]:schedule { at = "2030-11-29T12:00:00Z", strategy = "throttled", percentage = 10 })
assert(others[2]:schedule { at = "2030-11-29T20:00:00Z" })
assert(others[2]:cancel())

sandbox:set_clock "2030-11-29T17:20:00Z"
local options = "--headless --no-sandbox --disable-gpu --hide-scrollbars --force-color-profile=srgb"
  .. " --window-size=1000,720 --virtual-time-budget=3000"
local output, code = process.run(("%s %s --screenshot=%s %s/"):format(process.quote(browser), options,
  process.quote(arg[1]), sandbox.url))
kl:close()
sandbox:stop()
assert(code == 0, output)
