-- SPDX-License-Identifier: MIT
--- Mistakes of a program, as it may write them: each raises a sentence at the program's own line.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

-- What a program writes, and words of the message.
local MISTAKES = {
  { "klaviyo.run()", "run takes a function, got nothing" },
  { "klaviyo.run(print, { loop = 'blocking' })", "run takes a function, and one to call with its results, got" },
  { "klaviyo.run(function() end, nil, 4)", "run takes a table of options, not a number" },
  { "klaviyo.run(function() end, nil, { lop = 'uv' })", 'run has no option "lop" (did you mean "loop"?)' },
  { "klaviyo.run(function() end, nil, { loop = 'uvv' })", 'no loop "uvv"' },
  { "kl:run(1)", "run takes a function, got 1" },
  { "klaviyo.all()", "all takes a table of functions, got a nil" },
  { "klaviyo.all { print, 1 }", "all: element 2 is a number, not a function" },
  { "klaviyo.all({ print }, {})", "all takes a table of functions, and one to call with the results" },
  { "klaviyo.all { print, limit = 0 }", "all: option limit is a whole number, at least 1, got 0" },
  { "klaviyo.all { print, limit = 'x' }", "all: option limit is a whole number" },
  { "klaviyo.all { print, limt = 1 }", 'did you mean "limit"' },
  { "kl:gather(1)", "gather takes a table of tables, got a number" },
  { "kl:gather { {}, limit = 0 }", "gather: option limit is a whole number" },
  { "kl:gather { 'GET' }", "gather: element 1 is a string, not a table" },
  { "kl:sleep('x')", "sleep takes seconds" },
  { "kl:sleep(-1)", "sleep takes seconds" },
  { "message:wait(1)", "wait takes a table of options, not a number" },
  { "message:wait { until_status = 'SEND' }", "wait: until_status is one of" },
  { "message:wait {}", "wait: until_status says which status to wait for" },
  { "message:wait { on_change = 1, until_status = 'SENT' }", "wait: option on_change is a function, got 1" },
  { "message:wait { untl_status = 'SENT' }", 'did you mean "until_status"' },
  { "kl:request { pth = '/api' }", "pth" },
  { "klaviyo.client { api_kee = 'x' }", 'did you mean "api_key"' },
  { "klaviyo.oauth { x = 1 }", "klaviyo.oauth" },
  { "kl.now()", "now is a method: write it with a colon, as in object:now(...)" },
  { "kl.request(nil)", "request is a method" },
  { "campaign.to_table()", "to_table is a method" },
  { "campaign.fields()", "fields is a method" },
  { "campaign.refresh()", "refresh is a method" },
  { "kl.campaigns.each()", "each is a method" },
  { "kl.campaigns.list()", "list is a method" },
  { "kl.limits.metrics()", "metrics is a method" },
}

describe("a mistake of the program", function()
  local sandbox, kl, campaign

  setup(function()
    sandbox, kl = support.start {}
    campaign = assert(kl.campaigns:create(support.sale()))
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  for _, mistake in ipairs(MISTAKES) do
    it("raises at its line: " .. mistake[1], function()
      sandbox:clear_requests()
      local program = assert(load("local klaviyo, kl, campaign, message, print = ...\n" .. mistake[1], "=program"))
      local called = false
      local raised, message = pcall(program, klaviyo, kl, campaign, campaign.messages[1], function()
        called = true
      end)
      assert.is_false(raised)
      assert.matches("^program:2: ", tostring(message))
      assert.truthy(tostring(message):find(mistake[2], 1, true), tostring(message))
      assert.is_false(called)
      assert.same({}, sandbox:requests())
    end)
  end
end)
