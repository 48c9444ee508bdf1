-- SPDX-License-Identifier: MIT
--- klaviyo preview: shows how every variation of a campaign looks, in the terminal or as HTML pages.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local json = require "klaviyo.model.json"
local of_file = require "klaviyo.cli.plan.of_file"
local preview_items = require "klaviyo.cli.preview_items"
local preview_pages = require "klaviyo.cli.preview_pages"
local selection = require "klaviyo.cli.selection"
local suggest = require "klaviyo.model.suggest"
local text = require "klaviyo.cli.terminal.text"
local values = require "klaviyo.cli.values"

local preview = { summary = "Show how every variation looks, in the terminal or as HTML pages.", examples = {
  'preview "Summer Sale 2026" --set person.first_name=Ada',
  'preview "Summer Sale 2026/Blast" --context ada.json -o preview/',
} }

function preview.define(command)
  selection.define(command, of_file.HELP)
  command:option("-o --output", "Write HTML pages into this directory: index.html, and one for each variation.")
    :convert(values.filled("--output", "a directory")):argname "DIR"
  command:flag("--images", "With --output: let the pages load images, which tells their servers when one is opened.")
  command:option("--context", "A JSON file with the values of variables; - is standard input."):argname "FILE"
  command:option("--set", "The value of one variable; may be repeated: --set person.first_name=Ada.")
    :argname "NAME=VALUE":count "*"
end

-- Sets a dotted name.
local function set(context, word)
  local name, value = word:match "^%s*([^=]-)%s*=(.*)$"
  if not name or name == "" or name:find "^%." or name:find "%.$" or name:find("..", 1, true) then
    failure.raise { code = "usage", message = ("--set is NAME=VALUE, found %s"):format(suggest.show(word)) }
  end
  local place, last = context, name:match "([^.]+)$"
  for part in name:sub(1, -#last - 2):gmatch "[^.]+" do
    if place[part] ~= nil and type(place[part]) ~= "table" then
      failure.raise { code = "usage", message = ("--set %s: %s is a value, and has nothing inside"):format(name, part) }
    end
    place[part] = place[part] or {}
    place = place[part]
  end
  place[last] = value
end

local function content_of(name)
  if name == "-" then
    return files.input()
  end
  local content, message = files.read(name)
  return content or failure.raise { code = "input", message = message }
end

-- The values of variables, and where they are from in words.
local function context_of(args)
  local context, sources = {}, {}
  if args.context then
    sources[1] = args.context == "-" and "standard input" or args.context
    context = files.json(content_of(args.context), sources[1])
    if not json.is_object(context) then
      failure.raise { code = "input", message = ("%s: the context is a JSON object of values by name"):format(
        sources[1]) }
    end
  end
  for _, word in ipairs(args.set or {}) do
    set(context, word)
    sources[#sources + 1] = word
  end
  return context, #sources > 0 and table.concat(sources, ", ") or "no values: only defaults"
end

-- The previews, and the first template that failed.
local function read(ctx, found, context)
  ctx.progress:begin "Rendering"
  local list, first = json.array(), nil
  if found.message or found.audience then
    for i, message in ipairs(found.messages) do
      local made, err = message:preview { context = context }
      list[i] = failure.check(made, err)
      first = first or err
    end
  else
    list, first = found.campaign:preview { context = context }
    failure.check(list, first)
  end
  ctx.progress:finish()
  return list, first
end

-- In the terminal ----------------------------------------------------------------------------------------------------

local LABELS = { { "subject", "Subject" }, { "preview_text", "Preview" }, { "title", "Title" }, { "body", "Text" },
  { "from", "From" }, { "reply_to", "Replies" }, { "template", "Template" }, { "parts", "Parts" },
  { "opt_out", "Opt-out" } }
local WIDTH = 10

local function write_lines(term, label, value, style)
  local lead = "  " .. term:style("bold", text.pad(label, WIDTH))
  for line in (value .. "\n"):gmatch "(.-)\r?\n" do
    for _, part in ipairs(text.wrap(text.clean(line), math.max(20, term:columns() - WIDTH - 2))) do
      term:line(lead, style and term:style(style, part) or part)
      lead = (" "):rep(WIDTH + 2)
    end
  end
end

local function write_findings(term, item)
  for _, row in ipairs { { "unrendered", "tag", "not rendered" }, { "missing", "name", "no value for" } } do
    for _, finding in ipairs(item.variation[row[1]]) do
      term:line("  ", term:style("odd", term.glyphs.warn), " ", row[3], " ", text.clean(finding[row[2]]), " in ",
        text.clean(finding.path))
    end
  end
  local template = item.variation.template
  if template and template.err then
    term:line("  ", term:style("bad", term.glyphs.cross), " ", text.clean(tostring(template.err)))
  end
end

local function write_item(term, item)
  term:line("")
  term:line(term:style("bold", item.title), "  ", term:style("dim", text.clean(item.channel or "no channel")))
  for _, label in ipairs(LABELS) do
    if item.words[label[1]] then
      write_lines(term, label[2], item.words[label[1]])
    end
  end
  local template = item.variation.template
  if template and template.text then
    write_lines(term, "Content", template.text, "dim")
  elseif template and template.html then
    write_lines(term, "Content", ("%s of HTML; -o DIR shows it"):format(text.count(#template.html, "byte")), "dim")
  end
  write_findings(term, item)
end

local function as_json(ctx, found, list)
  for _, message in ipairs(list) do
    for _, variation in ipairs(message.variations) do
      local template = variation.template
      if template and template.err then
        local err = template.err
        variation.template = { id = template.id, error = { kind = err.kind, status = err.status,
          message = err.message } }
      end
    end
  end
  return { account = ctx:account_as_json(), campaign = { id = found.campaign.id, name = found.campaign.name },
    messages = list }
end

function preview.run(ctx, args)
  if args.images and not args.output then
    failure.raise { code = "usage", message = "--images is for pages: give --output DIR as well" }
  end
  local context, source = context_of(args)
  local found = of_file.find(ctx, args.id)
  local list, err = read(ctx, found, context)
  local items, campaign = preview_items.list(list), describe.name(found.campaign.name)
  if args.output then
    preview_pages.write(ctx, args.output, items, { campaign = campaign, source = source,
      images = args.images })
  end
  if args.json then
    ctx:json(as_json(ctx, found, list))
  elseif not args.output then
    ctx.term:line(ctx.term:style("title", campaign), "  ",
      ctx.term:style("dim", "filled in with " .. text.clean(source)))
    for _, item in ipairs(items) do
      write_item(ctx.term, item)
    end
  end
  local scopes = err and failure.scopes(err)
  failure.check(not err, err and failure.of(err, "everything else is as shown"
    .. (scopes and "; the key needs " .. scopes or "")))
end

return preview
