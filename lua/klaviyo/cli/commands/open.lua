-- SPDX-License-Identifier: MIT
--- klaviyo open: opens the page of a campaign in the service's web application, or prints its address.

local browser = require "klaviyo.cli.terminal.browser"
local describe = require "klaviyo.cli.describe"
local of_file = require "klaviyo.cli.plan.of_file"
local selection = require "klaviyo.cli.selection"
local text = require "klaviyo.cli.terminal.text"

local open = { summary = "Open a campaign's page in the browser, or print its address.", examples = {
  'open "Summer Sale 2026"',
  "open 01J9Z3NDEKTSV4RRFFQ69G5FAV --print",
} }

function open.define(command)
  selection.define(command, of_file.HELP)
  command:flag("--print", "Print the address and open nothing, as without a terminal.")
end

---The address of a campaign's page. No document of the service describes it: it is the one that people share. Another
---origin is that of a sandbox, which has one page.
---@param origin string
---@param id string
---@return string
function open.address(origin, id)
  local escaped = id:gsub("[^%w_-]", function(character)
    return ("%%%02X"):format(character:byte())
  end)
  if origin:find "^https://[%w.-]*%f[%w]klaviyo%.com/*$" then
    return ("https://www.klaviyo.com/campaign/%s/wizard"):format(escaped)
  end
  return (origin:gsub("/*$", "/"))
end

function open.run(ctx, args)
  local campaign = of_file.find(ctx, args.id).campaign
  local address = open.address(ctx:client().options.base_url, campaign.id)
  if args.json then
    return ctx:json { id = campaign.id, name = campaign.name, url = address }
  end
  ctx.term:line(text.clean(address))
  if args.print or not ctx.term.out_tty then
    return
  end
  local opened, message = browser.open(address)
  ctx.term:note(opened and ("Opened the page of %s."):format(describe.name(campaign.name))
    or ("Not opened: %s."):format(message))
end

return open
