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
---@param options? { arguments: string? }
---@return string output
---@return integer code
function neovim.run(script, options)
  local directory = process.directory()
  process.write(directory .. "/script.lua", PRELUDE .. script)
  local output, code = process.run(("nvim --headless -u NONE -i NONE -n %s -c 'luafile %s/script.lua'"):format(
    options and options.arguments or "", directory), 30)
  process.remove(directory)
  return output, code
end

return neovim
