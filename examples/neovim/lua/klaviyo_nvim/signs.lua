-- SPDX-License-Identifier: MIT
--- Signs in a campaign's buffer: the status of each message, beside its first line.

local signs = {}

local GROUP = "klaviyo"
local SIGNS = {
  DRAFT = { text = "○", texthl = "Comment" },
  SCHEDULED = { text = "◔", texthl = "Identifier" },
  SENDING = { text = "▶", texthl = "WarningMsg" },
  SENT = { text = "●", texthl = "String" },
  CANCELLED = { text = "✗", texthl = "ErrorMsg" },
}

for status, sign in pairs(SIGNS) do
  vim.fn.sign_define("Klaviyo" .. status, sign)
end

-- The first line of a message: the one before its id.
local function line_of(lines, id)
  for number, line in ipairs(lines) do
    if line:find(('id = "%s"'):format(id), 1, true) then
      return line:find ":message" and number or number - 1
    end
  end
end

---Shows the statuses of messages in the sign column.
---@param buffer integer
---@param messages klaviyo.message[]
function signs.place(buffer, messages)
  if not vim.api.nvim_buf_is_loaded(buffer) then
    return
  end
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  vim.fn.sign_unplace(GROUP, { buffer = buffer })
  for _, message in ipairs(messages) do
    local line = SIGNS[message.status] and line_of(lines, message.id)
    if line then
      vim.fn.sign_place(0, GROUP, "Klaviyo" .. message.status, buffer, { lnum = line })
    end
  end
end

return signs
