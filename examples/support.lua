-- Shared by the examples: the client, a campaign to work on, and how to stop with an error message.
--
-- With KLAVIYO_BASE_URL (and KLAVIYO_API_KEY) an example uses that sandbox; with --live your account
-- (KLAVIYO_API_KEY; KLAVIYO_LIST names the list to send to); with neither, its own sandbox.

local klaviyo = require "klaviyo"

local support = {}

---@param name string  an option of the command line: "--send"
---@return boolean
function support.has(name)
  for _, option in ipairs(arg) do
    if option == name then
      return true
    end
  end
  return false
end

support.live = support.has "--live"

---@return string|nil  the first argument that is no option
function support.argument()
  for _, word in ipairs(arg) do
    if word:sub(1, 1) ~= "-" then
      return word
    end
  end
end

---Stops the program if something failed.
function support.check(value, err)
  if not value then
    io.stderr:write((arg[0] or "example"):match "[^/]*$", ": ", tostring(err), "\n")
    os.exit(1)
  end
  return value
end

---Makes a client, and starts a sandbox for it if it needs one.
---@param options? table  for klaviyo.client
---@return klaviyo.client kl
---@return table|nil sandbox
function support.start(options)
  local given = {}
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  if support.live or os.getenv "KLAVIYO_BASE_URL" then
    support.check(os.getenv "KLAVIYO_API_KEY", "KLAVIYO_API_KEY holds no private API key")
    return klaviyo.client(given)
  end
  local sandbox = support.check(require("klaviyo.sandbox").start { port = 0 })
  given.base_url, given.api_key = sandbox.url, "pk_sandbox"
  return klaviyo.client(given), sandbox
end

---@return string  the list or segment to send to
function support.list()
  if support.live then
    return support.check(os.getenv "KLAVIYO_LIST", "--live needs a list or segment id in KLAVIYO_LIST")
  end
  return os.getenv "KLAVIYO_LIST" or "NEWSLETTER"
end

---A time some days from now, UTC.
---@param days integer
---@param clock string  "14:00:00"
---@return string
function support.in_days(days, clock)
  return os.date("!%Y-%m-%d", os.time() + days * 86400) .. "T" .. clock .. "Z"
end

---A small campaign to work on: two audiences, an e-mail and a text message.
---@param kl klaviyo.client
---@param name string
---@return klaviyo.campaign
function support.campaign(kl, name)
  local draft = klaviyo.campaign(name):timezone "America/New_York"
  draft:audience("VIP", { included = { support.list() } })
    :email { name = "Email", subject = "It starts today", from_email = "hello@example.com", from_label = "Example" }
  draft:audience("Everyone", { included = { support.list() } })
    :sms { name = "Text", body = "It starts today" }
  return support.check(kl.campaigns:create(draft))
end

---Closes the client and stops the sandbox.
function support.finish(kl, sandbox)
  kl:close()
  if sandbox then
    sandbox:stop()
  end
end

return support
