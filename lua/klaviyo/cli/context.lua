-- SPDX-License-Identifier: MIT
--- The context of a command: its arguments, terminal, client and clock, and what it has done so far, which is reported
--- if it is interrupted.

local core = require "klaviyo.core"
local failure = require "klaviyo.cli.terminal.failure"
local fleet = require "klaviyo.cli.fleet"
local fields = require "klaviyo.cli.fields"
local sandbox_server = require "klaviyo.cli.sandbox_server"
local json = require "klaviyo.model.json"
local klaviyo = require "klaviyo"
local limits_seen = require "klaviyo.cli.limits_seen"
local local_time = require "klaviyo.cli.local_time"
local options_of_library = require "klaviyo.model.options"
local pretty = require "klaviyo.cli.terminal.pretty"
local profiles = require "klaviyo.cli.profile"
local progress = require "klaviyo.cli.terminal.progress"
local prompt = require "klaviyo.cli.terminal.prompt"
local revisions = require "klaviyo.model.revisions"
local suggest = require "klaviyo.model.suggest"
local terminal = require "klaviyo.cli.terminal"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"
local write_log = require "klaviyo.cli.write_log"

---@class klaviyo.cli.context
---@field args table                     the arguments, as argparse gives them
---@field term klaviyo.cli.terminal
---@field progress klaviyo.cli.progress
---@field profile klaviyo.cli.profile
---@field sandbox boolean
---@field log klaviyo.cli.write_log
---@field fields? string[]               the names of --fields
local context = {}
context.__index = context

-- Words for yes and no in environment variables; an empty one is not set.
local SWITCH = { [""] = false, ["0"] = false, no = false, ["false"] = false, off = false, ["1"] = true, yes = true,
  ["true"] = true, on = true }

local function switch(name, value)
  local on = SWITCH[(value or ""):lower()]
  if on == nil then
    failure.raise { code = "usage", message = ("%s is 1 or 0 (yes or no, true or false, on or off), found %s"):format(
      name, suggest.show(value)) }
  end
  return on
end

---@param args table
---@param argv string[]  the interpreter's `arg`
---@return klaviyo.cli.context
function context.new(args, argv)
  local self = setmetatable({ args = args, argv = argv, log = write_log.new(), sandbox = false }, context)
  self.term = terminal.new { color = args.color }
  self.progress = progress.new(self.term)
  return self
end

---Chooses the account: the sandbox, or a profile. A choice of both ends the command.
function context:choose_account()
  local args, variable = self.args, switch("KLAVIYO_SANDBOX", os.getenv "KLAVIYO_SANDBOX")
  if args.profile and (args.sandbox or variable) then
    local hint = ("for the profile: KLAVIYO_SANDBOX=0 klaviyo --profile %s %s"):format(args.profile, args.command)
    failure.raise { code = "usage", hint = args.sandbox and "give one of them" or hint,
      message = ("%s and --profile %s name two accounts"):format(args.sandbox and "--sandbox" or "KLAVIYO_SANDBOX",
        args.profile) }
  end
  self.sandbox = args.sandbox or variable or false
  self.profile_name = args.profile or os.getenv "KLAVIYO_PROFILE"
  if self.profile_name == "" then
    self.profile_name = nil
  end
end

---Ends the command if an option is given whose result has no fields to choose from.
---@param option string
function context:refuse_fields(option)
  if self.fields then
    failure.raise { code = "usage", message = ("%s and --fields exclude each other"):format(option) }
  end
end

---The profile in use.
---@return klaviyo.cli.profile
function context:account()
  if not self.profile then
    local warning
    self.profile, self.config, warning = profiles.load(self.profile_name)
    if warning and not self.args.json then -- failures are the only JSON on standard error
      self.term:note(self.term:err_style("odd", "warning: "), text.clean(warning))
    end
  end
  return self.profile
end

---The name of the account in lock files.
---@return string
function context:account_name()
  return self.sandbox and "sandbox" or self.profile_name or "default"
end

