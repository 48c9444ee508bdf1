-- SPDX-License-Identifier: MIT
--- Missing parts of a send stop it, with --yes too, unless --force names them.

local checks = require "klaviyo.cli.checks"
local failure = require "klaviyo.cli.terminal.failure"
local suggest = require "klaviyo.model.suggest"
local text = require "klaviyo.cli.terminal.text"

local missing = {}

local CODES = checks.names "missing"

---The value of a bare --force.
missing.ALL = "all"

---Adds the option --force to a command.
---@param command table
---@param purpose string
function missing.define(command, purpose)
  command:option("--force", ("%s: %s. Without names, on a terminal only: all of it."):format(purpose,
    table.concat(CODES, ", "))):argname "NAMES"
end

---The codes that --force names. A bare --force needs a terminal: a script must say what it accepts.
---@param ctx klaviyo.cli.context
---@return table<string, boolean>
function missing.forced(ctx)
  local forced, value = {}, ctx.args.force
  if value == missing.ALL then
    if not ctx.term.in_tty or ctx.args.yes then
      failure.raise { code = "usage", message = "--force without names needs a terminal, and a question without --yes",
        hint = "name what may be missing: --force=" .. table.concat(CODES, ",") }
    end
    for _, code in ipairs(CODES) do
      forced[code] = true
    end
    return forced
  end
  for code in (value or ""):gmatch "[^,%s]+" do
    if not suggest.contains(CODES, code) then
      failure.raise { code = "usage", message = ("--force names %s, found %s%s"):format(suggest.list(CODES),
        suggest.show(code), suggest.phrase(code, CODES)) }
    end
    forced[code] = true
  end
  return forced
end

---Ends the command if something is missing that --force does not name.
---@param findings klaviyo.cli.finding[]
---@param forced table<string, boolean>
---@param nothing string  "nothing was sent"
---@param remedy string   "complete the file"
---@param shown boolean   the findings were written already
function missing.refuse(findings, forced, nothing, remedy, shown)
  local left = checks.blocking(findings, forced)
  if #left == 0 then
    return
  end
  local details, codes, named = {}, {}, {}
  for i, finding in ipairs(left) do
    details[i] = ("%s: %s"):format(finding.about, finding.text)
    if not named[finding.code] then
      named[finding.code] = true
      codes[#codes + 1] = finding.code
    end
  end
  failure.raise { code = "incomplete", details = not shown and details or nil,
    message = ("%s; %s."):format(text.count(#left, "thing is missing", "things are missing"), nothing),
    hint = ("%s, or accept it with --force=%s"):format(remedy, table.concat(codes, ",")) }
end

return missing
