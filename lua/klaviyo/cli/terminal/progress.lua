-- SPDX-License-Identifier: MIT
--- What is shown on standard error while something takes longer than a second.

local core = require "klaviyo.core"
local text = require "klaviyo.cli.terminal.text"

local AFTER = 1 -- seconds; what is quicker is not shown
local BAR = 24

---@class klaviyo.cli.progress
---@field private term klaviyo.cli.terminal
local progress = {}
progress.__index = progress

---@param term klaviyo.cli.terminal
---@return klaviyo.cli.progress
function progress.new(term)
  return setmetatable({ term = term, frame = 0 }, progress)
end

---Begins something; what was under way before is over.
---@param label string
---@param total? integer  how much of it there is, if that is known
function progress:begin(label, total)
  self:finish()
  self.label, self.total, self.count, self.began, self.waiting = label, total, 0, core.now(), nil
end

---So much of it is done.
---@param count integer
function progress:set(count)
  self.count = count
  self:tick()
end

---Says why nothing moves at present: `the rate limit, 12 s`. Forgotten with nil.
---@param reason? string
---@param seconds? number
function progress:hold(reason, seconds)
  self.waiting = reason and { reason = reason, till = core.now() + (seconds or 0) }
end

---A bar.
---@param share number  0 to 1
---@param width integer
---@param glyphs table
---@return string
function progress.bar(share, width, glyphs)
  local done = math.floor(math.max(0, math.min(1, share)) * width + 0.5)
  return glyphs.full:rep(done) .. glyphs.empty:rep(width - done)
end

local function measure(self)
  if self.total and self.total > 0 then
    return ("%s %d of %d"):format(progress.bar(self.count / self.total, BAR, self.term.glyphs), self.count, self.total)
  end
  return self.count > 0 and ("%d"):format(self.count) or ""
end

---Called while others wait: draws, once it has taken long enough.
function progress:tick()
  if not self.label or not self.term.err_tty or core.now() - self.began < AFTER then
    return
  end
  local term = self.term
  self.frame = self.frame % #term.glyphs.spin + 1
  local line = ("%s %s %s"):format(term.glyphs.spin[self.frame], self.label, measure(self))
  local waiting = self.waiting
  if waiting and waiting.till > core.now() then
    line = ("%s (%s, %d s)"):format(line, waiting.reason, math.ceil(waiting.till - core.now()))
  end
  term:show(text.cut(line, term:columns() - 1, term.glyphs.cut))
end

---It is over.
function progress:finish()
  self.label, self.waiting = nil, nil
  self.term:unshow()
end

return progress