---The account for people, in front of questions: `SANDBOX`, or the profile and the origin.
---@return string
function context:account_title()
  if self.sandbox then
    return "SANDBOX"
  end
  return ("profile %s, %s"):format(self:account().name, self:client().options.base_url)
end

---The account for scripts.
---@return { sandbox: boolean, profile: string|nil, origin: string }
function context:account_as_json()
  return { sandbox = self.sandbox, profile = not self.sandbox and self:account().name or nil,
    origin = self:client().options.base_url }
end

-- The account is looked up when a question is asked, and not where nobody is asked.
local function account_of(self)
  return function()
    return self:account_title()
  end
end

---Asks a question to answer with yes or no, with the account in front of it.
---@param options { question: string, nothing: string }
function context:agree(options)
  options.yes, options.account = self.args.yes, account_of(self)
  prompt.agree(self.term, options)
end

---Has the user type a name, with the account in front of the question.
---@param options { name: string, action: string, nothing: string }
function context:typed(options)
  options.yes, options.account = self.args.yes, account_of(self)
  prompt.typed(self.term, options)
end

---Where the service of the profile is, without making a client.
---@return string
function context:base_url()
  local variable = os.getenv "KLAVIYO_BASE_URL"
  if self:account().base_url or variable and variable ~= "" then
    return self:account().base_url or variable
  end
  return options_of_library.check({}, options_of_library.client, "klaviyo.client", 1).base_url
end

---The key of the account.
---@return string|nil key
---@return string|nil message
function context:key()
  if self:account().key_command then
    self.progress:begin "Waiting for key_command"
  end
  local key, message = profiles.key(self:account(), self.profile_name ~= nil, function()
    self.progress:tick()
  end)
  self.progress:finish()
  return key, message
end

local function observer(self)
  return function(event)
    self.log:observe(event)
    fleet.observe(self, event)
    if event.type == "attempt" then
      self.progress:hold(nil)
    elseif event.type == "wait" then
      self.progress:hold("waiting for the account's rate limit", event.delay)
    elseif event.type == "retry" then
      self.progress:hold(event.kind == "rate_limited" and "the service asked to wait" or "trying again", event.delay)
    end
    if event.verdict == "looking" and event.remaining >= 1 then
      self.term:note(("The response was lost. Looking for what the service did, for up to %.0f s."):format(
        event.remaining))
    end
    if event.remaining then
      self.progress:hold("looking for what the service did", event.remaining)
    end
    if self.args.verbose then
      local parts = { event.type, event.method and write_log.call(event) or "", event.status or "", event.kind or "",
        event.dialect or "", event.verdict or "", event.state or "", event.why or "",
        event.delay and ("%.1f s"):format(event.delay) or "" }
      self.term:note(self.term:err_style("dim", (table.concat(parts, " "):gsub("%s+", " "))))
    end
  end
end

local CHECKSUMS = 16777213 -- the largest prime number of 24 bits

-- Which key it is, in too few bits to say anything about it.
local function checksum(key)
  local sum = 0
  for i = 1, #key do
    sum = (sum * 257 + key:byte(i)) % CHECKSUMS
  end
  return sum
end

local function options_of(self)
  local args = self.args
  if self.sandbox then
    self.server = sandbox_server.start(self.argv)
    self.checksum = checksum(sandbox_server.KEY)
    return { base_url = self.server.url, api_key = sandbox_server.KEY }
  end
  local chosen = self:account()
  local key, message = self:key()
  if not key then
    local hint = ("set KLAVIYO_API_KEY, or describe a profile in %s; without an account: klaviyo --sandbox %s"):format(
      self.config, tostring(args.command))
    failure.raise { code = "credentials", message = message:gsub("^%l", string.upper) .. ".",
      hint = not profiles.source(chosen, self.profile_name ~= nil) and hint or nil }
  end
  self.checksum = checksum(key)
  return { api_key = key, base_url = chosen.base_url, ca_file = chosen.ca_file, proxy = chosen.proxy,
    revision = chosen.revision, dialect = chosen.dialect }
end

---The revision that the client is made with: of --revision, the profile, KLAVIYO_REVISION, or the default.
---@return string
function context:revision()
  return self.args.revision or not self.sandbox and self:account().revision or revisions.chosen()
