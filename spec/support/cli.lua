-- SPDX-License-Identifier: MIT
--- The real `klaviyo` command as a process: without a terminal, and on one (script, of bsdutils).

local process = require "spec.support.process"

local cli = {}
cli.__index = cli

local quote = process.quote
local SECONDS = 30 -- no command of a spec takes longer
local SHORT_WAITS = "@" .. process.root() .. "/spec/support/short_waits.lua"

---@class support.cli
---@field directory string  for its files: config, state, campaigns
---@field env table<string, string>

---A user of the command: with a directory of their own, and an account in a sandbox if one is given. The command waits
---less than it would for rate limits and jobs, and as long as it would with `LUA_INIT = ""` in `env`.
---@param sandbox? table  of klaviyo.sandbox
---@return support.cli
function cli.new(sandbox)
  local self = setmetatable({ directory = process.directory() }, cli)
  self.env = { HOME = self.directory, KLAVIYO_CONFIG = self.directory .. "/config", LANG = "C.UTF-8", TZ = "UTC",
    KLAVIYO_STATE = self.directory .. "/state", XDG_CACHE_HOME = "", KLAVIYO_API_KEY = "",
    KLAVIYO_SANDBOX = "", KLAVIYO_PROFILE = "", KLAVIYO_REVISION = "", NO_COLOR = "",
    TERM = "xterm-256color", COLUMNS = "", LUA_INIT = SHORT_WAITS }
  if sandbox then
    self:write("config", ('[default]\nbase_url = "%s"\nkey_env = KEY\n'):format(sandbox.url))
    self.env.KEY = "pk_spec_secret"
  end
  return self
end

---A sandbox, a client of it, and a user of the command with an account there and a campaign file, sale.lua.
---@return table sandbox
---@return klaviyo.client kl
---@return support.cli user
function cli.start()
  local sandbox, kl = require("spec.support.sandbox").start()
  local user = cli.new(sandbox)
  user:write("sale.lua", cli.SALE)
  return sandbox, kl, user
end

---Ends what start began.
---@param sandbox table
---@param kl klaviyo.client
---@param user support.cli
function cli.stop(sandbox, kl, user)
  user:close()
  kl:close()
  sandbox:stop()
end

---Creates a campaign of two audiences and three messages, drafts all of them.
---@param kl klaviyo.client
---@return klaviyo.campaign
function cli.summer_sale(kl)
  local sale = require("klaviyo").campaign "Summer Sale":timezone "America/New_York"
  sale:audience("VIP", { included = { "LIST_1" } })
    :email { name = "Blast", subject = "It starts", from_email = "a@example.com", from_label = "A",
             template_id = "T" }
    :sms { name = "Text", body = "It starts" }
  sale:audience("Everyone", { included = { "LIST_1", "LIST_2" } }):push { name = "Push", title = "T", body = "B" }
  return assert(kl.campaigns:create(sale))
end

---The statuses of a campaign's messages, by name.
---@param kl klaviyo.client
---@param campaign klaviyo.campaign
---@return table<string, string>
function cli.statuses(kl, campaign)
  local list = {}
  for _, message in ipairs(assert(kl.campaigns:tree(campaign.id)).messages) do
    list[message.name] = message.status
  end
  return list
end

---Has the command take a sandbox for the one of --sandbox.
---@param sandbox table
function cli:own_sandbox(sandbox)
  os.execute("mkdir -p " .. quote(self:path "state/sandbox"))
  self:write("state/sandbox/server.json", ('{ "url": %q, "pid": 0 }'):format(sandbox.url))
end

---A file in the directory.
---@param name string
---@return string path
function cli:path(name)
  return self.directory .. "/" .. name
end

---@param name string
---@param text string
---@return string path
function cli:write(name, text)
  process.write(self:path(name), text)
  return self:path(name)
end

---@param name string
---@return string
function cli:read(name)
  return process.read(self:path(name))
end

