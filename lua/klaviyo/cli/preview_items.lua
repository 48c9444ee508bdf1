-- SPDX-License-Identifier: MIT
--- What a preview shows of each variation, in words: the same in the terminal and on the page.

local describe = require "klaviyo.cli.describe"
local text = require "klaviyo.cli.terminal.text"

local preview_items = {}

local known = describe.known

---@class klaviyo.cli.preview_item
---@field message klaviyo.preview
---@field variation klaviyo.preview.variation
---@field channel? string
---@field title string          the message, and the variation where there are several
---@field slug string           for names of files
---@field file string           of its page
---@field words table<string, string>  subject, preview_text, from, reply_to, title, body, template, parts, opt_out

local OPT_OUT = { added = "the service adds how to opt out", in_text = "in the text",
  missing = "none was found in the text, and nothing shows that the service adds it" }

local function sender(details)
  local address, label = known(details.from_email), known(details.from_label)
  return label and address and ("%s <%s>"):format(label, address) or address or label
end

local function template(variation)
  local one = variation.template
  local id = one and one.id or known(variation.details.template_id)
  return id and (one and one.name and ("%s (%s)"):format(one.name, id) or id) or nil
end

local function words_of(variation)
  local details, sms = variation.details, variation.sms
  return { subject = known(details.subject), preview_text = known(details.preview_text), from = sender(details),
    reply_to = known(details.reply_to_email), title = known(details.title), body = known(details.body),
    template = template(variation), parts = describe.parts(details), opt_out = sms and OPT_OUT[sms.opt_out] }
end

local function slug(number, title)
  local words = title:lower():gsub("[^%w]+", "-"):gsub("^%-+", ""):gsub("%-+$", ""):sub(1, 40):gsub("%-+$", "")
  return ("%02d%s"):format(number, words ~= "" and "-" .. words or "")
end

---Whether a file may be the page of a variation, by its name.
---@param name string
---@return boolean
function preview_items.is_file(name)
  return name:find "^%d%d+%-?[%w-]*%.html$" ~= nil
end

---Lists the variations of previews.
---@param previews klaviyo.preview[]
---@return klaviyo.cli.preview_item[]
function preview_items.list(previews)
  local list = {}
  for _, message in ipairs(previews) do
    for i, variation in ipairs(message.variations) do
      local title = describe.name(message.name)
      if #message.variations > 1 then
        title = ("%s, %s"):format(title, known(variation.name) and text.clean(variation.name)
          or ("variation %d"):format(i))
      end
      local name = slug(#list + 1, title)
      list[#list + 1] = { message = message, variation = variation, channel = variation.channel, title = title,
        slug = name, file = name .. ".html", words = words_of(variation) }
    end
  end
  return list
end

return preview_items
