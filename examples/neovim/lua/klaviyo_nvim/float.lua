-- SPDX-License-Identifier: MIT
--- Floating windows: texts, progress, questions.

local float = {}

local namespace = vim.api.nvim_create_namespace "klaviyo"

local GROUPS = { ["+"] = "DiffAdd", ["~"] = "DiffChange", ["-"] = "DiffDelete", ["!"] = "WarningMsg" }

local function size_of(lines)
  local width = 20
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  return math.min(width, vim.o.columns - 4), math.max(1, math.min(#lines, vim.o.lines - 6))
end

local function place(lines, corner)
  local width, height = size_of(lines)
  return {
    relative = "editor", style = "minimal", border = "rounded", width = width, height = height,
    row = corner and 1 or math.floor((vim.o.lines - height) / 2) - 1,
    col = corner and vim.o.columns - width - 3 or math.floor((vim.o.columns - width) / 2),
  }
end

---@class klaviyo_nvim.float
---@field buffer integer
---@field window integer
local window = {}
window.__index = window

---Replaces the lines.
---@param lines string[]
function window:show(lines)
  if not self:is_open() then
    return
  end
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(self.buffer, 0, -1, false, lines)
  vim.bo[self.buffer].modifiable = false
  vim.api.nvim_win_set_config(self.window, place(lines, self.corner))
  vim.api.nvim_buf_clear_namespace(self.buffer, namespace, 0, -1)
  for i, line in ipairs(lines) do
    local group = i == 1 and "Title" or GROUPS[line:match "^%s*([+~!-]) "]
    if group then
      vim.api.nvim_buf_add_highlight(self.buffer, namespace, group, i - 1, 0, -1)
    end
  end
end

---@return boolean
function window:is_open()
  return vim.api.nvim_win_is_valid(self.window)
end

function window:close()
  if self:is_open() then
    vim.api.nvim_win_close(self.window, true)
  end
end

---Opens a window; its first line is its title.
---@param lines string[]
---@param options? { corner: boolean?, focus: boolean?, keys: table<string, fun()>? }
---@return klaviyo_nvim.float
function float.open(lines, options)
  options = options or {}
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = "wipe"
  local self = setmetatable({ buffer = buffer, corner = options.corner }, window)
  self.window = vim.api.nvim_open_win(buffer, options.focus ~= false, place(lines, options.corner))
  vim.wo[self.window].wrap = false
  vim.wo[self.window].winhighlight = "NormalFloat:Normal,FloatBorder:Comment"
  for key, action in pairs(options.keys or {}) do
    vim.keymap.set("n", key, action, { buffer = buffer, nowait = true })
  end
  self:show(lines)
  return self
end

---Asks whether to do what the lines say; calls back with the answer, once.
---@param lines string[]
---@param question string
---@param answered fun(yes: boolean)
function float.confirm(lines, question, answered)
  local shown = vim.list_extend(vim.deepcopy(lines), { "", question .. "  [y] yes   [n] no" })
  local self, over = nil, false
  local function answer(yes)
    return function()
      if not over then
        over = true
        self:close()
        answered(yes)
      end
    end
  end
  local keys = { y = answer(true), n = answer(false), q = answer(false), ["<Esc>"] = answer(false) }
  self = float.open(shown, { keys = keys })
  vim.api.nvim_create_autocmd("BufWipeout", { buffer = self.buffer, once = true, callback = function()
    vim.schedule(answer(false)) -- closed in another way
  end })
end

return float
