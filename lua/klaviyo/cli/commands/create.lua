-- SPDX-License-Identifier: MIT
--- klaviyo create: creates campaigns from files, each with its audiences and messages in one call. It sends nothing.

local allow = require "klaviyo.cli.allow"
local checks = require "klaviyo.cli.checks"
local csv_template = require "klaviyo.cli.plan.csv_template"
local revisions = require "klaviyo.model.revisions"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local file_sends = require "klaviyo.cli.plan.file_sends"
local files = require "klaviyo.cli.files"
local file_set = require "klaviyo.cli.plan.file_set"
local json = require "klaviyo.model.json"
local missing = require "klaviyo.cli.missing"
local new_campaigns = require "klaviyo.cli.plan.new_campaigns"
local parts = require "klaviyo.cli.plan.parts"
local planning = require "klaviyo.cli.plan.planning"
local preflight = require "klaviyo.cli.preflight"
local problems = require "klaviyo.model.problems"
local reference = require "klaviyo.model.reference"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local as_json = require "klaviyo.cli.as_json"
local names = require "klaviyo.cli.names"
local draw_tree = require "klaviyo.cli.draw_tree"
local text = require "klaviyo.cli.terminal.text"
local validate = require "klaviyo.model.validate"
local values = require "klaviyo.cli.values"

local create = { summary = "Create campaigns from files; sends nothing.", examples = {
  "create sale.lua --dry-run",
  "create sale.json",
  "create --template sms > sends.csv",
  "create --csv sends.csv --dry-run",
} }

create.fields = as_json.fields.campaign

function create.define(command)
  command:argument("FILE", "Campaign files: FILE.lua (builder or table), FILE.json, FILE.yaml; folders of them; with "
    .. "--csv a CSV file; or - for standard input."):args "*":target "files"
  command:flag("--csv", "The file is CSV: one row a message, columns named as the fields.")
  command:option("--template", "Print a CSV file to begin with, for one channel or for all: "
    .. table.concat(schema.channels, ", ") .. "."):args "?":argname "CHANNEL"
    :convert(values.one_of("--template", schema.channels))
  command:flag("--missing", "Leave out campaigns whose names the account has already.")
  file_set.define(command)
  command:flag("-n --dry-run", "Check the file, and make no request. The exit code says whether something is missing.")
  missing.define(command, "With --dry-run: accept that this is missing")
  allow.define(command)
end

-- Whose rules apply: those of the revision, as far as they are known beforehand.
local function rules_of(ctx)
  local revision = ctx:revision()
  local name, message = revisions.dialect(revision)
  if not name then
    failure.raise { code = "input", message = message }
  end
  return { dialect = name == "openapi" and name or "guide", revision = revision, now = ctx:now() }
end

-- Ids, and names as they are written: what they stand for is not looked up here.
local function as_written(ids)
  local out = {}
  for i, id in ipairs(type(ids) == "table" and ids or {}) do
    local kind, name = reference.of(id)
    out[i] = kind == "list" and suggest.show(name) or kind and reference.show(kind, name) or id
  end
  return out
end

-- The findings about a file, by the checks of the pre-flight.
local function findings_of(model, ids)
  local audiences, messages = {}, {}
  for i, part in ipairs(parts.of_model(model, ids).children) do
    local audience = { name = part.name, included = as_written(part.fields.included),
      excluded = as_written(part.fields.excluded) }
    audiences[i], audience.messages = audience, {}
    for _, child in ipairs(part.children) do
      local message = { name = child.name, variations = {}, ab_test = child.fields.ab_test }
      for n, variation in ipairs(child.children) do
        local details = parts.nest(variation.fields).details or {}
        details.template_id = as_written({ details.template_id or details.template })[1]
        message.variations[n] = { name = variation.name, channel = details.channel, details = details }
      end
      table.insert(audience.messages, message)
      table.insert(messages, message)
    end
  end
  return checks.content({ audiences = audiences }, audiences, messages)
end

