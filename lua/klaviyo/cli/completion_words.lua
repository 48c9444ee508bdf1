-- SPDX-License-Identifier: MIT
--- The words of the account and of this machine for completion: campaigns, profiles, zones. They come quickly or not at
--- all: nothing is started, nobody is asked for a key, and no error is reported.

local cache = require "klaviyo.cli.cache"
local checks = require "klaviyo.cli.checks"
local contexts = require "klaviyo.cli.context"
local field_help = require "klaviyo.cli.field_help"
local fields = require "klaviyo.cli.fields"
local files = require "klaviyo.cli.files"
local filter = require "klaviyo.model.filter"
local profile = require "klaviyo.cli.profile"
local revisions = require "klaviyo.model.revisions"
local sandbox_server = require "klaviyo.cli.sandbox_server"
local topics = require "klaviyo.cli.topics"
local zone = require "klaviyo.model.zone"

local completion_words = {}

local FRESH = 20     -- seconds for which names are not read again
local PATIENCE = 1.5 -- seconds for the service
local MOST = 100    -- campaigns: the ones changed last
local KEPT = "campaign-names"

local function listed(names)
  local list = {}
  for i, name in ipairs(names) do
    list[i] = { name }
  end
  return list
end

-- The account that the words before the cursor choose.
local function account_args(words)
  local args = { json = true, call_timeout = PATIENCE, command = "completion" }
  for i, word in ipairs(words) do
    if word == "--sandbox" then
      args.sandbox = true
    elseif word == "--profile" or word == "-p" then
      args.profile = i < #words and words[i + 1] or nil
    elseif word:find "^%-%-profile=" then
      args.profile = word:match "=(.*)$"
    end
  end
  return args
end

-- Whether the account can be asked without starting a sandbox, or a program for the key that might ask the user.
local function is_ready(ctx)
  if ctx.sandbox then
    return sandbox_server.running() ~= nil
  end
  local variable = os.getenv "KLAVIYO_API_KEY" or ""
  return not ctx:account().key_command or variable ~= "" and not ctx.profile_name
end

-- The campaigns as a list of names, each with the names of its messages.
local function read_campaigns(ctx)
  local list = {}
  for campaign in ctx:client().campaigns:each { limit = MOST, page_size = MOST, sort = "-updated_at",
    include = { "messages" }, filter = filter.equals("archived", false) } do
    local messages = {}
    for _, message in ipairs(campaign.messages) do
      messages[#messages + 1] = type(message.name) == "string" and message.name or nil
    end
    list[#list + 1] = type(campaign.name) == "string" and { name = campaign.name, messages = messages } or nil
  end
  return list
end

-- The campaigns of the cache, or of the service; of an old cache where the service does not respond in time.
local function campaigns_of(ctx)
  local kept, age = cache.read(ctx, KEPT)
  if kept and age < FRESH then
    return kept
  end
  local fine, list = pcall(read_campaigns, ctx)
  if fine then
    cache.write(ctx, KEPT, list)
  end
  return fine and list or kept or {}
end

-- The names of campaigns; behind a slash, of their messages too.
local function campaigns(argv, state)
  local ctx = contexts.new(account_args(state.words), argv)
  local fine, list = pcall(function()
    ctx:choose_account()
    return is_ready(ctx) and campaigns_of(ctx) or {}
  end)
  pcall(ctx.close, ctx)
  local found = {}
  for _, campaign in ipairs(fine and list or {}) do
    found[#found + 1] = { campaign.name, "campaign" }
    for _, message in ipairs(state.current:find("/", 1, true) and campaign.messages or {}) do
      found[#found + 1] = { campaign.name .. "/" .. message, "message" }
    end
  end
  return found
end

local function profiles()
  local path = files.config()
  local text = path and files.read(path)
  local fine, found = pcall(profile.parse, text or "", path or "")
  local names = {}
  for name in pairs(fine and found or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  return listed(names)
end

local function revision_names()
  local names = {}
  for i, row in ipairs(revisions.list) do
    names[i] = row.name
  end
  return listed(names)
end

-- What klaviyo help explains; behind `fields`, the topics of fields and their names.
local function help_topics(commands)
  return function()
    local found = { { "fields", "The fields of campaign files and sends." } }
    for _, topic in ipairs(topics.list) do
      found[#found + 1] = { topic.name, topic.summary }
    end
    for _, name in ipairs(commands.names) do
      found[#found + 1] = { name, commands.module(name).summary }
    end
    return found
  end
end

local function help_fields(state)
  local found = {}
  if state.words[#state.words - 1] ~= "fields" then
    return found
  end
  for _, topic in ipairs(field_help.topics) do
    found[#found + 1] = { topic.name, topic.title }
  end
  for _, name in ipairs(field_help.names()) do
    found[#found + 1] = { name }
  end
  return found
end

---The sources for complete.candidates.
---@param commands table  the list of commands
---@param argv string[]   the interpreter's `arg`
---@return klaviyo.cli.sources
function completion_words.sources(commands, argv)
  return {
    campaigns = function(state)
      return campaigns(argv, state)
    end,
    profiles = profiles,
    revisions = revision_names,
    topics = help_topics(commands),
    help_fields = help_fields,
    zones = function()
      return listed(zone.names())
    end,
    force = function()
      return listed(checks.names "missing")
    end,
    allow = function()
      return listed(checks.names "odd")
    end,
    fields = function(state)
      local shape = state.command and commands.module(state.command).fields
      return listed(shape and fields.names(shape) or {})
    end,
  }
end

return completion_words
