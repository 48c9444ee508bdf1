-- SPDX-License-Identifier: MIT
--- klaviyo edit: a campaign in the user's editor, as a campaign file; then the difference, a question, and the changes.

local apply = require "klaviyo.cli.apply"
local campaign_file = require "klaviyo.cli.campaign_file"
local diff = require "klaviyo.cli.diff"
local diff_view = require "klaviyo.cli.diff_view"
local failure = require "klaviyo.cli.failure"
local files = require "klaviyo.cli.files"
local identity = require "klaviyo.cli.identity"
local planning = require "klaviyo.cli.planning"
local prompt = require "klaviyo.cli.prompt"
local shape = require "klaviyo.cli.shape"
local shell = require "klaviyo.cli.shell"
local source = require "klaviyo.cli.source"
local target = require "klaviyo.cli.target"
local text = require "klaviyo.cli.text"

local edit = { summary = "Change a campaign in your editor ($VISUAL, $EDITOR)." }

local HEAD = [[
-- Change what you like, save, and leave. A field set to null is cleared; one that is not here stays as it is.
-- An audience or a message that you delete is removed; the ids say which is which.
-- Nothing is sent by it, and what was sent stays as it is.

]]

function edit.define(command)
  command:argument("id", "Id or name of the campaign."):argname "CAMPAIGN"
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

-- A file of this user alone; the name says what it is to the editor.
local function temporary(content)
  local directory = files.state() .. "/edit"
  if not shell.make_directory(directory) then
    failure.raise { message = directory .. " cannot be made." }
  end
  local path = ("%s/%d-%d.lua"):format(directory, os.time(), math.random(1e6))
  failure.check(files.write(path, content))
  return path
end

-- What is wrong with the text is told with the name of the file, which stays for another try.
local function read_back(path)
  local ok, file = pcall(campaign_file.read, path)
  if not ok then
    if failure.is(file) then
      file.hint = "your text is kept there; klaviyo apply FILE --adopt ID takes it once it is mended"
    end
    error(file, 0)
  end
  return file
end

local function refusing(file, path)
  return function(err)
    local ok, problem = pcall(file.refuse, file, err)
    if not ok and failure.is(problem) then
      problem.hint = ("your text is kept in %s"):format(path)
    end
    error(problem, 0)
  end
end

local function plan_of(ctx, file, path, campaign)
  local model, ids = identity.split(file.model)
  local ok, problem = pcall(planning.check, ctx:client(), file, model)
  if not ok then
    if failure.is(problem) then
      problem.hint = ("your text is kept in %s"):format(path)
    end
    error(problem, 0)
  end
  return diff.plan(shape.of_model(model, ids), shape.of_campaign(campaign), { prune = true }), model
end

function edit.run(ctx, args)
  local campaign = target.campaign(ctx, args.id)
  local content = HEAD .. source.of(campaign)
  if args.print then
    return ctx.term:write(content)
  elseif not ctx.term.in_tty and not (os.getenv "VISUAL" or os.getenv "EDITOR") then
    failure.raise { code = "unconfirmed", message = "There is no terminal to edit on.",
      hint = "edit --print writes the file" }
  end
  local path = temporary(content)
  if not shell.run(("%s %s"):format(editor(), shell.quote(path))) then
    failure.raise { message = ("%s did not end well; nothing was changed."):format(editor()), hint = path }
  elseif files.read(path) == content then
    os.remove(path)
    ctx.term:note "Nothing was changed."
    return
  end
  local file = read_back(path)
  local change, model = plan_of(ctx, file, path, campaign)
  diff_view.write(ctx.term, change)
  if not diff.is_empty(change) then
    prompt.agree(ctx.term, { yes = args.yes, question = "Do this?",
      nothing = ("nothing was changed, and your text is kept in %s"):format(path) })
    local counts = diff.count(change)
    apply.perform(ctx, change, { root = model, total = counts.create + counts.update + counts.delete,
      refuse = refusing(file, path), on_step = function(_, sentence)
        ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", text.clean(sentence))
      end })
  end
  os.remove(path)
end

return edit
