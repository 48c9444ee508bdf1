-- SPDX-License-Identifier: MIT
--- Runs a command of the user's at an event. What it is about goes into its environment and never into the command
--- line: names come from the service, and may hold what a shell would execute.

local interrupt = require "klaviyo.cli.terminal.interrupt"
local native = require "klaviyo.terminal"
local text = require "klaviyo.cli.terminal.text"

local hook = {}

---The variables that a command of `klaviyo watch --exec` may read.
hook.NAMES = { "KLAVIYO_EVENT", "KLAVIYO_CAMPAIGN", "KLAVIYO_CAMPAIGN_ID", "KLAVIYO_MESSAGE", "KLAVIYO_MESSAGE_ID",
  "KLAVIYO_CHANNEL", "KLAVIYO_STATUS", "KLAVIYO_BEFORE", "KLAVIYO_EXIT" }

---Runs a command in the shell, with the terminal of this one, and waits for it. An exit code other than 0 is a note.
---A signal ends both. With --json the output of the command goes to standard error, since every line of standard output
---is JSON.
---@param ctx klaviyo.cli.context
---@param command string  as the user wrote it
---@param variables table<string, string|nil>  by the names above; the others are not set
function hook.run(ctx, command, variables)
  for _, name in ipairs(hook.NAMES) do
    local value = variables[name]
    native.set_environment(name, type(value) == "string" and value or nil)
  end
  ctx.term:unshow()
  ctx.term:flush()
  local status, message = native.shell(command, ctx.args.json == true)
  for _, name in ipairs(hook.NAMES) do
    native.set_environment(name, nil)
  end
  interrupt.inherit(status or 0)
  if status ~= 0 then
    ctx.term:note(("The command of --exec %s (%s %s)."):format(status and ("ended with code %d"):format(status)
      or "was not started: " .. text.clean(message), variables.KLAVIYO_EVENT or "",
      text.clean(variables.KLAVIYO_STATUS or "")))
  end
end

return hook
