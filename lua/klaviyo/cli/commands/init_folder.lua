-- SPDX-License-Identifier: MIT
--- klaviyo init: writes a first campaign file, a config file and a .gitignore. (Named so because init.lua is taken.)

local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local json = require "klaviyo.model.json"
local revisions = require "klaviyo.model.revisions"
local shell = require "klaviyo.cli.terminal.shell"
local text = require "klaviyo.cli.terminal.text"

local init = { summary = "Write a first campaign file, a config file and a .gitignore.", examples = {
  "init",
  "init shop",
} }

local CAMPAIGN = [[
-- A campaign file describes one campaign. It is Lua, and cannot access files, programs or the network.
--
--   klaviyo plan summer_sale.lua       shows what differs from the account
--   klaviyo apply summer_sale.lua      writes it there, as drafts; nothing is sent
--   klaviyo schedule "Summer Sale"     sends it, after a pre-flight check and a question
--
-- With --sandbox each works against a local sandbox, without an account. klaviyo help fields explains every field.

local sale = campaign "Summer Sale"
  :description "Multi-channel summer promotion"
  :timezone "America/New_York" -- of the times in klaviyo schedule

-- Who it is sent to: lists and segments, by id, or by name as in list "VIP customers" or segment "Engaged 90 days".
-- People in `excluded` are left out.
sale:audience("VIP customers", { included = { "VIP_LIST_ID" } })
  :email {
    name = "Summer email", -- for you and your team
    subject = "Summer Sale starts now",
    preview_text = "Up to 40 % off, for a week",
    from_email = "hello@example.com",
    from_label = "Example Brand",
    -- template = template "Summer", -- what the email looks like; without one, schedule refuses to send it
  }
  :sms {
    name = "Summer text",
    body = "Example Brand: the Summer Sale is on. https://example.com/sale Reply STOP to opt out.",
  }

-- A second audience with messages of its own.
sale:audience("Everybody else", { included = { "NEWSLETTER_LIST_ID" }, excluded = { "VIP_LIST_ID" } })
  :push {
    name = "Summer push",
    title = "Summer Sale",
    body = "It starts now",
  }

return sale
]]

local CONFIG = ([[
# Accounts for the klaviyo command: name this file in KLAVIYO_CONFIG, or copy it to ~/.config/klaviyo/config.
# klaviyo help config explains every setting. A key does not belong in here: say where it is.

[default]
key_env = KLAVIYO_API_KEY
# key_file = "~/.config/klaviyo/shop.key"   a file that only you can read (chmod 600)
# key_command = "pass klaviyo"              a command that prints the key
revision = %s
# timezone = "Europe/Berlin"                the zone to show times in
]]):format(revisions.list[#revisions.list].name)

local GITIGNORE = [[
# Keys, and files with variables of the environment.
*.key
.env
# What an editor leaves behind.
*~
*.swp
# The files *.lock belong in version control: they know which campaign of the account a file is.
]]

-- The files: name, content, and what each is.
local FILES = {
  { "summer_sale.lua", CAMPAIGN, "a campaign, with comments" },
  { "config", CONFIG, "where the key is, and the revision of the API" },
  { ".gitignore", GITIGNORE, "what does not belong in version control" },
}

function init.define(command)
  command:argument("DIR", "Folder to write them in, which is created if it is not there; default: this one.")
    :target "directory":args "?"
end

local function require_directory(directory)
  local kind = files.kind(directory)
  if kind and kind ~= "directory" then
    failure.raise { code = "input", message = ("%s is not a folder"):format(directory) }
  elseif not kind and not shell.run(("mkdir -p -- %s 2>/dev/null"):format(shell.quote(directory))) then
    failure.raise { code = "input", message = ("the folder %s cannot be created"):format(directory) }
  end
end

-- Writes the files that are not there.
local function write_missing(ctx, directory)
  local list = {}
  for i, file in ipairs(FILES) do
    local path = directory and directory:gsub("/*$", "/") .. file[1] or file[1]
    local is_new = files.kind(path) == nil
    if is_new then
      failure.check(files.write(path, file[2]))
      ctx:did(("Wrote %s."):format(path))
    end
    list[i] = { path = path, is_new = is_new, what = is_new and file[3] or "it was there, and is as it was" }
  end
  return list
end

local function write_list(term, list)
  local width = 0
  for _, file in ipairs(list) do
    width = math.max(width, text.width(text.clean(file.path)))
  end
  for _, file in ipairs(list) do
    term:line(term:style(file.is_new and "good" or "dim", file.is_new and "written" or "kept   "), "  ",
      text.pad(text.clean(file.path), width), "  ", file.what)
  end
end

function init.run(ctx, args)
  if args.directory then
    require_directory(args.directory)
  end
  local list = write_missing(ctx, args.directory)
  if args.json then
    local written, kept = json.array(), json.array()
    for _, file in ipairs(list) do
      table.insert(file.is_new and written or kept, file.path)
    end
    return ctx:json { written = written, kept = kept }
  end
  write_list(ctx.term, list)
  local sale = text.clean(shell.word(list[1].path))
  ctx.term:line()
  ctx.term:line("Without an account:  klaviyo --sandbox plan ", sale)
  ctx.term:line("With one:            KLAVIYO_CONFIG=", text.clean(shell.word(list[2].path)), " klaviyo plan ", sale)
end

return init
