-- SPDX-License-Identifier: MIT
--- Limits of a day, which the core does not know: it counts seconds and minutes. Whoever has spent one would wait for
--- hours, so that a request too many is refused instead of delayed.

local core = require "klaviyo.core"
local errors = require "klaviyo.model.error"

local daily = {}

local DAY = 86400

---Counts a request of an operation.
---@param counts table<string, number[]>  when requests went out, by operation, on the clock of core.now
---@param id string
---@param most integer
---@param scale number   of the client's limits
---@return klaviyo.error|nil  kind "rate_limited": it would be one too many
function daily.count(counts, id, most, scale)
  local list, now, length = counts[id] or {}, core.now(), DAY * scale
  counts[id] = list
  while list[1] and now - list[1] >= length do
    table.remove(list, 1)
  end
  if #list >= most then
    local wait = list[1] + length - now
    return errors.new { kind = "rate_limited", retryable = true, retry_after = wait,
      message = ("the account may make %d such requests a day, and this client has made them; the next is possible in "
        .. "%d minutes"):format(most, math.ceil(wait / 60)) }
  end
  list[#list + 1] = now
end

return daily