local function check_sends(ctx, file)
  local rules = rules_of(ctx)
  rules.open, rules.now = revisions.dialect(rules.revision) == "auto", false
  file_sends.check(file, rules)
end

-- Whether a single file is named: then the result is one campaign, and not a list.
local function is_one_file(args)
  return #args.files == 1 and not args.csv and not args.missing and not files.is_directory(args.files[1])
end

local function findings_as_json(one)
  return { file = one.item.file.name, name = one.item.model.name, valid = true,
    findings = preflight.findings_as_json(one.findings), allowed = json.array(one.silenced) }
end

-- Writes what was found about each campaign.
local function write_findings(ctx, list)
  if ctx.args.json then
    local out = json.array()
    for i, one in ipairs(list) do
      out[i] = findings_as_json(one)
    end
    return ctx:json(is_one_file(ctx.args) and out[1] or out)
  end
  for _, one in ipairs(list) do
    if #list > 1 and #one.findings > 0 then
      ctx.term:line(describe.name(one.item.model.name))
    end
    preflight.write_findings(one.findings, ctx.term)
    preflight.write_silenced(one.silenced, ctx.term)
  end
end

local function check_only(ctx, items, found_already)
  local forced, allowed, rules, all, list = missing.forced(ctx), allow.of(ctx), rules_of(ctx), {}, {}
  new_campaigns.check(ctx, items, found_already, function(item)
    rules.syntax = item.file:syntax()
    local found = validate.create("campaign", item.model, rules)
    if found then
      item.file:refuse(problems.error(found, item.file.name))
    end
    check_sends(ctx, item.file)
  end)
  for i, item in ipairs(items) do
    list[i] = { item = item }
    list[i].findings, list[i].silenced = allow.apply(findings_of(item.model, item.ids), allowed)
    for _, finding in ipairs(list[i].findings) do
      all[#all + 1] = finding
    end
  end
  write_findings(ctx, list)
  missing.refuse(all, forced, "the campaign could not be sent", "complete the file", not ctx.args.json)
  for _, item in ipairs(not ctx.args.json and items or {}) do
    ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", describe.name(item.model.name),
      ": the file is valid")
  end
end

-- What to do next to send what the files say; nil where they say nothing of it.
local function advice(ctx, items, made)
  for i, item in ipairs(items) do
    if next(item.file.sends) then
      return (" To send what the file says: %s apply FILE --adopt %s, then %s schedule FILE."):format(
        text.clean(ctx:program()), text.clean(made[i].id), text.clean(ctx:program()))
    end
  end
end

local function draw(ctx, items, made)
  local done = #made == 1 and "Created." or ("Created %s."):format(text.count(#made, "campaign"))
  ctx.term:note(ctx.term:err_style("good", done), " Nothing is sent until klaviyo schedule.",
    advice(ctx, items, made) or "")
  local known = names.of(ctx, made)
  for _, campaign in ipairs(made) do
    draw_tree.write(ctx.term, campaign, { zone = describe.zone(campaign) or ctx:zone(), now = ctx:now(),
      names = known })
  end
end

function create.run(ctx, args)
  if args.template then
    return ctx.term:write(csv_template.text(args.template[1], rules_of(ctx)))
  elseif #args.files == 0 then
    failure.raise { code = "usage", message = "create takes campaign files, or - for standard input." }
  end
  local items, found = new_campaigns.read(ctx)
  if args.dry_run then
    ctx:refuse_fields "--dry-run"
    return check_only(ctx, items, found)
  end
  ctx.term.keep_going = true
  local is_single = is_one_file(args)
  if is_single then
    check_sends(ctx, items[1].file)
  else
    new_campaigns.check(ctx, items, found, function(item)
      planning.check(ctx:client(), item.file, item.model, false)
    end)
    items = new_campaigns.prepare(ctx, items)
  end
  local made = new_campaigns.create(ctx, items)
  if not ctx:wants_data() then
    return draw(ctx, items, made)
  end
  local records = json.array()
  for i, campaign in ipairs(made) do
    records[i] = as_json.campaign(campaign)
  end
  ctx:data(is_single and records[1] or records)
end

return create
