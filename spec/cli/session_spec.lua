-- SPDX-License-Identifier: MIT
-- The shell sessions of the documentation run as they are printed, against --sandbox.

local cli = require "spec.support.cli"
local process = require "spec.support.process"

-- The commands of the ```console blocks of a file: a line with "$ ", and what belongs to it up to the next.
local function sessions(path)
  local commands = {}
  for block in process.read(path):gmatch "```console\n(.-)```" do
    for line in block:gmatch "[^\n]*\n" do
      if line:find "^%$ " then
        commands[#commands + 1] = line:sub(3)
      elseif #commands > 0 then
        commands[#commands] = commands[#commands] .. line
      end
    end
  end
  return commands
end

for _, path in ipairs { "doc/command.md", "doc/files.md", "README.md" } do
  describe("the session of " .. path .. " #process", function()
    local commands = sessions(path)

    it("runs as printed", function()
      assert.is_true(#commands > 0)
      local user = cli.new()
      user.env.KLAVIYO_SANDBOX = "1" -- as the session exports it
      local script = "set -ev\n" .. table.concat(commands)
      local out, code = user:shell("exec sh " .. process.quote(user:write("session.sh", script)))
      user:run "sandbox stop"
      user:close()
      assert.equal(0, code, out)
    end)
  end)
end
