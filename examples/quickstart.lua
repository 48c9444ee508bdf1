-- A campaign over four channels, from nothing to sent.
--
--   make demo                                   against a sandbox in this process: no account, nothing is sent
--   lua examples/quickstart.lua --live          against your account (KLAVIYO_API_KEY): creates, reads, and stops
--   lua examples/quickstart.lua --live --send   ... and schedules for real
--
-- With --live, KLAVIYO_LIST names the list or segment to send to, and KLAVIYO_WHATSAPP_TEMPLATE one of your templates
-- (without it the WhatsApp message has no template).

local klaviyo = require "klaviyo"

local live, send = false, false
for _, option in ipairs(arg) do
  live = live or option == "--live"
  send = send or option == "--send"
end

local function check(value, err)
  if not value then
    io.stderr:write("quickstart: ", tostring(err), "\n")
    os.exit(1)
  end
  return value
end

local function heading(text)
  print("\n" .. text)
  print(("-"):rep(#text))
end

-- The account ---------------------------------------------------------------------------------------------------

local sandbox
if not live then
  sandbox = check(require("klaviyo.sandbox").start { port = 0 })
elseif (os.getenv "KLAVIYO_API_KEY" or "") == "" then
  check(nil, "--live needs your private API key in the environment variable KLAVIYO_API_KEY")
end
local list, template = "LIST_ID", "WHATSAPP_TEMPLATE"
if live then
  list = check(os.getenv "KLAVIYO_LIST", "--live needs a list or segment id in KLAVIYO_LIST")
  template = os.getenv "KLAVIYO_WHATSAPP_TEMPLATE"
end

local kl = klaviyo.client {
  base_url = sandbox and sandbox.url,
  api_key = sandbox and "pk_sandbox",
}

-- The campaign ---------------------------------------------------------------------------------------------------

local sale = klaviyo.campaign "Summer Sale 2026"
  :description "Multi-channel summer promotion"
  :timezone "America/New_York"

sale:audience("VIP", { included = { list } })
  :email {
    name = "Summer email blast", subject = "Summer Sale starts now", preview_text = "Up to 40 % off",
    from_email = "hello@example.com", from_label = "Example Brand",
  }
  :sms { name = "Summer SMS", body = "The sale is on" }
  :whatsapp { name = "Summer WhatsApp", template_id = template }

sale:audience("Everyone", { included = { live and list or "NEWSLETTER" }, excluded = live and {} or { list } })
  :push { name = "Summer push", title = "Summer Sale", body = "It starts now" }
  :email {
    name = "Last call", subject = "The sale ends tonight",
    from_email = "hello@example.com", from_label = "Example Brand",
  }

local campaign, unread = kl.campaigns:create(sale) -- one atomic POST
check(campaign, unread)

-- Reading it back ---------------------------------------------------------------------------------------------------

local function content(variation)
  local details = variation.details
  local text = details.subject or details.title or details.body or details.template_id
  return ("%s: %s"):format(variation.channel, type(text) == "string" and text or "no template yet")
end

local function print_tree()
  print(("%s  (%s)"):format(campaign.name, campaign.id))
  for _, audience in ipairs(campaign.audiences) do
    print(("|- %s  to %s"):format(audience.name, table.concat(audience.included, ", ")))
    for _, message in ipairs(audience.messages) do
      for _, variation in ipairs(message.variations) do
        print(("|  |- %-20s %-10s %s"):format(message.name, message.status, content(variation)))
      end
    end
  end
end

heading "Created, and read back with everything in it"
check(campaign:tree())
print_tree()

heading "Changed: only the changed fields go out"
local blast = campaign.audiences[1].messages[1]
blast.variations[1].details.subject = "Summer Sale: it starts today"
campaign.name = "Summer Sale 2026 - Updated"
check(blast.variations[1]:save())
check(campaign:save())
print_tree()

if live and not send then
  heading "Stopped before scheduling; --send would go on"
  return
end

-- The schedule ---------------------------------------------------------------------------------------------------

local tomorrow = os.date("!%Y-%m-%d", os.time() + 86400)
local messages = {}
for _, message in ipairs(campaign.messages) do
  messages[message.name] = message
end
local email, sms, whatsapp = messages["Summer email blast"], messages["Summer SMS"], messages["Summer WhatsApp"]
local push, last_call = messages["Summer push"], messages["Last call"]

heading "Scheduled"
check(email:schedule { at = tomorrow .. "T14:00:00Z", strategy = "static" })
check(sms:schedule { at = tomorrow .. "T10:00:00", timezone = "America/New_York", strategy = "local_timezone" })
check(push:schedule { at = tomorrow .. "T14:00:00Z", strategy = "throttled", percentage = 25 })
check(whatsapp:schedule { at = tomorrow .. "T18:00:00Z" })
check(last_call:schedule { at = tomorrow .. "T20:00:00Z" })
check(whatsapp:cancel())
check(last_call:revert())
for _, message in ipairs(campaign.messages) do
  local plan = message.scheduling
  print(("%-20s %-10s %s"):format(message.name, message.status,
    type(plan) == "table" and plan.strategy .. ", " .. plan.send_time or ""))
end

-- Following it ---------------------------------------------------------------------------------------------------

local function is_terminal()
  return (os.execute "test -t 1") == 0 or (os.execute "test -t 1") == true
end

local terminal = is_terminal()
local sent_at = {}

-- The progress of a message: the sandbox counts recipients; the service reports only the status.
local function share(message)
  if not sandbox then
    return message.status == "SENT" and 1 or 0
  end
  local progress = sandbox:message(message.id)
  return progress.recipients > 0 and progress.sent / progress.recipients or 0
end

local function bar(message)
  local done = math.floor(share(message) * 20 + 0.5)
  return ("%-20s [%s%s] %3d %% %-9s"):format(message.name, ("#"):rep(done), ("."):rep(20 - done),
    math.floor(share(message) * 100 + 0.5), message.status)
end

local following = { email, sms, push }
local shown = {}

local function show(now)
  if terminal then
    io.write(next(shown) and ("\27[%dA"):format(#following) or "")
  end
  for _, message in ipairs(following) do
    local line = bar(message)
    if terminal then
      io.write("\27[2K", line, "  ", now, "\n")
    elseif shown[message] ~= line then
      print(now .. "  " .. line)
    end
    shown[message] = line
  end
  io.flush()
end

heading "Followed until it is sent"
local open = #following
while open > 0 do
  if sandbox then
    sandbox:advance "1h"
  else
    kl.loop.sleep(30)
  end
  local now = sandbox and sandbox:now() or os.date "!%Y-%m-%dT%H:%M:%SZ"
  open = 0
  check(campaign:messages {}) -- one call for all of them
  for _, message in ipairs(following) do
    if message.status ~= "SENT" then
      open = open + 1
    elseif not sent_at[message] then
      sent_at[message] = now
    end
  end
  show(now:sub(1, 16))
end

-- Again next year ---------------------------------------------------------------------------------------------------

heading "Cloned, and the clone archived"
local clone = check(campaign:clone())
print(("%s: %d messages, all %s"):format(clone.name, #clone.messages, clone.messages[1].status))
check(clone:archive())
check(clone:refresh())
print("archived: " .. tostring(clone.archived))

heading "What was sent when"
print(("%-20s %-9s %-10s %s"):format("message", "channel", "status", "sent by"))
check(campaign:messages {})
for _, message in ipairs(campaign.messages) do
  print(("%-20s %-9s %-10s %s"):format(message.name, message.variations[1].channel, message.status,
    sent_at[message] and sent_at[message]:sub(1, 16) or "-"))
end

kl:close()
if sandbox then
  sandbox:stop()
end
