-- SPDX-License-Identifier: MIT
--- klaviyo completion: what a shell needs to complete commands and options.

local arguments = require "klaviyo.cli.arguments"

local completion = { summary = "Print the completion script of a shell." }

function completion.define(command)
  command:argument("shell", "bash, zsh or fish."):choices { "bash", "zsh", "fish" }
  command:epilog [[
bash: klaviyo completion bash > ~/.local/share/bash-completion/completions/klaviyo
zsh:  klaviyo completion zsh > "${fpath[1]}/_klaviyo"
fish: klaviyo completion fish > ~/.config/fish/completions/klaviyo.fish]]
end

function completion.run(ctx, args)
  local parser = arguments.parser()
  ctx.term:write(parser["get_" .. args.shell .. "_complete"](parser))
end

return completion
