-- SPDX-License-Identifier: MIT
--- The commands and the parser of the command line.

local argparse = require "argparse"
local failure = require "klaviyo.cli.terminal.failure"
local values = require "klaviyo.cli.values"

local commands = {}

local unpack = table.unpack or rawget(_G, "unpack")

---@class klaviyo.cli.command_group
---@field title string
---@field [integer] string  names of commands

---The commands by what they are for, in the order of the help. A command exists by its name here and its module.
---@type klaviyo.cli.command_group[]
commands.groups = {
  { title = "Look", "list", "show", "open", "preview", "calendar", "watch", "report", "export" },
  { title = "Write", "create", "edit", "clone", "archive" },
  { title = "Files", "plan", "apply" },
  { title = "Send", "schedule", "reschedule", "recheck" },
  { title = "Stop", "cancel", "revert" },
  { title = "Names", "lists", "segments", "templates", "tags" },
  { title = "Account", "limits", "doctor", "request" },
  { title = "Sandbox", "sandbox" },
  { title = "Help", "help", "init", "completion" },
}

---The names of the commands, in the order of the help.
---@type string[]
commands.names = {}
for _, group in ipairs(commands.groups) do
  for _, name in ipairs(group) do
    commands.names[#commands.names + 1] = name
  end
end

local function exits()
  local lines = { "Exit codes:" }
  for _, exit in ipairs(failure.exits) do
    lines[#lines + 1] = ("  %3d  %s"):format(exit[1], exit[3])
  end
  lines[#lines + 1] = "\nklaviyo help explains commands and further topics."
  return table.concat(lines, "\n")
end

---@class klaviyo.cli.command
---@field summary string
---@field examples? string[]          command lines without the program's name
---@field fields? klaviyo.cli.shape   of a record of the result: then --fields can choose from them
---@field define fun(command: table)  adds the arguments and options to the parser's command
---@field run fun(ctx: klaviyo.cli.context, args: table): integer|nil  returns the exit code; nil means 0

-- Modules that are not called as their command is: init.lua is this file.
local MODULES = { init = "init_folder" }

---The name of a command's module, in this folder.
---@param name string
---@return string
function commands.module_name(name)
  return MODULES[name] or name
end

---Loads a command.
---@param name string
---@return klaviyo.cli.command
function commands.module(name)
  return require("klaviyo.cli.commands." .. commands.module_name(name))
end

-- Adds the lines of an example. One that is too long goes on behind a backslash, so that it can still be copied; it is
-- broken in front of an option, or not at all.
local function add_example(lines, example, width)
  local line = "  klaviyo " .. example
  while #line > width do
    local at
    for place in line:gmatch "() %-%-?%l" do
      at = place > 4 and place <= width - 1 and place or at
    end
    if not at then
      break
    end
    lines[#lines + 1] = line:sub(1, at) .. "\\"
    line = "    " .. line:sub(at + 1)
  end
  lines[#lines + 1] = line
end

---The examples of a command, in lines that can be copied.
---@param module klaviyo.cli.command
---@param width integer
---@return string[]
function commands.example_lines(module, width)
  local lines = {}
  for _, example in ipairs(module.examples or {}) do
    add_example(lines, example, width)
  end
  return lines
end

-- The text below the options in the help of a command.
local function epilog(module, width)
  local lines = commands.example_lines(module, width)
  table.insert(lines, 1, lines[1] and "Examples:" or nil)
  lines[#lines + 1] = (lines[1] and "\n" or "") .. "For global options and exit codes: klaviyo --help"
  return table.concat(lines, "\n")
end

-- `-n, --name TEXT` on one line; argparse would give each name of an option a line of its own.
local function label_lines(option)
  local words = { table.concat(option._public_aliases, ", ") }
  for _, argument in ipairs(option:_get_argument_list()) do
    words[#words + 1] = argument
  end
  return { table.concat(words, " ") }
end

local function label_options(parser)
  for _, option in ipairs(parser._options) do
    option._get_label_lines = label_lines
  end
end

---Builds the parser.
---@param names? string[]   commands to define; default: all
---@param width? integer    columns of the help, default 100
---@return table
function commands.parser(names, width)
  width = width or 100
  local parser = argparse("klaviyo", "Klaviyo campaigns from a shell.", exits())
  parser:help_max_width(width):usage_max_width(width)
  parser:command_target "command"
  parser:option("-p --profile", "Account to use, a profile of the config file (KLAVIYO_PROFILE)."):argname "NAME"
  parser:flag("--sandbox", "Use a local sandbox instead of an account (KLAVIYO_SANDBOX=1).")
  parser:flag("--json", "Print the result as JSON.")
  parser:option("--fields", "Fields to show, as --json or as a table: id,name,messages.status."):argname "NAMES"
  parser:option("--color", "When to use colours: auto, always or never."):choices { "auto", "always", "never" }
  parser:option("--revision", "Revision of the API, such as 2026-07-15.pre."):argname "DATE"
  parser:option("--call-timeout", "Time limit of one call, with all its attempts.")
    :convert(values.seconds "--call-timeout"):argname "SECONDS"
  parser:flag("-v --verbose", "Report each request and response on standard error.")
  parser:flag("--version", "Print the version."):action(function()
    io.stdout:write("klaviyo ", require "klaviyo.version", "\n")
    os.exit(0)
  end)
  label_options(parser)
  local defined = {}
  for _, name in ipairs(names or commands.names) do
    local module = commands.module(name)
    local command = parser:command(name, module.summary)
    module.define(command)
    command:epilog(epilog(module, width))
    label_options(command)
    defined[name] = command
  end
  for _, group in ipairs(names and {} or commands.groups) do
    local members = {}
    for i, name in ipairs(group) do
      members[i] = defined[name]
    end
    parser:group(group.title, unpack(members))
  end
  return parser
end

return commands