---The command line that runs klaviyo with these arguments.
---@param arguments string  for sh
---@param env? table<string, string>
---@return string           for sh
function cli:command(arguments, env)
  local words = { "env" }
  for name, value in pairs(self.env) do
    words[#words + 1] = quote(name .. "=" .. (env and env[name] or value))
  end
  for name, value in pairs(env or {}) do
    words[#words + 1] = self.env[name] == nil and quote(name .. "=" .. value) or nil
  end
  words[#words + 1] = os.getenv "KLAVIYO_LUA" or "lua5.4"
  words[#words + 1] = "lua/klaviyo/cli/main.lua"
  return table.concat(words, " ") .. " " .. arguments
end

---Runs the command without a terminal.
---@param arguments string  for sh
---@param options? { env: table<string, string>?, input: string?, sink: string? }  sink: where its output goes,
---                "| head -n 1"; then the exit code is the sink's
---@return { code: integer, out: string, err: string }
function cli:run(arguments, options)
  options = options or {}
  local input = options.input and self:write("input", options.input) or "/dev/null"
  local _, code = process.run(("%s <%s 2>%s %s >%s"):format(self:command(arguments, options.env), quote(input),
    quote(self:path "err"), options.sink or "", quote(self:path "out")), SECONDS)
  return { code = code, out = self:read "out", err = self:read "err" }
end

---Runs the command and reads what it prints as JSON.
---@param arguments string
---@param options? table  as for run
---@return any value
---@return table result
function cli:json(arguments, options)
  local result = self:run(arguments .. " --json", options)
  local document = require("klaviyo.core").document(result.out)
  return document and document:decode(0), result
end

---Runs a script of the shell in the directory, with `klaviyo` as a program that is found anywhere.
---@param script string
---@param options? { env: string?, seconds: integer? }  env: assignments in front of the shell, for sh
---@return string output  of both kinds
---@return integer code
function cli:shell(script, options)
  options = options or {}
  if not self.is_installed then
    self.is_installed = true
    self:install()
  end
  return process.run(("cd %s && env PATH=%s:\"$PATH\" %s sh -c %s </dev/null"):format(quote(self.directory),
    quote(self:path "bin"), options.env or "", quote(script)), options.seconds or 60)
end

-- Makes bin/klaviyo, which runs this tree's program wherever it is called. A caller's KLAVIYO_SANDBOX goes before ours.
function cli:install()
  local root = process.root()
  for _, name in ipairs { "LUA_PATH", "LUA_CPATH" } do
    self.env[name] = (os.getenv(name) or ""):gsub("%f[^;%z]([^;/][^;]*)", root .. "/%1")
  end
  local program = self:command '"$@"':gsub("lua/klaviyo/cli/main.lua", root .. "/%0")
    :gsub("'KLAVIYO_SANDBOX='", 'KLAVIYO_SANDBOX="$KLAVIYO_SANDBOX"')
  os.execute("mkdir -p " .. quote(self:path "bin"))
  self:write("bin/klaviyo", "#!/bin/sh\nexec " .. program .. "\n")
  os.execute("chmod +x " .. quote(self:path "bin/klaviyo"))
end

-- On a terminal -------------------------------------------------------------------------------------------------------

---@class support.cli.screen
local screen = {}
screen.__index = screen

---Starts the command on a terminal, of 100 columns and 40 rows if nothing is said.
---@param arguments string
---@param options? { env: table<string, string>?, columns: integer?, rows: integer? }
---@return support.cli.screen
function cli:terminal(arguments, options)
  self.screens = (self.screens or 0) + 1
  local log, code = self:path("screen" .. self.screens), self:path("code" .. self.screens)
  options = options or {}
  local inner = ("stty cols %d rows %d; %s"):format(options.columns or 100, options.rows or 40,
    self:command(arguments, options.env))
  local outer = ("timeout %d script -qefc %s %s >/dev/null 2>&1; echo $? >%s"):format(SECONDS, quote(inner),
    quote(log), quote(code))
  local pipe = assert(io.popen(outer, "w"))
  pipe:setvbuf "no"
  return setmetatable({ pipe = pipe, log = log, code = code, from = 1 }, screen)
end

---Waits until the terminal shows a text, behind what was waited for before.
---@param text string
---@return support.cli.screen
function screen:wait(text)
  process.wait_for(("%q on the terminal, which shows: %s"):format(text, process.read(self.log)), function()
    local _, stop = process.read(self.log):find(text, self.from, true)
    self.from = stop and stop + 1 or self.from
    return stop
  end, SECONDS)
  return self
end

---Types.
---@param keys string
---@return support.cli.screen
function screen:type(keys)
  self.pipe:write(keys)
  return self
end

---Waits until the command has ended.
---@return { code: integer, text: string }  what the terminal showed
function screen:finish()
  self.pipe:close()
  local text = process.read(self.log):gsub("^Script started[^\n]*\n", ""):gsub("\nScript done[^\n]*\n$", "")
  return { code = tonumber(process.read(self.code)), text = text }
end

---Ends all that belongs to this user.
function cli:close()
  process.remove(self.directory)
end

---A campaign file.
cli.SALE = [[
local sale = campaign "Summer Sale"
  :description "All channels"
  :timezone "America/New_York"
sale:audience("VIP", { included = { "LIST_1" } })
  :email { name = "Blast", subject = "It starts now", preview_text = "Up to 40 % off", template_id = "TEMPLATE",
           from_email = "hello@example.com", from_label = "Example" }
  :sms { name = "Text", body = "The sale is on" }
sale:audience("Everyone", { included = { "LIST_2" }, excluded = { "LIST_1" } })
  :push { name = "Push", title = "Summer Sale", body = "It starts now" }
return sale
]]

return cli
