-- SPDX-License-Identifier: MIT
--- klaviyo completion.

local cli = require "spec.support.cli"
local process = require "spec.support.process"

describe("klaviyo completion #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
  end)

  it("completes in three shells", function()
    for shell, sign in pairs { bash = "complete %-F", zsh = "#compdef klaviyo", fish = "complete %-c klaviyo" } do
      local result = user:run("completion " .. shell)
      assert.equal(0, result.code)
      assert.matches(sign, result.out)
      assert.matches("schedule", result.out)
    end
  end)

  it("completes in bash: commands, options, their words, and profiles", function()
    user:write("complete.bash", user:run("completion bash").out .. [[
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      $(complete -p klaviyo | sed 's/.*-F \([^ ]*\).*/\1/') && echo "${COMPREPLY[@]}"
    ]])
    for line, words in pairs {
      ["klaviyo sche"] = "schedule", ["klaviyo --json sho"] = "show", ["klaviyo list --arch"] = "--archived",
      ["klaviyo schedule x --strategy th"] = "throttled", ["klaviyo list --status SE"] = "SENDING SENT",
      ["klaviyo sandbox st"] = "status stop", ["klaviyo request P"] = "POST PUT PATCH",
      ["klaviyo -p def"] = "default",
    } do
      local out = process.run(("KLAVIYO_CONFIG=%s bash %s %s"):format(user:path "config", user:path "complete.bash",
        line))
      assert.equal(words .. "\n", out, line)
    end
  end)
end)
