-- SPDX-License-Identifier: MIT
--- Headless Neovim for specs.

local process = require "spec.support.process"

local neovim = {}

---@return boolean
function neovim.available()
  return process.find "nvim" ~= nil
end

local PRELUDE = [[
  klaviyo = require "klaviyo"
  function say(...) io.stdout:write(table.concat({ ... }, " "), "\n") end
  function until_true(what, condition)
    if not vim.wait(5000, condition, 5) then
      say("did not come: " .. what)
      vim.cmd "cquit"
    end
  end
]]

---Runs a script in Neovim, which the script itself has to end.
---@param script string  sees klaviyo, say(...), until_true(what, condition)
---@param options? { arguments: string?, home: string? }  home: with the configuration and the plugins below it
---@return string output
---@return integer code
function neovim.run(script, options)
  local directory = process.directory()
  process.write(directory .. "/script.lua", PRELUDE .. script)
  options = options or {}
  local configuration = options.home and ("XDG_CONFIG_HOME=%s/config XDG_DATA_HOME=%s/data nvim --headless"):format(
    options.home, options.home) or "nvim --headless -u NONE"
  local output, code = process.run(("%s -i NONE -n %s -c 'luafile %s/script.lua'"):format(configuration,
    options.arguments or "", directory), 30)
  process.remove(directory)
  return output, code
end

return neovim
