-- SPDX-License-Identifier: MIT
--- Finds what a command is about: a campaign by id or name, a message as CAMPAIGN/MESSAGE, or an audience or a message
--- by id. (Named so because `select` is a function of Lua's.)

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local filter = require "klaviyo.model.filter"
local format_time = require "klaviyo.cli.format_time"
local pretty = require "klaviyo.cli.terminal.pretty"
local as_json = require "klaviyo.cli.as_json"
local suggest = require "klaviyo.model.suggest"
local text = require "klaviyo.cli.terminal.text"

local selection = {}

---@class klaviyo.cli.selection
---@field campaign klaviyo.campaign     with its audiences, messages and variations
---@field message? klaviyo.message      if a message was named
---@field audience? klaviyo.audience    if an audience was named
---@field messages klaviyo.message[]    the message, the audience's or the campaign's

---Adds the argument to a command that takes a part of a campaign as well.
---@param command table
---@param more? string  what else it may be: ", or ..."
function selection.define(command, more)
  command:argument("CAMPAIGN", ("Id or name of a campaign, CAMPAIGN/MESSAGE, %sid of an audience or message%s."):format(
    more and "" or "or ", more or ""))
    :target "id"
end

local function looks_like_id(word)
  return #word == 26 and word:find "^%w+$" ~= nil
end

-- The id of an old message has six characters, in which upper and lower case count. It may also be a name.
local function may_be_old_message(word)
  return #word == 6 and word:find "^%w+$" ~= nil
end

local RECENT = 100 -- campaigns that are compared with a name that fits none
local CLOSE = 10 -- other names to suggest where no name fits

-- Campaigns with that name, and some whose names contain it: the service cannot filter by a whole name.
local function by_name(kl, word)
  local exact, close = {}, {}
  for campaign in kl.campaigns:each { filter = filter.contains("name", word), page_size = 100 } do
    local name = type(campaign.name) == "string" and campaign.name or ""
    if text.lower(name) == text.lower(word) then
      exact[#exact + 1] = campaign
    elseif #close < CLOSE then
      close[#close + 1] = campaign
    end
  end
  return exact, close
end

local function not_archived(list)
  local kept = {}
  for _, campaign in ipairs(list) do
    if campaign.archived ~= true then
      kept[#kept + 1] = campaign
    end
  end
  return #kept > 0 and kept or list
end

local function lines_of(list)
  local lines = {}
  for i = 1, math.min(#list, CLOSE) do
    lines[i] = ("%s  %s"):format(list[i].id, text.clean(list[i].name))
  end
  return lines
end

local function when(send, campaign, ctx)
  local zone = describe.zone(campaign) or ctx:zone()
  return not send and "" or send.epoch and format_time.stamp(send.epoch, zone) or describe.when(send, zone)
end

local function join(...)
  return (table.concat({ ... }, "  "):gsub("%s+$", ""))
end

-- Campaigns of one name, with what tells them apart.
local function campaign_lines(ctx, list)
  local lines = {}
  for i = 1, math.min(#list, CLOSE) do
    local tree = failure.check(ctx:client().campaigns:tree(list[i].id))
    lines[i] = join(tree.id, describe.name(tree.name), describe.status_line(tree.messages),
      when(describe.nearest_send(tree, ctx:now()), tree, ctx))
  end
  return lines
end

local function message_lines(ctx, matches)
  local lines = {}
  for i = 1, math.min(#matches, CLOSE) do
    local message, campaign = matches[i].message, matches[i].campaign
    lines[i] = join(message.id, describe.name(message.name), text.clean(tostring(message.status)),
      when(describe.send(message), campaign, ctx))
  end
  return lines
end

-- The campaigns that a word is the id or the name of.
local function named(kl, word)
  if looks_like_id(word) then
    local tree, err = kl.campaigns:tree(word:upper())
    if not tree and not failure.is_missing(err) then
      failure.check(nil, err)
    end
    return { tree }
  end
  local trees = {}
  for i, campaign in ipairs(not_archived((by_name(kl, word)))) do
    trees[i] = failure.check(kl.campaigns:tree(campaign.id))
  end
  return trees
end

local function trim(word)
  return word:match "^%s*(.-)%s*$"
end

-- The messages that CAMPAIGN/MESSAGE may mean: either part may have a slash in it. Also all messages of such campaigns.
local function messages_named(kl, word)
  local matches, others = {}, {}
  for place in word:gmatch "()/" do
    local wanted = trim(word:sub(place + 1))
    local id = looks_like_id(wanted) and wanted:upper() or wanted
    for _, campaign in ipairs(wanted ~= "" and named(kl, trim(word:sub(1, place - 1))) or {}) do
      for _, message in ipairs(campaign.messages) do
        local name = describe.known(message.name)
        local fits = message.id == id or type(name) == "string" and text.lower(trim(name)) == text.lower(wanted)
        table.insert(fits and matches or others, { campaign = campaign, message = message })
      end
    end
  end
  return matches, others
end

local function find_message(ctx, word)
  local matches, others = messages_named(ctx:client(), word)
  if #matches == 1 then
    return matches[1].campaign, matches[1].message
  elseif #matches > 1 then
    failure.raise { code = "input", message = ("%d messages are called %q."):format(#matches, word),
      details = message_lines(ctx, matches), hint = "use the id of one" }
  elseif #others > 0 then
    failure.raise { code = "not_found", message = ("There is no message %q. Did you mean one of these?"):format(word),
      details = message_lines(ctx, others) }
  end
end

-- The campaign among those changed last whose name is spelled most like a word, as the end of a sentence.
local function near_name(kl, word)
  local names = {}
  for campaign in kl.campaigns:each { sort = "-updated_at", page_size = RECENT, limit = RECENT } do
    names[#names + 1] = describe.known(campaign.name)
  end
  return text.clean(suggest.phrase(word, names))
end

-- The campaign that a name means, and the message if the name is CAMPAIGN/MESSAGE.
local function find_name(ctx, word)
  local exact, close = by_name(ctx:client(), word)
  exact = not_archived(exact)
  if #exact == 1 then
    return failure.check(ctx:client().campaigns:tree(exact[1].id))
  elseif #exact > 1 then
    failure.raise { code = "input", message = ("%d campaigns are called %q."):format(#exact, word),
      details = campaign_lines(ctx, exact), hint = "use the id of one" }
  end
  local campaign, message = find_message(ctx, word)
  if campaign then
    return campaign, message
  elseif #close > 0 then
    failure.raise { code = "not_found", message = ("There is no campaign %q. Did you mean one of these?"):format(word),
      details = lines_of(not_archived(close)) }
  end
  local near = near_name(ctx:client(), word)
  failure.raise { code = "not_found", message = ("There is no campaign %q%s."):format(word, near),
    hint = "klaviyo list shows what there is" }
end

-- The campaign of an audience or a message; nil if there is none of that id.
local function parent_of(kl, kind, id)
  local child, err = kl[kind]:get(id, { include = { "campaign" } })
  if not child then
    if failure.is_missing(err) then
      return nil
    end
    failure.check(nil, err)
  end
  return child.campaign and child.campaign.id
end

local function find_id(kl, id)
  local tree, err = kl.campaigns:tree(id)
  if tree then
    return tree
  elseif not failure.is_missing(err) then
    failure.check(nil, err)
  end
  for _, kind in ipairs { "messages", "audiences" } do
    local parent = parent_of(kl, kind, id)
    if parent then
      return failure.check(kl.campaigns:tree(parent)), kind
    end
  end
  failure.raise { code = "not_found", message = ("There is no campaign, audience or message %s."):format(id),
    hint = "klaviyo list shows what there is" }
end

local function pick(list, id)
  for _, item in ipairs(list) do
    if item.id == id then
      return item
    end
  end
end

-- Finds what a word names that is no id of 26 characters: an old message, a campaign by its name, or CAMPAIGN/MESSAGE.
local function find_other(ctx, word)
  local kl = ctx:client()
  local parent = may_be_old_message(word) and parent_of(kl, "messages", word)
  if parent then
    local tree = failure.check(kl.campaigns:tree(parent))
    return tree, pick(tree.messages, word)
  end
  return find_name(ctx, word)
end

---Finds what a word names and reads its whole campaign.
---@param ctx klaviyo.cli.context
---@param word string
---@return klaviyo.cli.selection
function selection.find(ctx, word)
  local kl = ctx:client()
  ctx.progress:begin "Reading"
  local tree, kind, message
  if looks_like_id(word) then
    word = word:upper()
    tree, kind = find_id(kl, word)
  else
    tree, message = find_other(ctx, word)
  end
  ctx.progress:finish()
  local found = { campaign = tree, messages = tree.messages }
  if message or kind == "messages" then
    found.message = message or pick(tree.messages, word)
    found.messages = { found.message }
  elseif kind == "audiences" then
    found.audience = pick(tree.audiences, word)
    found.messages = found.audience and found.audience.messages or {}
  end
  return found
end

-- The content of a campaign as one text, for comparing.
local function fingerprint(campaign)
  return pretty.line(as_json.campaign(campaign))
end

---Reads a campaign again and ends the command if it changed while the user looked at it.
---@param ctx klaviyo.cli.context
---@param campaign klaviyo.campaign  as it was shown
---@param nothing string             for the message: "nothing was sent"
---@param hint? string
function selection.require_unchanged(ctx, campaign, nothing, hint)
  local before = fingerprint(campaign)
  ctx.progress:begin "Reading again"
  local now = failure.check(ctx:client().campaigns:tree(campaign.id))
  ctx.progress:finish()
  if fingerprint(now) ~= before then
    failure.raise { code = "refused", message = ("The campaign was changed in the meantime; %s."):format(nothing),
      hint = hint or ("look at it with %s show %s, then repeat the command"):format(ctx:program(), campaign.id) }
  end
end

---Finds a campaign; an audience or a message ends the command.
---@param ctx klaviyo.cli.context
---@param word string
---@return klaviyo.campaign
function selection.campaign(ctx, word)
  local found = selection.find(ctx, word)
  if found.message or found.audience then
    failure.raise { code = "input", message = ("%s is %s of the campaign %s."):format(word,
      found.message and "a message" or "an audience", found.campaign.id), hint = "use the id of the campaign" }
  end
  return found.campaign
end

return selection
