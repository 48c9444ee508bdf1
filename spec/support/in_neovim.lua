-- SPDX-License-Identifier: MIT
-- Runs the behaviour spec in Neovim, prints TAP, and quits.
local ok, failed = xpcall(function()
  return require("spec.support.mini").run("spec/client/behaviour_spec.lua", function(line)
    io.stdout:write(line, "\n")
  end)
end, debug.traceback)
if not ok then
  io.stdout:write(failed, "\n")
end
rawget(_G, "vim").cmd(ok and failed == 0 and "qall!" or "cquit")
