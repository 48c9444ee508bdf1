-- SPDX-License-Identifier: MIT
--- klaviyo completion: the scripts in the shells that there are.

local cli = require "spec.support.cli"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("klaviyo completion #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
    user:write("klaviyo", ('#!/bin/sh\ncd %s && exec %s "$@"\n'):format(process.root(), user:command ""))
    os.execute("chmod +x " .. user:path "klaviyo")
    assert(kl.campaigns:create(support.sale "Summer Sale"))
    assert(kl.campaigns:create(support.sale "It's 50 %: \"now\" or so"))
    user:write("a file.lua", "")
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  it("prints a script for each shell", function()
    for shell, sign in pairs { bash = "complete %-F _klaviyo klaviyo", zsh = "#compdef klaviyo",
      fish = "complete %-c klaviyo" } do
      local result = user:run("completion " .. shell)
      assert.equal(0, result.code)
      assert.matches(sign, result.out)
    end
    assert.equal(2, user:run("completion tcsh").code)
  end)

  -- Runs a shell with the command on its path, in the user's directory.
  local function shell(line)
    return process.run(("cd %s && PATH=%s:$PATH %s 2>&1"):format(user.directory, user.directory, line), 60)
  end

  -- On an interactive shell, the line as it is after a tab, given back as words.
  local function completed(line)
    local script = ([[. ./complete.bash
      printf() { for word; do echo "<$word>"; done; }
      line=$1; set -- ; COMP_WORDBREAKS=$' \t\n"'"'"'@><=;|&(:'
      COMP_LINE=$line; COMP_POINT=${#line}; COMP_WORDS=("$PWD/klaviyo" %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _klaviyo && echo "${COMPREPLY[*]}"]]):format(process.quote(line:match "%S*$"))
    user:write("run.bash", script)
    return (shell("bash run.bash " .. process.quote(line)):gsub("\n$", ""))
  end

  it("completes in bash: commands, options, their words, campaigns, zones and files", function()
    user:write("complete.bash", user:run("completion bash").out)
    for line, words in pairs {
      ["klaviyo sche"] = "schedule", ["klaviyo --json sho"] = "show", ["klaviyo list --arch"] = "--archived",
      ["klaviyo schedule x --strategy th"] = "throttled", ["klaviyo list --status=SENT"] = "SENT",
      ["klaviyo -p def"] = "default", ["klaviyo show Summ"] = "Summer\\ Sale",
      ['klaviyo show "Summ'] = "Summer Sale", ["klaviyo show It"] = "It\\'s\\ 50\\ %:\\ \\\"now\\\"\\ or\\ so",
      ["klaviyo list --timezone Europe/Berl"] = "Europe/Berlin", ["klaviyo plan a"] = "a file.lua",
      ["klaviyo nothing x"] = "",
    } do
      assert.equal(words, completed(line), line)
    end
  end)

  -- Types lines that end with a tab at the prompt of a shell, and waits for what each becomes.
  local function at_prompt(command, lines)
    local log = user:path "typescript"
    os.remove(log)
    local pipe = assert(io.popen(("timeout 60 script -qefc %s %s >/dev/null 2>&1"):format(process.quote(
      "stty cols 200; cd " .. user.directory .. "; PATH=" .. user.directory .. ":$PATH " .. command), log),
      "w"))
    pipe:setvbuf "no"
    local from = 1
    local function wait(text)
      process.wait_for(text, function()
        local _, stop = process.read(log):find(text, from, true)
        from = stop or from
        return stop
      end, 30)
    end
    wait "ready> "
    for _, line in ipairs(lines) do
      pipe:write("\21", line[1], "\t")
      wait(line[2])
    end
    pipe:write "\21exit\n"
    pipe:close()
  end

  it("completes at the prompt of bash", function()
    user:write("complete.bash", user:run("completion bash").out)
    user:write("rc", "PS1='ready> '; . ./complete.bash\n")
    at_prompt("bash --noprofile --rcfile rc -i", { { 'klaviyo show "It', 'It\'s 50 %: \\"now\\" or so"' },
      { 'klaviyo schedule "It', 'It\'s 50 %: \\"now\\" or so"' }, { "klaviyo schedule a", "a\\ file.lua" },
      { "klaviyo show Summ", "Summer\\ Sale " }, { "klaviyo plan a", "a\\ file.lua " },
      { "klaviyo list --status=SENT", "--status=SENT " } })
  end)

  it("completes in fish", function()
    if not process.find "fish" then
      pending "fish is not installed"
      return
    end
    user:write("complete.fish", user:run("completion fish").out)
    for line, words in pairs {
      ["klaviyo resch"] = "reschedule", ["klaviyo show Summ"] = "Summer Sale",
      ['klaviyo show "It'] = "It's 50 %: \"now\" or so",
      ["klaviyo show Summer\\ S"] = "Summer Sale", ["klaviyo plan a"] = "a file.lua",
      ["klaviyo list --status=SENT"] = "--status=SENT",
    } do
      local out = shell("fish -N -c " .. process.quote("source complete.fish; complete -C " .. process.quote(line)))
      assert.equal(words, (out:gsub("\t[^\n]*", ""):gsub("\n$", "")), line)
    end
    assert.equal("", process.run(("cd %s && PATH=/usr/bin:/bin fish -N -c %s 2>&1"):format(user.directory,
      process.quote "source complete.fish; complete -C 'klaviyo show S'")))
  end)

  it("completes in zsh", function()
    if not process.find "zsh" then
      pending "zsh is not installed"
      return
    end
    user:write("_klaviyo", user:run("completion zsh").out)
    user:write(".zshrc", "fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; unsetopt zle_bracketed_paste\n"
      .. "PS1='ready> '\n")
    at_prompt("ZDOTDIR=. zsh -i", { { "klaviyo show Summ", "Summer\\ Sale" },
      { 'klaviyo show "It', 'It\'s 50 %: \\"now\\" or so"' }, { "klaviyo resch", "reschedule" },
      { "klaviyo plan a", "\\ file.lua" } })
  end)
end)
