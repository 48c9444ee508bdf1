-- SPDX-License-Identifier: MIT
--- :KlaviyoCampaigns: the newest campaigns, a line each.

local facts = require "klaviyo.cli.describe"
local filter = require "klaviyo.model.filter"
local plugin = require "klaviyo_nvim"

local list = {}

local NAME = "klaviyo://campaigns"
local KEYS = "<CR> open   s schedule   w watch   p preview   t report   m more   r again   q close"

-- The page shown last, by buffer; `m` reads the next one.
local pages = {}

local function line_of(campaign)
  local updated = facts.known(campaign.updated_at) or ""
  return ("%-40s  %-26s  %s"):format(facts.name(campaign.name), facts.status_line(campaign.messages),
    updated:sub(1, 16):gsub("T", " "))
end

local function add(buffer, page)
  local ids = vim.b[buffer].klaviyo_ids or {}
  local lines = {}
  local first = vim.api.nvim_buf_line_count(buffer)
  for i, campaign in ipairs(page.data) do
    lines[i] = line_of(campaign)
    ids[tostring(first + i)] = campaign.id
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, -1, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.b[buffer].klaviyo_ids = ids
  pages[buffer] = page
  if not page.has_next and first == 2 and #lines == 0 then
    plugin.notify "there is no such campaign"
  end
end

local function query(text)
  local conditions = { filter.equals("archived", false) }
  if text ~= "" then
    table.insert(conditions, filter.contains("name", text))
  end
  return { filter = filter.all(unpack(conditions)), sort = "-updated_at", include = { "messages" }, page_size = 50 }
end

-- Reads the first page again.
local function fill(buffer, text)
  plugin.run(function()
    local page = plugin.check(plugin.client().campaigns:list(query(text)))
    if not vim.api.nvim_buf_is_valid(buffer) then
      return
    end
    vim.bo[buffer].modifiable = true
    vim.b[buffer].klaviyo_ids = {}
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, { KEYS, "" })
    vim.bo[buffer].modifiable = false
    add(buffer, page)
    if vim.api.nvim_get_current_buf() == buffer then
      vim.api.nvim_win_set_cursor(0, { math.min(3, vim.api.nvim_buf_line_count(buffer)), 0 })
    end
  end)
end

local function more(buffer)
  local page = pages[buffer]
  if not page or not page.has_next then
    plugin.notify "these are all"
    return
  end
  plugin.run(function()
    add(buffer, plugin.check(page:next()))
  end)
end

local function set_keys(buffer, text)
  local keys = {
    ["<CR>"] = function()
      local id = plugin.need_here()
      if id then
        require("klaviyo_nvim.campaign").open(id)
      end
    end,
    s = function()
      vim.cmd "KlaviyoSchedule"
    end,
    w = function()
      vim.cmd "KlaviyoWatch"
    end,
    p = function()
      vim.cmd "KlaviyoPreview"
    end,
    t = function()
      vim.cmd "KlaviyoReport"
    end,
    m = function()
      more(buffer)
    end,
    r = function()
      fill(buffer, text)
    end,
    q = function()
      vim.api.nvim_buf_delete(buffer, {})
    end,
  }
  for key, action in pairs(keys) do
    vim.keymap.set("n", key, action, { buffer = buffer, nowait = true })
  end
end

---@param given { args: string }
function list.command(given)
  local buffer = vim.fn.bufadd(NAME)
  vim.fn.bufload(buffer)
  vim.bo[buffer].buftype, vim.bo[buffer].swapfile = "nofile", false
  vim.bo[buffer].buflisted, vim.bo[buffer].modifiable = true, false
  vim.api.nvim_set_current_buf(buffer)
  vim.wo.wrap, vim.wo.cursorline = false, true
  set_keys(buffer, given.args)
  fill(buffer, given.args)
end

return list
