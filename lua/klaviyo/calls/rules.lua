-- SPDX-License-Identifier: MIT
--- The rules behind "never twice", each with a switch. They are all on. A test switches one off to see that it is
--- needed: the numbers that the test counts must then not be zero. Nothing else sets them, and no option does.

return {
  -- A request that is not idempotent is sent again only if it cannot have been executed.
  repeat_only_on_proof = true,
  -- A 2xx status line means that it happened, whatever the body.
  two_hundred_happened = true,
  -- "none" needs proof: finding nothing shows nothing, because services finish late and lists lag.
  none_needs_proof = true,
  -- A resource is adopted only if it equals what was sent and nobody else can have created it.
  adopt_only_ours = true,
  -- A response that is not well-formed is no evidence.
  malformed_is_no_evidence = true,
}
