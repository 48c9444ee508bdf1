-- SPDX-License-Identifier: MIT
--- Warnings that the user has silenced by the names of their checks: with --allow, or `allow` in the profile.

local checks = require "klaviyo.cli.checks"
local failure = require "klaviyo.cli.terminal.failure"
local suggest = require "klaviyo.model.suggest"

local allow = {}

local NAMES = checks.names "odd"

---Adds the option --allow to a command.
---@param command table
function allow.define(command)
  command:option("--allow", ("Do not warn of this: %s. Always: allow = in the profile."):format(
    table.concat(NAMES, ", "))):argname "NAMES"
end

local function refuse(where, name, code)
  if suggest.contains(checks.names "missing", name) then
    failure.raise { code = code, message = ("%s: %s is no warning: what is missing stops a send"):format(where, name),
      hint = ("--force=%s accepts it, for one send"):format(name) }
  end
  failure.raise { code = code, message = ("%s names %s, found %s%s"):format(where, suggest.list(NAMES),
    suggest.show(name), suggest.phrase(name, NAMES)) }
end

local function read(set, value, where, code)
  for name in (value or ""):gmatch "[^,%s]+" do
    if not suggest.contains(NAMES, name) then
      refuse(where, name, code)
    end
    set[name] = true
  end
end

---The names that --allow and the profile silence. One that is none ends the command.
---@param ctx klaviyo.cli.context
---@return table<string, boolean>
function allow.of(ctx)
  local set = {}
  read(set, ctx.args.allow, "--allow", "usage")
  if not ctx.sandbox then
    read(set, ctx:account().allow, "allow of profile " .. ctx:account().name, "input")
  end
  return set
end

---How to silence a warning.
---@param finding klaviyo.cli.finding
---@return string|nil  nil for what is no warning
function allow.remedy(finding)
  return finding.kind == "odd" and finding.code and "--allow " .. finding.code or nil
end

---The findings that are not silenced.
---@param findings klaviyo.cli.finding[]
---@param set table<string, boolean>
---@return klaviyo.cli.finding[] kept
---@return string[] silenced  the names of those that were, each once
function allow.apply(findings, set)
  local kept, silenced, seen = {}, {}, {}
  for _, finding in ipairs(findings) do
    local name = finding.kind == "odd" and set[finding.code] and finding.code
    if not name then
      kept[#kept + 1] = finding
    elseif not seen[name] then
      seen[name], silenced[#silenced + 1] = true, name
    end
  end
  return kept, silenced
end

return allow