end

---The client of the account, created on first use.
---@return klaviyo.client
function context:client()
  if self.kl then
    return self.kl
  end
  local options = options_of(self)
  options.revision = self.args.revision or options.revision -- KLAVIYO_REVISION is for the client to read
  options.timeout = self.args.call_timeout
  options.user_agent = "klaviyo-cli"
  options.on_event = observer(self)
  options.limits = fleet.limits(self)
  local ok, made = pcall(klaviyo.client, options)
  if not ok then
    failure.raise { code = "input", message = tostring(made):gsub("^.-:%d+: ", ""):gsub("^klaviyo.client: ", "") }
  end
  self.kl = made
  made._dispatch.transport.on_submit = function(id)
    self.log:submitted(id)
  end
  if self.sandbox then
    made.now = function()
      return self:now()
    end
  end
  fleet.take_lease(self, made)
  return made
end

---A number of 24 bits that tells the key from another one, which the same profile may have later.
---@return integer
function context:credential_checksum()
  self:client()
  return self.checksum
end

---The beginning of a command line for the same account, for a hint.
---@return string
function context:program()
  return "klaviyo" .. (self.args.sandbox and " --sandbox" or self.args.profile and " --profile " .. self.args.profile
    or "")
end

---Reads the sandbox's clock again on the next use: it may have been moved.
function context:forget_clock()
  self.clock = nil
end

---The current time: of the sandbox's clock; of the service's once a response has said it; until then of the machine's.
---@return number epoch
function context:now()
  if not self.sandbox then
    return self.kl and self.kl:now() or os.time()
  end
  if not self.clock then
    local server = self.server or sandbox_server.start(self.argv)
    local clock = failure.check(sandbox_server.control(server.url, "GET", "clock"))
    self.clock = { at = time.parse(clock.now), rate = clock.rate or 1, read = core.now() }
  end
  return self.clock.at + (core.now() - self.clock.read) * self.clock.rate
end

---The zone to show times in: --timezone, the profile's, or the machine's.
---@param name? string
---@return klaviyo.cli.zone
function context:zone(name)
  local option = name or self.args.timezone
  local setting = not option and not self.sandbox and self:account().timezone or nil
  if not option and not setting then
    return local_time.machine()
  end
  local found, message = local_time.zone(option or setting)
  if not found then
    failure.raise { code = "input", message = ("%s %s"):format(option and "--timezone"
      or ("timezone of profile %s"):format(self:account().name), message) }
  end
  return found
end

---Records something that was done.
---@param sentence string
function context:did(sentence)
  self.log:did(sentence)
end

---Writes a result as JSON.
---@param value any
function context:json(value)
  self.term:line(pretty.json(value))
end

---Whether the result is asked for as data: with --json, or as the fields of --fields.
---@return boolean
function context:wants_data()
  return self.args.json or self.fields ~= nil
end

---Writes a result as data: as JSON, or a table where there is only --fields. The fields are those of the record, of
---each record of a list, or of each record of the list that is inside.
---@param result table
---@param inside? string  where the result has its records
function context:data(result, inside)
  local records = inside and result[inside] or result
  if not self.args.json then
    return fields.write(self.term, json.is_array(records) and records or { records }, self.fields)
  elseif self.fields and inside then
    result[inside] = fields.pick(records, self.fields)
  elseif self.fields then
    result = fields.pick(records, self.fields)
  end
  self:json(result)
end

---Writes a response: as JSON with its numbers as they came; nothing, or null with --json, if it is empty.
---@param body string|nil
function context:json_text(body)
  if (body or "") == "" then
    return self.args.json and self:json(json.null)
  end
  local document, err = core.document(body)
  if not document then
    failure.raise { code = "unreachable", message = ("The response is not JSON: %s"):format(err.message) }
  end
  document:close()
  self.term:line(pretty.text(body))
end

---Closes the client and restores the terminal.
function context:close()
  self.progress:finish()
  self.term:restore()
  if self.kl then
    limits_seen.keep(self)
    fleet.release(self)
    self.kl:close()
  end
end

return context
