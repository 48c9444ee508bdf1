-- SPDX-License-Identifier: MIT
--- A campaign as a Lua buffer, in builder form: the same text as `klaviyo edit` opens. Writing the buffer shows what
--- will change in the account, asks, and saves.

local cli_names = require "klaviyo.cli.names"
local apply = require "klaviyo.cli.plan.apply"
local diff = require "klaviyo.cli.plan.diff"
local diff_view = require "klaviyo.cli.plan.diff_view"
local float = require "klaviyo_nvim.float"
local language = require "klaviyo_nvim.language"
local names = require "klaviyo_nvim.names"
local plugin = require "klaviyo_nvim"
local parts = require "klaviyo.cli.plan.parts"
local problems = require "klaviyo_nvim.problems"
local signs = require "klaviyo_nvim.signs"
local write_file = require "klaviyo.cli.plan.write_file"

local campaign = {}

local function show(buffer, object)
  local written = write_file.text(object, cli_names.unique(object, names.audiences()))
  local lines = vim.split(written:gsub("\n$", ""), "\n", { plain = true })
  local levels = vim.bo[buffer].undolevels
  vim.bo[buffer].undolevels = -1 -- what was read is where undo ends
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].undolevels = levels
  vim.bo[buffer].modified = false
  signs.place(buffer, object.messages)
end

-- The text of the buffer as a plan. Raises what is wrong with it, and shows where.
local function plan(buffer, ctx, id)
  local kl = ctx:client()
  local file, model, ids = problems.check(buffer, kl)
  model = problems.resolve(buffer, ctx, file, model)
  local there = plugin.check(kl.campaigns:tree(id))
  return diff.plan(parts.of_model(model, ids), parts.of_campaign(there), { prune = true }), model, file
end

local function agreed(ctx, change, bang)
  if bang then
    return true
  end
  local lines = { "This will change in the account" }
  diff_view.write(plugin.writer(lines), change, cli_names.learned(ctx))
  return plugin.await(function(done)
    float.confirm(lines, "Save?", done)
  end)
end

local function write(buffer, bang)
  local id, kl = vim.b[buffer].klaviyo_campaign, plugin.client()
  local ctx = plugin.context(kl)
  local change, model, file = plan(buffer, ctx, id)
  if diff.is_empty(change) then
    vim.bo[buffer].modified = false
    plugin.notify(diff_view.summary(change))
    return
  elseif not agreed(ctx, change, bang) then
    plugin.notify "nothing was changed"
    return
  end
  local counts, steps = diff.count(change), 0
  apply.perform(ctx, change, { root = model, total = counts.create + counts.update + counts.delete,
    refuse = function(err)
      file:refuse(err)
    end, on_step = function()
      steps = steps + 1
    end })
  show(buffer, plugin.check(kl.campaigns:tree(id)))
  plugin.notify(("saved: %s"):format(steps == 1 and "1 change" or steps .. " changes"))
end

local function make_buffer(id)
  local buffer = vim.fn.bufadd("klaviyo://campaign/" .. id)
  vim.fn.bufload(buffer)
  vim.bo[buffer].buftype, vim.bo[buffer].swapfile, vim.bo[buffer].buflisted = "acwrite", false, true
  vim.bo[buffer].filetype = "lua"
  vim.b[buffer].klaviyo_campaign = id
  language.attach(buffer)
  vim.api.nvim_create_autocmd("BufWriteCmd", { buffer = buffer, callback = function()
    local bang = vim.v.cmdbang == 1
    vim.schedule(function() -- windows opened inside an autocommand do not keep the cursor
      plugin.run(function()
        write(buffer, bang)
      end)
    end)
  end })
  return buffer
end

---Opens a campaign in this window.
---@param id string
---@param opened? fun(buffer: integer)
function campaign.open(id, opened)
  local window = vim.api.nvim_get_current_win()
  plugin.run(function()
    local object = plugin.check(plugin.client().campaigns:tree(id))
    local known = vim.fn.bufnr("^klaviyo://campaign/" .. id .. "$")
    local buffer = known > 0 and known or make_buffer(id)
    if known < 0 or not vim.bo[buffer].modified then
      show(buffer, object)
    end
    if vim.api.nvim_win_is_valid(window) then
      vim.api.nvim_win_set_buf(window, buffer)
    end
    if opened then
      opened(buffer)
    end
  end)
end

---Reads the campaign of a buffer again, unless it was changed here.
---@param id string
function campaign.refresh(id)
  local buffer = vim.fn.bufnr("^klaviyo://campaign/" .. id .. "$")
  if buffer > 0 and not vim.bo[buffer].modified then
    plugin.run(function()
      show(buffer, plugin.check(plugin.client().campaigns:tree(id)))
    end)
  end
end

---@param given { args: string }
function campaign.command(given)
  campaign.open(given.args)
end

return campaign
