-- SPDX-License-Identifier: MIT
--- Shows progress on standard error when something takes longer than a second.

local core = require "klaviyo.core"
local text = require "klaviyo.cli.terminal.text"

local AFTER = 1 -- seconds before anything is shown
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

---Begins an activity and ends the one before.
---@param label string
---@param total? integer  the number of its steps, if known
function progress:begin(label, total)
  self:finish()
  self.label, self.total, self.count, self.began, self.waiting = label, total, 0, core.now(), nil
end

---Sets the number of steps done.
---@param count integer
function progress:set(count)
  self.count = count
  self:tick()
end

---Sets the reason for a wait, such as `the account's rate limit`; nil clears it.
---@param reason? string
---@param seconds? number
function progress:hold(reason, seconds)
  self.waiting = reason and { reason = reason, till = core.now() + (seconds or 0) }
end

---Draws a bar.
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

---Draws, once the activity has taken long enough; called while something waits.
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

---Ends the activity.
function progress:finish()
  self.label, self.waiting = nil, nil
  self.term:unshow()
end

return progress
