-- SPDX-License-Identifier: MIT
--- Mistakes in a campaign's text, as diagnostics: found by the validator, without a request.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local evaluate = require "klaviyo.cli.plan.evaluate"
local failure = require "klaviyo.cli.terminal.failure"
local names = require "klaviyo_nvim.names"
local planning = require "klaviyo.cli.plan.planning"
local plugin = require "klaviyo_nvim"
local resolve_names = require "klaviyo.cli.plan.resolve_names"
local strip_ids = require "klaviyo.cli.plan.strip_ids"

local problems = {}

-- Coroutines that evaluate a text: whether it has been changed meanwhile.
local changed_since = setmetatable({}, { __mode = "k" })

-- A text is evaluated in a process of its own, which may take a while. The editor goes on.
evaluate.pause = function()
  local thread = coroutine.running()
  if thread and changed_since[thread] and changed_since[thread]() then
    error("the text was changed", 0) -- ends the process
  elseif thread then
    plugin.checker():sleep(0.01)
  else
    vim.wait(10)
  end
end

local namespace = vim.api.nvim_create_namespace "klaviyo.problems"
local PAUSE = 300 -- milliseconds without a change until the text is looked at

-- Mistakes name their line: "campaign:12: audiences[1].name ...".
local function show(buffer, problem)
  local list, last = {}, vim.api.nvim_buf_line_count(buffer)
  for _, line in ipairs(vim.list_extend({ tostring(problem) }, problem.details or {})) do
    local number, text = line:match "^campaign:(%d+): (.*)$"
    if number then
      table.insert(list, { lnum = math.min(tonumber(number), last) - 1, col = 0, message = text, source = "klaviyo" })
    end
  end
  vim.diagnostic.set(namespace, buffer, list)
end

---Reads the text of a buffer as a campaign. Raises what is wrong with it, and shows where.
---@param buffer integer
---@param kl klaviyo.client  whose revision has the rules
---@return klaviyo.cli.campaign_file file
---@return table model
---@return table ids
function problems.check(buffer, kl)
  local text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n") .. "\n"
  local ok, file, model, ids = pcall(function()
    local parsed = campaign_file.parse(text, "campaign")
    local model, ids = strip_ids.split(parsed.model)
    planning.check(kl, parsed, model)
    return parsed, model, ids
  end)
  if not ok then
    if failure.is(file) then
      show(buffer, file)
    end
    error(file, 0)
  end
  vim.diagnostic.reset(namespace, buffer)
  return file, model, ids
end

---Puts ids in the place of names. Raises what is unknown or ambiguous, and shows where.
---@param buffer integer
---@param ctx table  what the command's modules take for their context
---@param file klaviyo.cli.campaign_file
---@param model table
---@return table model
function problems.resolve(buffer, ctx, file, model)
  names.forget() -- they are looked up now: none that is older is offered afterwards
  local item = { file = file, model = model }
  local ok, problem = pcall(resolve_names.all, ctx, { item })
  if not ok then
    if failure.is(problem) then
      show(buffer, problem)
    end
    error(problem, 0)
  end
  return item.model
end

-- Call it in plugin.run.
local function look(buffer)
  if vim.api.nvim_buf_is_loaded(buffer) then
    pcall(problems.check, buffer, plugin.checker()) -- what it raises is shown
  end
end

---Shows the mistakes of the text, now and while it is written: once it has been left alone for a moment.
---@param buffer integer
function problems.follow(buffer)
  local count = 0
  local function changed()
    count = count + 1
    local mine = count
    local function is_old()
      return mine ~= count
    end
    vim.defer_fn(function()
      if is_old() then
        return
      end
      plugin.run(function()
        changed_since[coroutine.running()] = is_old
        look(buffer)
      end)
    end, PAUSE)
  end
  vim.api.nvim_create_autocmd({ "TextChanged", "TextChangedI", "TextChangedP" }, { buffer = buffer,
    callback = changed })
  changed()
end

return problems
