-- SPDX-License-Identifier: MIT
--- Shared by the parts of the plugin: the client, running calls that wait, and the campaign under the cursor.

local M = {}

local settings = { client = {}, interval = 3 }
local client, keyless

---@param given? { client: table?, interval: number?, context: table?, now: fun(): number? }
---   client: options of klaviyo.client; interval: seconds between two reads of :KlaviyoWatch;
---   context: the values of variables in :KlaviyoPreview;
---   now: the current time, seconds since the epoch (that of a sandbox may differ)
function M.setup(given)
  settings = vim.tbl_deep_extend("force", settings, given or {})
  keyless = nil
  if client then
    client:close()
    client = nil
    require("klaviyo_nvim.names").forget()
  end
end

---@return table settings
function M.settings()
  return settings
end

---The client of the account; made on first use.
---@return klaviyo.client
function M.client()
  if not client then
    client = require("klaviyo").client(settings.client)
    client.now = settings.now -- nil: its own, the service's
  end
  return client
end

---A client for what asks nothing of the service: the account's, or without a key one that could not send anything.
---@return klaviyo.client
function M.checker()
  local made, kl = pcall(M.client)
  if not made then
    keyless = keyless or require("klaviyo").client { api_key = "none", base_url = "http://127.0.0.1:9",
      revision = settings.client.revision }
  end
  return made and kl or keyless
end

---The current time of the account.
---@return number
function M.now()
  return M.client():now()
end

-- Errors of the library and of its command's modules are sentences, some with details and a hint.
local function sentence(err)
  local text = tostring(err)
  local lines = { vim.env.KLAVIYO_TRACE and text or (text:gsub("^[^\n]-%.lua:%d+: ", "")) }
  if type(err) == "table" then
    vim.list_extend(lines, err.details or {})
    if err.hint then
      table.insert(lines, err.hint)
    end
  end
  return table.concat(lines, "\n")
end

---@param text string
---@param level? integer  vim.log.levels
function M.notify(text, level)
  vim.notify("klaviyo: " .. text, level or vim.log.levels.INFO)
end

---What the command's modules write a plan to.
---@param lines string[]  to which it is added
---@return table
function M.writer(lines)
  return {
    glyphs = { arrow = "->", warn = "!" },
    style = function(_, _, text)
      return text
    end,
    line = function(_, ...)
      table.insert(lines, table.concat { ... })
    end,
  }
end

---What the command's modules report to.
---@param kl klaviyo.client
---@return table
function M.context(kl)
  local function nothing() end
  return { client = function()
    return kl
  end, now = M.now, did = nothing, term = {}, log = { begin = nothing },
    progress = { begin = nothing, set = nothing, finish = nothing } }
end

---Runs a function in which calls may wait; the editor is not blocked. Errors are shown.
---@param fn fun()
function M.run(fn)
  require("klaviyo").run(function()
    local ok, err = xpcall(fn, function(err)
      return type(err) == "string" and vim.env.KLAVIYO_TRACE and debug.traceback(err) or err
    end)
    if not ok then
      M.notify(sentence(err), vim.log.levels.ERROR)
    end
  end)
end

---Returns a result, or raises its error, which ends the function that M.run runs.
function M.check(value, err)
  if value == nil then
    error(err, 0)
  end
  return value
end

---Waits in M.run for a callback.
---@param start fun(done: fun(...))
---@return any ...  what `done` was called with
function M.await(start)
  local thread, results = coroutine.running(), nil
  start(function(...)
    results = { n = select("#", ...), ... }
    if coroutine.status(thread) == "suspended" then
      coroutine.resume(thread)
    end
  end)
  while not results do
    coroutine.yield()
  end
  return unpack(results, 1, results.n)
end

---The id of the campaign that this buffer is, or that the cursor is on in a list.
---@return string|nil
function M.here()
  local buffer = vim.api.nvim_get_current_buf()
  local id = vim.b[buffer].klaviyo_campaign
  if id then
    return id
  end
  local ids = vim.b[buffer].klaviyo_ids
  return ids and ids[tostring(vim.api.nvim_win_get_cursor(0)[1])]
end

---The same; without one, shows what to do.
---@return string|nil
function M.need_here()
  local id = M.here()
  if not id then
    M.notify("there is no campaign here: open one from :KlaviyoCampaigns", vim.log.levels.WARN)
  end
  return id
end

return M
