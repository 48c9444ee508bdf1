-- A script written so that it can be tested: it takes its client as an argument, and returns what it did.

local klaviyo = require "klaviyo"

---Schedules a reminder for everybody on a list.
---@param kl klaviyo.client
---@param options { list: string, at: string, text: string }
---@return klaviyo.message|nil
---@return klaviyo.error|nil
return function(kl, options)
  local draft = klaviyo.campaign("Reminder " .. options.at:sub(1, 10)):timezone "UTC"
  draft:audience("All", { included = { options.list } }):sms { name = "Reminder", body = options.text }
  local campaign, err = kl.campaigns:create(draft)
  if not campaign then
    return nil, err
  end
  return campaign.messages[1]:schedule { at = options.at }
end
