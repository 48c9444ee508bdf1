-- SPDX-License-Identifier: MIT
--- Draws a campaign as a tree.

local delivery = require "klaviyo.cli.delivery"
local describe = require "klaviyo.cli.describe"
local format_time = require "klaviyo.cli.format_time"
local grammar = require "klaviyo.wire.grammar"
local names = require "klaviyo.cli.names"
local text = require "klaviyo.cli.terminal.text"

local draw_tree = {}

---The `include` parameter that reads a whole campaign, in the names of the dialect.
---@param client klaviyo.client
---@return string
function draw_tree.wire_includes(client)
  local dialect = client._dispatch:dialect(client._dispatch.revision)
  local wires = {}
  for name, wire in pairs(grammar.of("get_campaign")[dialect].include) do
    if name ~= "tags" then
      wires[#wires + 1] = wire
    end
  end
  table.sort(wires)
  return table.concat(wires, ",")
end

local function head_of(campaign, term)
  local name = term:style("title", describe.name(campaign.name))
  local parts = { text.clean(campaign.id) }
  if describe.known(campaign.builder) then
    parts[#parts + 1] = text.clean(campaign.builder)
  end
  if campaign.archived == true then
    parts[#parts + 1] = "archived"
  end
  return name .. "  " .. term:style("dim", table.concat(parts, ", "))
end

local function audience_line(audience, term, shown)
  local included, excluded = shown:labels(audience.included), shown:labels(audience.excluded)
  local line = term:style("bold", describe.name(audience.name)) .. "  to "
    .. (included ~= "" and included or term:style("bad", "nobody: no list is included"))
  if excluded ~= "" then
    line = line .. term:style("dim", " without ") .. excluded
  end
  return line
end

local LEAD = 6 -- columns of the branches in front of a message

local function widest(campaign, columns)
  local width = 8
  for _, message in ipairs(campaign.messages) do
    width = math.max(width, text.width(describe.name(message.name)))
  end
  return math.min(width, 32, columns - LEAD - 11)
end

local function send_line(message, view)
  local send = describe.send(message)
  if not send then
    return ""
  end
  local when = describe.when(send, view.zone)
  if send.epoch and message.status == "SCHEDULED" then
    when = ("%s (%s)"):format(when, format_time.from_now(send.epoch, view.now))
  end
  local delivered = view.delivered and view.delivered(message)
  return when .. ", " .. describe.how(send) .. (delivered and ": " .. delivery.text(delivered) or "")
end

-- A message in texts: its name and status, its send, and the content of each variation.
local function message_lines(message, term, view)
  local status = describe.known(message.status) or "?"
  local mark = view.marked and view.marked.id == message.id and term.glyphs.arrow .. " " or ""
  local head = ("%s%s  %s"):format(mark, text.pad(term:cut(describe.name(message.name), view.width), view.width),
    term:style(status, text.pad(text.clean(status), 9)))
  local contents = {}
  for i, content in ipairs(describe.contents(message)) do
    contents[i] = ("%s  %s%s"):format(text.pad(text.clean(describe.known(content.details.channel) or "?"), 8),
      content.title and content.title .. ": " or "", describe.content(content.details, view.names) or "")
  end
  local test = describe.test(message)
  if test then
    table.insert(contents, 1, test)
  end
  return head, send_line(message, view), #contents > 0 and contents or { "no content" }
end

local function write_messages(term, messages, lead, view)
  for i, message in ipairs(messages) do
    local last = i == #messages
    local head, send, contents = message_lines(message, term, view)
    local below = lead .. (last and term.glyphs.gap or term.glyphs.pipe)
    local columns = term.out_tty and term:columns() or math.huge
    local beside = LEAD + text.width(head) + 2 + text.width(send) <= columns
    head = send ~= "" and beside and head .. "  " .. send or head:gsub("%s+$", "")
    term:line(lead, last and term.glyphs.last or term.glyphs.branch, head)
    for _, part in ipairs(send ~= "" and not beside and text.hang(send, columns - LEAD) or {}) do
      term:line(below, part)
    end
    local room = columns - text.width(below) - 28
    for n, content in ipairs(contents) do
      content = term:style("dim", text.cut(content:gsub("%s+$", ""), room, term.glyphs.cut))
      if n == #contents then
        term:line(below, content, "  ", term:style("dim", text.clean(message.id)))
      else
        term:line(below, content)
      end
    end
  end
end

---Writes a campaign as a tree.
---@param term klaviyo.cli.terminal
---@param campaign klaviyo.campaign
---@param view { zone: klaviyo.cli.zone, now: number, marked: klaviyo.message?,
---              names: klaviyo.cli.names?,
---              delivered: (fun(message: klaviyo.message): klaviyo.cli.delivery|nil)? }
function draw_tree.write(term, campaign, view)
  view.names = view.names or names.none
  view.width = widest(campaign, term.out_tty and term:columns() or math.huge)
  term:line(head_of(campaign, term))
  if describe.known(campaign.description) then
    term:line(term:style("dim", text.clean(campaign.description)))
  end
  for i, audience in ipairs(campaign.audiences) do
    local last = i == #campaign.audiences
    term:line(last and term.glyphs.last or term.glyphs.branch, audience_line(audience, term, view.names))
    write_messages(term, audience.messages, last and term.glyphs.gap or term.glyphs.pipe, view)
  end
end

return draw_tree
