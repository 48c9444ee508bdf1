-- SPDX-License-Identifier: MIT
--- klaviyo completion: prints a script that completes command lines in a shell. The script asks this program for the
--- words that fit (`klaviyo __complete`): those of the definitions, of the account and of this machine.

local completion = { summary = "Print the completion script of a shell.", examples = {
  "completion bash > ~/.local/share/bash-completion/completions/klaviyo",
  'completion zsh > "${fpath[1]}/_klaviyo"',
  "completion fish > ~/.config/fish/completions/klaviyo.fish",
} }

function completion.define(command)
  command:argument("SHELL", "bash, zsh or fish."):target "shell":choices { "bash", "zsh", "fish" }
end

local SCRIPTS = {}

-- compopt is missing from the bash of macOS, 3.2.
SCRIPTS.bash = [==[
_klaviyo() {
    local IFS=$'\n' words word
    words=$("${COMP_WORDS[0]}" __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null </dev/null)
    COMPREPLY=()
    case "$words" in
        :files*)
            COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
            words="${words#:files}"
            words="${words#$'\n'}"
            if [ -z "$words" ]; then
                type compopt >/dev/null 2>&1 && compopt -o filenames 2>/dev/null
                return 0
            fi
            # the words are quoted, and with -o filenames bash would quote them once more
            [ ${#COMPREPLY[@]} -eq 0 ] || COMPREPLY=($(printf '%q\n' "${COMPREPLY[@]}"))
            ;;
    esac
    while read -r word; do
        [ -n "$word" ] && COMPREPLY+=("$word")
    done <<<"$words"
    return 0
}

complete -F _klaviyo klaviyo
]==]

SCRIPTS.zsh = [==[
#compdef klaviyo

_klaviyo() {
    local line
    local -a lines found shown
    lines=("${(@f)$("${words[1]}" __complete zsh "${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
    for line in "${lines[@]}"; do
        if [[ "$line" == ":files" ]]; then
            _files
        elif [[ -n "$line" ]]; then
            found+=("${line%%$'\t'*}")
            shown+=("${line/$'\t'/  -- }")
        fi
    done
    (( ${#found} )) && compadd -l -d shown -a found
}

if [[ "$funcstack[1]" == "_klaviyo" ]]; then
    _klaviyo "$@"
else
    compdef _klaviyo klaviyo
fi
]==]

SCRIPTS.fish = [==[
function __klaviyo_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l current (string unescape -- "$typed" 2>/dev/null; or echo "$typed")
    command -q $before[1]; or return
    for line in ($before[1] __complete fish $before[2..-1] "$current" 2>/dev/null </dev/null)
        if test "$line" = ":files"
            __fish_complete_path "$typed"
        else
            printf '%s\n' $line
        end
    end
end

complete -c klaviyo -f -a '(__klaviyo_complete)'
]==]

function completion.run(ctx, args)
  ctx.term:write(SCRIPTS[args.shell])
end

return completion
