-- SPDX-License-Identifier: MIT
--- :KlaviyoWatch: the messages of a campaign in a window and in the sign column, as their status changes.

local facts = require "klaviyo.cli.describe"
local float = require "klaviyo_nvim.float"
local moment = require "klaviyo.cli.format_time"
local plugin = require "klaviyo_nvim"
local sends = require "klaviyo.cli.sends"
local signs = require "klaviyo_nvim.signs"

local watch = {}

local OVER = { SENT = true, CANCELLED = true, DRAFT = true }
local WIDTH = 20

-- The window of each campaign that is followed, by its id.
local windows = {}

local function share_of(message, now)
  if message.status == "SENT" then
    return 1
  end
  return message.status == "SENDING" and sends.progress(facts.send(message), now) or 0
end

local function note_of(message, now, zone)
  local send = facts.send(message)
  if message.status == "SCHEDULED" and send and send.epoch then
    return ("%s, %s"):format(moment.short(send.epoch, zone), moment.from_now(send.epoch, now))
  end
  return ""
end

local function lines_of(campaign, messages, now)
  local zone = facts.zone(campaign) or moment.utc
  local lines = { ("%s   %s %s"):format(facts.name(campaign.name), moment.show(now, zone), zone.name) }
  for _, message in ipairs(messages) do
    local share = share_of(message, now)
    local full = math.floor(share * WIDTH + 0.5)
    lines[#lines + 1] = ("%-22s %s%s %3d %%  %-9s %s"):format(facts.name(message.name):sub(1, 22), ("█"):rep(full),
      ("░"):rep(WIDTH - full), math.floor(share * 100 + 0.5), message.status, note_of(message, now, zone))
  end
  return lines
end

local function all_over(messages)
  for _, message in ipairs(messages) do
    if not OVER[message.status] then
      return false
    end
  end
  return true
end

local function show_signs(id, messages)
  local buffer = vim.fn.bufnr("^klaviyo://campaign/" .. id .. "$")
  if buffer > 0 then
    signs.place(buffer, messages)
  end
end

local function follow(id)
  local kl = plugin.client()
  local campaign = plugin.check(kl.campaigns:get(id))
  local messages = plugin.check(campaign:related "messages")
  local window = float.open(lines_of(campaign, messages, plugin.now()), { corner = true, focus = false })
  windows[id] = window
  while window:is_open() do
    window:show(lines_of(campaign, messages, plugin.now()))
    show_signs(id, messages)
    if all_over(messages) then
      plugin.notify(("%s: %s; :KlaviyoReport shows what it led to"):format(facts.name(campaign.name),
        facts.status_line(messages)))
      break
    end
    kl.loop.sleep(plugin.settings().interval)
    if window:is_open() then
      messages = plugin.check(campaign:related "messages")
    end
  end
end

---Follows a campaign, or stops following it.
function watch.command()
  local id = plugin.need_here()
  if not id then
    return
  elseif windows[id] and windows[id]:is_open() then
    windows[id]:close()
    windows[id] = nil
    return
  end
  plugin.run(function()
    follow(id)
  end)
end

return watch
