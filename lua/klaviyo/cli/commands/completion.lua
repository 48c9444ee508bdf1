-- SPDX-License-Identifier: MIT
--- klaviyo completion: prints a script that completes commands and options in a shell.

local commands = require "klaviyo.cli.commands"
local values = require "klaviyo.cli.values"

local completion = { summary = "Print the completion script of a shell.", examples = {
  "completion bash > ~/.local/share/bash-completion/completions/klaviyo",
  'completion zsh > "${fpath[1]}/_klaviyo"',
  "completion fish > ~/.config/fish/completions/klaviyo.fish",
} }

function completion.define(command)
  command:argument("SHELL", "bash, zsh or fish."):target "shell":choices { "bash", "zsh", "fish" }
end

-- Makes the words that a converter accepts choices, which argparse completes.
local function add_choices(elements)
  for _, element in ipairs(elements) do
    element._choices = element._choices or values.words[element._convert]
  end
end

-- Completions that argparse leaves out: the choices of a command's first argument and, in bash, the profiles of the
-- config file.
local MORE = [[

_klaviyo_more() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" words=""
    local config="${KLAVIYO_CONFIG:-${XDG_CONFIG_HOME:-$HOME/.config}/klaviyo/config}"
    _klaviyo
    case "$prev" in
        -p|--profile)
            words="$(sed -n 's/^ *\[ *\([^] ]*\) *\].*/\1/p' "$config" 2>/dev/null)"
            COMPREPLY=($(compgen -W "$words" -- "$cur"))
            return 0
            ;;
%s
    esac
    if [ -n "$words" ] && [ "${#COMPREPLY[@]}" -eq 0 ]; then
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    fi
}

complete -F _klaviyo_more -o bashdefault -o default klaviyo
]]

local MORE_CASE = '        %s) words="%s" ;;'
local MORE_FISH = "complete -c klaviyo -n '__fish_klaviyo_using_command %s' -xa '%s'"

-- A line for each command whose first argument has choices.
local function lines_of(parser, form)
  local lines = {}
  for _, command in ipairs(parser._commands) do
    local first = command._arguments[1]
    if first and first._choices then
      lines[#lines + 1] = form:format(command._name, table.concat(first._choices, " "))
    end
  end
  return table.concat(lines, "\n")
end

local EXTRA = {}

function EXTRA.bash(parser)
  return MORE:format(lines_of(parser, MORE_CASE))
end

function EXTRA.fish(parser)
  return lines_of(parser, MORE_FISH) .. "\n"
end

function EXTRA.zsh()
  return ""
end

function completion.run(ctx, args)
  local parser = commands.parser()
  for _, command in ipairs(parser._commands) do
    add_choices(command._options)
    add_choices(command._arguments)
  end
  ctx.term:write(parser["get_" .. args.shell .. "_complete"](parser), EXTRA[args.shell](parser))
end

return completion
