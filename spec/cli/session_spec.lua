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
      if #commands == 0 then
        return
      end
      local user = cli.new()
      user.env.KLAVIYO_SANDBOX = "1" -- as the session exports it
      process.run("mkdir " .. user:path "bin")
      -- The modules are found from the root of the repository; files of the session are where the session is.
      user:write("bin/klaviyo", table.concat({ "#!/bin/sh", "cd " .. process.quote(process.root()),
        'for a; do shift; [ -e "$OLDPWD/$a" ] && a=$OLDPWD/$a; set -- "$@" "$a"; done',
        "exec " .. user:command '"$@"' }, "\n"))
      process.run("chmod +x " .. user:path "bin/klaviyo")
      local script = { "set -e", "PATH=" .. user:path "bin" .. ":$PATH", "cd " .. user.directory, "set -v" }
      for _, command in ipairs(commands) do
        script[#script + 1] = command
      end
      local out, code = process.run("sh " .. user:write("session.sh", table.concat(script, "\n")), 60)
      user:run "sandbox stop"
      user:close()
      assert.equal(0, code, out)
    end)
  end)
end
