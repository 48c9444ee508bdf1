-- SPDX-License-Identifier: MIT
-- The behaviour spec, unchanged, inside the hosts that own a loop: Neovim and nginx. They are LuaJIT, and so is this.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

-- Both hosts print TAP.
local function assert_all_passed(text)
  local count = tonumber(text:match "\n1%.%.(%d+)%s*$")
  assert.is_not_nil(count, "no result:\n" .. text)
  assert.is_nil(text:find "\nnot ok" or text:find "^not ok", text)
  assert.is_true(count >= 40, "only " .. count .. " facts")
end

if rawget(_G, "jit") then
  describe("the behaviour spec #process", function()
    if process.find "nvim" then
      it("holds in Neovim", function()
        assert_all_passed(process.run("nvim --headless -u NONE -i NONE -n -c 'luafile spec/support/in_neovim.lua'"))
      end)
    else
      pending "holds in Neovim (nvim is not installed)"
    end

    if nginx.available() then
      it("holds in nginx", function()
        local server = nginx.start { server = [[
          location / {
            content_by_lua_block { require("spec.support.mini").run(ngx.var.arg_file, ngx.say) }
          }
        ]] }
        finally(function()
          server:stop()
        end)
        assert_all_passed((server:get("/?file=" .. process.root() .. "/spec/client/behaviour_spec.lua")))
        assert.is_nil(server:log():find("%[error%]"), server:log())
      end)
    else
      pending "holds in nginx (nginx with its Lua module is not installed)"
    end
  end)
end
