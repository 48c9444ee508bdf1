-- SPDX-License-Identifier: MIT
-- lua doc/man.lua: the man page of the klaviyo command, from the definitions that the command itself reads.

local checks = require "klaviyo.cli.checks"
local commands = require "klaviyo.cli.commands"
local environment = require "klaviyo.cli.environment"
local failure = require "klaviyo.cli.terminal.failure"
local version = require "klaviyo.version"

local man = {}

local function escape(text)
  return (text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("^([.'])", "\\&%1"))
end

local function placeholder(option)
  local maximum = option._maxargs or 0
  if maximum == 0 then
    return ""
  end
  local name = option._argname
  name = type(name) == "table" and name[1] or name or option._aliases[#option._aliases]:gsub("^%-+", "")
  return " \\fI" .. escape((tostring(name):upper():gsub("^<(.*)>$", "%1"))) .. "\\fR"
end

local function describe(lines, item, head)
  lines[#lines + 1] = ".TP"
  lines[#lines + 1] = head
  local default = item._default ~= nil and type(item._default) ~= "table" and item._description
    and not item._description:find("default", 1, true) and (" Default: %s."):format(tostring(item._default)) or ""
  lines[#lines + 1] = escape((item._description or "") .. default)
end

local function option_head(option)
  local names = {}
  for i, alias in ipairs(option._aliases) do
    names[i] = "\\fB" .. escape(alias) .. "\\fR"
  end
  return table.concat(names, ", ") .. placeholder(option)
end

local function list_items(lines, parser)
  for _, argument in ipairs(parser._arguments) do
    describe(lines, argument, "\\fI" .. escape(argument._name:upper()) .. "\\fR")
  end
  for _, option in ipairs(parser._options) do
    if option._description and option._name ~= "--help" and option._name ~= "-h" then
      describe(lines, option, option_head(option))
    end
  end
end

-- Characters that a page shows as typographical ones, which nobody could copy.
local PLAIN = { ["'"] = "\\(aq", ["`"] = "\\(ga", ["~"] = "\\(ti", ["^"] = "\\(ha" }

-- The examples of the commands as they are written. They are text: a macro such as .B would take their quotes away.
local function add_examples(lines)
  for _, name in ipairs(commands.names) do
    lines[#lines + 1] = ".PP"
    lines[#lines + 1] = ".nf"
    for _, line in ipairs(commands.example_lines(commands.module(name), 76)) do
      lines[#lines + 1] = escape(line):gsub(".", PLAIN)
    end
    lines[#lines + 1] = ".fi"
  end
end

local function add_rows(lines, rows)
  for _, row in ipairs(rows) do
    describe(lines, { _description = row[2] }, ".B " .. escape(tostring(row[1])))
  end
end

---The page, in man(7).
---@return string
function man.page()
  local lines = {
    ".\\\" Written by doc/man.lua; `make man` renews it.",
    ('.TH KLAVIYO 1 "" "lua\\-klaviyo %s"'):format(version),
    ".SH NAME", "klaviyo \\- Klaviyo campaigns from a shell",
    ".SH SYNOPSIS", ".B klaviyo", "[\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIARGUMENT\\fR]...",
    ".SH OPTIONS",
  }
  local parser = commands.parser()
  list_items(lines, parser)
  lines[#lines + 1] = ".SH COMMANDS"
  for _, command in ipairs(parser._commands) do
    lines[#lines + 1] = ".SS klaviyo " .. escape(command._name)
    lines[#lines + 1] = escape(command._description or "")
    list_items(lines, command)
  end
  lines[#lines + 1] = ".SH CHECKS"
  lines[#lines + 1] = escape("What the pre-flight of schedule, and create --dry-run, look for. What is missing stops "
    .. "a send unless --force names it; a warning is silenced by --allow, or by allow in the profile.")
  for _, check in ipairs(checks.list) do
    lines[#lines + 1] = ".TP"
    lines[#lines + 1] = "\\fB" .. escape(check.name) .. "\\fR"
    lines[#lines + 1] = escape(("%s: %s."):format(check.kind == "odd" and "Warning" or "Missing", check.text))
  end
  lines[#lines + 1] = ".SH EXAMPLES"
  add_examples(lines)
  lines[#lines + 1] = ".SH FILES"
  add_rows(lines, environment.files)
  lines[#lines + 1] = ".SH ENVIRONMENT"
  add_rows(lines, environment.variables)
  add_rows(lines, environment.others)
  lines[#lines + 1] = ".SH EXIT STATUS"
  for _, exit in ipairs(failure.exits) do
    describe(lines, { _description = exit[3] }, ".B " .. exit[1])
  end
  lines[#lines + 1] = ".SH SEE ALSO"
  lines[#lines + 1] = "klaviyo help explains further topics: fields of campaign files, times, and more."
  lines[#lines + 1] = ".SH NOTES"
  lines[#lines + 1] = "An unofficial program: neither made nor endorsed by Klaviyo."
  return table.concat(lines, "\n") .. "\n"
end

if arg and arg[0] and arg[0]:find "man%.lua$" then
  io.write(man.page())
end

return man
