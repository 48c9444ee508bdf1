-- SPDX-License-Identifier: MIT
--- :checkhealth klaviyo

local health = vim.health or require "health"
local start, ok = health.start or health.report_start, health.ok or health.report_ok
local warn, bad = health.warn or health.report_warn, health.error or health.report_error

local function check_editor()
  if vim.fn.has "nvim-0.7" == 1 then
    ok("Neovim " .. tostring(vim.fn.matchstr(vim.fn.execute "version", [[v[0-9.]\+]])))
  else
    bad "Neovim 0.7 or later is needed"
  end
end

local function check_module()
  local found, klaviyo = pcall(require, "klaviyo")
  local built, core = pcall(require, "klaviyo.core")
  if found and built then
    ok(("lua-klaviyo %s, %s"):format(klaviyo.version, core.curl_version()))
    return klaviyo
  end
  bad("lua-klaviyo cannot be loaded: " .. tostring(not found and klaviyo or core):match "[^\n]*",
    { "luarocks --lua-version 5.1 install lua-klaviyo", "or, in its source tree: make install LUA=jit" })
end

-- The plugin reads and writes campaigns as the command's files do.
local function check_command()
  for _, name in ipairs { "klaviyo.cli.plan.campaign_file", "klaviyo.terminal" } do
    local found, problem = pcall(require, name)
    if not found then
      bad("the klaviyo command's modules cannot be loaded: " .. tostring(problem):match "[^\n]*",
        { "luarocks --lua-version 5.1 install lua-klaviyo-cli", "or, in its source tree: make install LUA=jit" })
      return false
    end
  end
  return true
end

local function check_account(plugin)
  local made, kl = pcall(plugin.client)
  if not made then
    bad(tostring(kl):gsub("^.-:%d+: ", ""), { "set KLAVIYO_API_KEY before Neovim starts" })
    return
  end
  ok("a key is set; it is not shown")
  local answer, err
  kl:request({ path = "/api/campaigns", query = { ["page[size]"] = 1 }, timeout = 5 }, function(response, problem)
    answer, err = response, problem
  end)
  vim.wait(6000, function()
    return answer ~= nil or err ~= nil
  end, 10)
  if answer then
    ok(("%s answered in %d ms"):format(kl.options.base_url, math.floor(answer.elapsed * 1000 + 0.5)))
  elseif err and (err.kind == "unauthorized" or err.kind == "forbidden") then
    bad(tostring(err), { "the key needs the scopes campaigns:read and campaigns:write" })
  else
    warn(tostring(err or "no answer within 6 s"))
  end
end

return {
  check = function()
    start "klaviyo"
    check_editor()
    if check_module() and check_command() then
      check_account(require "klaviyo_nvim")
    end
  end,
}
