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
local names = require "klaviyo.cli.names"
local planning = require "klaviyo.cli.plan.planning"
local resolve_names = require "klaviyo.cli.plan.resolve_names"
local parts = require "klaviyo.cli.plan.parts"
local shell = require "klaviyo.cli.terminal.shell"
local write_file = require "klaviyo.cli.plan.write_file"
local send_plan = require "klaviyo.cli.plan.send_plan"
local selection = require "klaviyo.cli.selection"
local text = require "klaviyo.cli.terminal.text"

local edit = { summary = "Change a campaign in your editor ($VISUAL, $EDITOR).", examples = {
  'edit "Summer Sale 2026"',
  'edit "Summer Sale 2026" --print > sale.lua',
  'edit "Summer Sale 2026" --resume sale.lua',
} }

local HEAD = [[
-- Change this file, save it, and quit. A field set to null is cleared; a field that is missing stays as it is.
-- An audience or a message that you delete is removed; the ids say which is which.
-- This sends nothing, and what was sent stays as it is.

]]

function edit.define(command)
  command:argument("CAMPAIGN", "Id or name of the campaign."):target "id"
  command:flag("--print", "Print the file instead of opening it.")
  command:option("--resume", "Open this file, such as a text that was kept, instead of a new one."):argname "FILE"
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

local function directory()
  return files.state() .. "/edit"
end

-- Creates a private file; its suffix tells the editor the language.
local function temporary(content)
  if not shell.make_directory(directory()) then
    failure.raise { message = ("The directory %s cannot be created."):format(directory()) }
  end
  return failure.check(files.create(directory(), ".lua", content))
end

local function text_of(ctx, campaign)
  return HEAD .. write_file.text(campaign, names.references(ctx, campaign), names.of_templates(ctx, campaign):all())
end

-- The file to edit. A text that was kept is edited in place; any other file of --resume is copied.
local function file_of(ctx, args, campaign)
  if not args.resume then
    return temporary(text_of(ctx, campaign))
  end
  local content, message = files.read(args.resume)
  if not content then
    failure.raise { code = "input", message = message }
  end
  local is_kept = args.resume:sub(1, #directory() + 1) == directory() .. "/"
  return is_kept and args.resume or temporary(content)
end

local function kept(ctx, campaign, path)
  return ("your text is kept in %s; continue with %s edit %s --resume %s"):format(path, ctx:program(), campaign.id,
    shell.word(path))
end

-- Runs a function. Whatever ends it, the text stays, and the user learns where.
local function keep_text(ctx, campaign, path, fn)
  local ok, result = pcall(fn)
  if ok then
    return result
  elseif failure.is(result) then
    local hint = result.code == failure.codes.unknown and result.hint
    result.hint, result.is_usual = (hint and hint .. "; " or "") .. kept(ctx, campaign, path), false
  elseif not ctx.args.json then
    ctx.term:note("")
    ctx.term:note(text.clean(kept(ctx, campaign, path)))
  end
  error(result, 0)
end

-- Opens the editor. Returns whether there is anything to do; a text that was not changed is removed.
local function open_editor(ctx, campaign, path)
  local before = files.read(path)
  local fine, status = shell.run(("%s %s"):format(editor(), shell.quote(path)))
  local worth_keeping = ctx.args.resume ~= nil or files.read(path) ~= before
  if not worth_keeping then
    os.remove(path)
  end
  interrupt.inherit(status)
  if not fine then
    failure.raise { message = ("%s ended with %d; nothing was changed."):format(editor(), status),
      hint = worth_keeping and kept(ctx, campaign, path) or nil }
  end
  return worth_keeping
end

-- Says that a time that was changed in the text is left as it is.
local function note_sends(ctx, made)
  for _, one in ipairs(send_plan.of(ctx:client(), made)) do
    if one.state == "new" and one.options or one.state == "schedule" or one.state == "move" then
      ctx.term:note(("edit schedules nothing: the send of %s is left as it is."):format(one.name))
    end
  end
end

-- Compares the text with the campaign, asks, and makes the changes.
local function make_changes(ctx, campaign, path)
  local args, file = ctx.args, campaign_file.read(path)
  local model, ids = strip_ids.split(file.model)
  planning.check(ctx:client(), file, model, true)
  local item = { file = file, model = model }
  resolve_names.all(ctx, { item })
  local change = diff.plan(parts.of_model(item.model, ids), parts.of_campaign(campaign), { prune = true })
  note_sends(ctx, { file = file, campaign = campaign, change = change, lock = { entry = { sends = {} } } })
  if not args.json then
    diff_view.write(ctx.term, change, names.of_changes(ctx, { change }))
  end
  if not diff.is_empty(change) then
    ctx:agree { question = "Make these changes?", nothing = "nothing was changed" }
    selection.require_unchanged(ctx, campaign, "nothing was changed by you")
    local counts, steps = diff.count(change), 0
    ctx.progress:begin("Applying", counts.create + counts.update + counts.delete)
    apply.perform(ctx, change, { root = item.model, refuse = function(err)
        file:refuse(err)
      end, on_step = function(_, sentence)
        steps = steps + 1
        ctx.progress:set(steps)
        if not args.json then
          ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", text.clean(sentence))
        end
      end })
  end
  return change
end

function edit.run(ctx, args)
  local campaign = selection.campaign(ctx, args.id)
  if args.print then
    return ctx.term:write(text_of(ctx, campaign))
  elseif not ctx.term.in_tty and not (os.getenv "VISUAL" or os.getenv "EDITOR") then
    failure.raise { code = "unconfirmed", message = "There is no terminal to edit on.",
      hint = "edit --print writes the file" }
  end
  local path = file_of(ctx, args, campaign)
  if not open_editor(ctx, campaign, path) then
    ctx.term:note "Nothing was changed."
    return args.json and ctx:json(diff_view.nothing()) or nil
  end
  local change = keep_text(ctx, campaign, path, function()
    return make_changes(ctx, campaign, path)
  end)
  if args.json then
    ctx:json(diff_view.as_json(change))
  end
  if diff.count(change).blocked == 0 then
    os.remove(path)
    return failure.codes.ok
  elseif not args.json then
    ctx.term:note(ctx.term:err_style("hint", text.clean(kept(ctx, campaign, path))))
  end
  return failure.codes.blocked
end

return edit
