-- SPDX-License-Identifier: MIT
--- klaviyo show: shows a campaign as a tree, with its audiences, messages, statuses and content.

local delivery = require "klaviyo.cli.delivery"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local format_time = require "klaviyo.cli.format_time"
local as_json = require "klaviyo.cli.as_json"
local names = require "klaviyo.cli.names"
local of_file = require "klaviyo.cli.plan.of_file"
local selection = require "klaviyo.cli.selection"
local text = require "klaviyo.cli.terminal.text"
local draw_tree = require "klaviyo.cli.draw_tree"

local show = { summary = "Show a campaign with its audiences, messages and statuses.", examples = {
  'show "Summer Sale 2026"',
  "show 01J9Z3NDEKTSV4RRFFQ69G5FAV --raw",
} }

show.fields = as_json.fields.campaign

function show.define(command)
  selection.define(command, of_file.HELP)
  command:flag("--raw", "Print the service's response unchanged, as JSON.")
  command:option("-z --timezone", "Zone to show times in; default: the campaign's."):argname "ZONE"
end

-- Prints the response as it came, without the library's view of it.
local function write_raw(ctx, campaign)
  local answer = failure.check(ctx:client():request { path = "/api/campaigns/" .. campaign.id,
    query = { include = draw_tree.wire_includes(ctx:client()) }, raw = true })
  ctx:json_text(answer.body)
end

function show.run(ctx, args)
  if args.raw then
    ctx:refuse_fields "--raw"
  end
  local found = of_file.find(ctx, args.id)
  if args.raw then
    return write_raw(ctx, found.campaign)
  elseif ctx:wants_data() then
    return ctx:data(as_json.campaign(found.campaign))
  end
  local z = args.timezone and ctx:zone() or describe.zone(found.campaign) or ctx:zone()
  draw_tree.write(ctx.term, found.campaign, { zone = z, now = ctx:now(), marked = found.message,
    names = names.of(ctx, { found.campaign }),
    delivered = function(message)
      return delivery.of(ctx, message, describe.zone(found.campaign))
    end })
  local created = format_time.show(ctx:now(), z)
  ctx.term:line(ctx.term:style("dim", ("times in %s, now %s"):format(text.clean(z.name), created)))
end

return show
