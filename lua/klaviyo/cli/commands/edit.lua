-- SPDX-License-Identifier: MIT
--- klaviyo edit: opens a campaign in the user's editor as a campaign file, then shows the difference, asks, and makes
--- the changes.

local apply = require "klaviyo.cli.plan.apply"
local campaign_file = require "klaviyo.cli.plan.campaign_file"
local diff = require "klaviyo.cli.plan.diff"
local diff_view = require "klaviyo.cli.plan.diff_view"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local strip_ids = require "klaviyo.cli.plan.strip_ids"
local planning = require "klaviyo.cli.plan.planning"
local parts = require "klaviyo.cli.plan.parts"
local shell = require "klaviyo.cli.terminal.shell"
local write_file = require "klaviyo.cli.plan.write_file"
local selection = require "klaviyo.cli.selection"
local text = require "klaviyo.cli.terminal.text"

local edit = { summary = "Change a campaign in your editor ($VISUAL, $EDITOR).", examples = {
  'edit "Summer Sale 2026"',
  'edit "Summer Sale 2026" --print > sale.lua',
} }

local HEAD = [[
-- Change this file, save it, and quit. A field set to null is cleared; a field that is missing stays as it is.
-- An audience or a message that you delete is removed; the ids say which is which.
-- This sends nothing, and what was sent stays as it is.

]]

function edit.define(command)
  command:argument("CAMPAIGN", "Id or name of the campaign."):target "id"
  command:flag("--print", "Print the file instead of opening it.")
  command:flag("-y --yes", "Do not ask.")
end

local function editor()
  for _, name in ipairs { "VISUAL", "EDITOR" } do
    local value = os.getenv(name)
    if value and value ~= "" then
      return value
    end
  end
  return "vi"
end

-- Creates a private file; its suffix tells the editor the language.
local function temporary(content)
  local directory = files.state() .. "/edit"
  if not shell.make_directory(directory) then
    failure.raise { message = ("The directory %s cannot be created."):format(directory) }
  end
  return failure.check(files.create(directory, ".lua", content))
end

local function kept(path)
  return ("your text is kept in %s"):format(path)
end

-- Reads the edited text. If it is not valid it is kept, and the failure names its path.
local function read_back(path)
  local ok, file = pcall(campaign_file.read, path)
  if not ok then
    if failure.is(file) then
      file.hint = files.read(path) and kept(path) or nil
    end
    error(file, 0)
  end
  return file
end

local function refusing(file, path)
  return function(err)
    local ok, problem = pcall(file.refuse, file, err)
    if not ok and failure.is(problem) then
      problem.hint = kept(path)
    end
    error(problem, 0)
  end
end

local function plan_of(ctx, file, path, campaign)
  local model, ids = strip_ids.split(file.model)
  local ok, problem = pcall(planning.check, ctx:client(), file, model)
  if not ok then
    if failure.is(problem) then
      problem.hint = kept(path)
    end
    error(problem, 0)
  end
  return diff.plan(parts.of_model(model, ids), parts.of_campaign(campaign), { prune = true }), model
end

function edit.run(ctx, args)
  local campaign = selection.campaign(ctx, args.id)
  local content = HEAD .. write_file.text(campaign)
  if args.print then
    return ctx.term:write(content)
  elseif not ctx.term.in_tty and not (os.getenv "VISUAL" or os.getenv "EDITOR") then
    failure.raise { code = "unconfirmed", message = "There is no terminal to edit on.",
      hint = "edit --print writes the file" }
  end
  local path = temporary(content)
  local fine, status = shell.run(("%s %s"):format(editor(), shell.quote(path)))
  local changed = files.read(path) ~= content
  if not changed then
    os.remove(path)
  end
  interrupt.inherit(status)
  if not fine then
    failure.raise { message = ("%s ended with %d; nothing was changed."):format(editor(), status),
      hint = changed and kept(path) or nil }
  elseif not changed then
    ctx.term:note "Nothing was changed."
    return args.json and ctx:json(diff_view.nothing()) or nil
  end
  local file = read_back(path)
  local change, model = plan_of(ctx, file, path, campaign)
  if not args.json then
    diff_view.write(ctx.term, change)
  end
  if not diff.is_empty(change) then
    ctx:agree { question = "Make these changes?",
      nothing = "nothing was changed, and " .. kept(path) }
    selection.require_unchanged(ctx, campaign, "nothing was changed by you", kept(path))
    local counts = diff.count(change)
    apply.perform(ctx, change, { root = model, total = counts.create + counts.update + counts.delete,
      refuse = refusing(file, path), on_step = function(_, sentence)
        if not args.json then
          ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", text.clean(sentence))
        end
      end })
  end
  os.remove(path)
  if args.json then
    ctx:json(diff_view.as_json(change))
  end
end

return edit
