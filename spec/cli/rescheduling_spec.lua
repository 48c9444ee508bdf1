-- SPDX-License-Identifier: MIT
--- What is said and recorded of a move that failed. (reschedule_spec and send_files_spec have it over a real service.)

local rescheduling = require "klaviyo.cli.rescheduling"
local write_log = require "klaviyo.cli.write_log"

-- The code, and what is known and not known to have been done.
local function recorded(err)
  local log = write_log.new()
  local ctx = { log = log, did = function(_, sentence)
    log:did(sentence)
  end }
  local code = rescheduling.record_failure(ctx, "Text (ID)", err)
  local done, uncertain = log:summary()
  return { code = code, done = done[1], uncertain = uncertain[1] }
end

describe("a failed move", function()
  it("is recorded as what it leaves", function()
    assert.same({ code = "draft", done = "Reverted Text (ID): it is a draft now, and will not be sent." },
      recorded { left_as = "draft", outcome = "none" })
    assert.same({ uncertain = "Text (ID) may be a draft, which will not be sent." },
      recorded { left_as = "unknown", outcome = "unknown" })
    assert.same({ uncertain = "Text (ID) has the new time." },
      recorded { left_as = "rescheduled", outcome = "happened" })
    assert.same({}, recorded { left_as = "restored", outcome = "none" })
  end)
end)
