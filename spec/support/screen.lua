-- SPDX-License-Identifier: MIT
--- What the command's terminal is, for specs of modules that write to one: keeps the lines.

local terminal = require "klaviyo.cli.terminal"

local screen = {}

---A terminal that keeps what is written.
---@param columns? integer  nil: output goes to a pipe
---@return klaviyo.cli.terminal term
---@return string[] lines
function screen.new(columns)
  local term, lines = terminal.new { color = "never", env = function(name)
    return name == "LANG" and "C.UTF-8" or nil
  end }, {}
  term.out_tty = columns ~= nil
  function term:columns() -- luacheck: no self
    return columns or 80
  end
  function term:line(...) -- luacheck: no self
    lines[#lines + 1] = table.concat({ ... })
  end
  return term, lines
end

return screen
