-- SPDX-License-Identifier: MIT
-- The plugin with a sandbox in the same process: no account, nothing is sent. From a source tree:
--
--   make LUA=jit && nvim -u examples/neovim/demo.lua
--
-- In the sandbox a minute passes every tenth of a second, so that :KlaviyoWatch has something to show.

local here = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h")
local tree = vim.fn.fnamemodify(here, ":h:h")

-- Modules of a source tree take precedence over installed ones.
if vim.fn.isdirectory(tree .. "/lua/klaviyo") == 1 then
  package.path = ("%s/lua/?.lua;%s/lua/?/init.lua;%s"):format(tree, tree, package.path)
  package.cpath = ("%s/jit/?.so;%s"):format(vim.env.BUILD or tree .. "/build", package.cpath)
end
vim.opt.runtimepath:prepend(here)
vim.opt.signcolumn, vim.opt.shortmess = "yes", vim.o.shortmess .. "I"
vim.cmd "highlight SignColumn ctermbg=NONE guibg=NONE"

local klaviyo = require "klaviyo"
local sandbox = assert(require("klaviyo.sandbox").start { port = 0, clock = 600 })

-- What an account has: names to complete, and what :KlaviyoReport counts as a conversion.
sandbox:list { id = "VIP_LIST", name = "VIP customers", size = 1200 }
sandbox:segment { id = "LAPSED", name = "Lapsed 90 days", size = 300 }
sandbox:template { id = "SUMMER", name = "Summer", html = "<h1>Hi {{ person.first_name|default:'there' }}</h1>",
  text = "Hi {{ person.first_name|default:'there' }}" }
sandbox:metric { id = "PLACED", name = "Placed Order" }

local function now()
  return (require("klaviyo.model.time").parse(sandbox:now()))
end

require("klaviyo_nvim").setup {
  client = { base_url = sandbox.url, api_key = "pk_sandbox", limits = false }, now = now, interval = 0.5,
}

local function sale(name, subject)
  local made = klaviyo.campaign(name):timezone "America/New_York"
  made:audience("VIP", { included = { "VIP_LIST" } })
    :email { name = name .. " email", subject = subject, from_email = "hello@example.com", from_label = "Example" }
    :sms { name = name .. " SMS", body = subject }
  return made
end

klaviyo.run(function()
  local kl = require("klaviyo_nvim").client()
  assert(kl.campaigns:create(sale("Back to school", "New term, new bag")))
  local campaign = assert(kl.campaigns:create(sale("Spring Sale", "Spring is here")))
  assert(campaign:schedule { at = now() + 7200 })
  assert(kl.campaigns:create(sale("Summer Sale", "It starts now")))
  vim.cmd "KlaviyoCampaigns"
end)
