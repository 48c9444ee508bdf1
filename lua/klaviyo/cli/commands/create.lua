-- SPDX-License-Identifier: MIT
--- klaviyo create: creates a campaign from a file, with its audiences and messages, in one call. It sends nothing.

local allow = require "klaviyo.cli.allow"
local campaign_file = require "klaviyo.cli.plan.campaign_file"
local checks = require "klaviyo.cli.checks"
local revisions = require "klaviyo.model.revisions"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local file_sends = require "klaviyo.cli.plan.file_sends"
local strip_ids = require "klaviyo.cli.plan.strip_ids"
local json = require "klaviyo.model.json"
local missing = require "klaviyo.cli.missing"
local parts = require "klaviyo.cli.plan.parts"
local preflight = require "klaviyo.cli.preflight"
local problems = require "klaviyo.model.problems"
local reference = require "klaviyo.model.reference"
local suggest = require "klaviyo.model.suggest"
local as_json = require "klaviyo.cli.as_json"
local names = require "klaviyo.cli.names"
local draw_tree = require "klaviyo.cli.draw_tree"
local text = require "klaviyo.cli.terminal.text"
local validate = require "klaviyo.model.validate"

local create = { summary = "Create a campaign from a file; sends nothing.", examples = {
  "create sale.lua --dry-run",
  "create sale.json",
} }

create.fields = as_json.fields.campaign

function create.define(command)
  command:argument("FILE", "FILE.lua (builder or table), FILE.json, or - for standard input."):target "file"
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

local function check_only(ctx, file, model, ids)
  local forced = missing.forced(ctx)
  local found = validate.create("campaign", model, rules_of(ctx))
  if found then
    file:refuse(problems.error(found, file.name))
  end
  check_sends(ctx, file)
  local findings, silenced = allow.apply(findings_of(model, ids), allow.of(ctx))
  if ctx.args.json then
    ctx:json { file = file.name, valid = true, findings = preflight.findings_as_json(findings),
      allowed = json.array(silenced) }
  else
    preflight.write_findings(findings, ctx.term)
    preflight.write_silenced(silenced, ctx.term)
  end
  missing.refuse(findings, forced, "the campaign could not be sent", "complete the file", not ctx.args.json)
  if ctx.args.json then
    return
  end
  ctx.term:line(ctx.term:style("good", ctx.term.glyphs.tick), " ", describe.name(model.name),
    ": the file is valid")
end

function create.run(ctx, args)
  local file = campaign_file.read(args.file)
  local model, ids = strip_ids.split(file.model)
  if args.dry_run then
    ctx:refuse_fields "--dry-run"
    return check_only(ctx, file, model, ids)
  end
  check_sends(ctx, file)
  ctx.term.keep_going = true
  local kl = ctx:client()
  ctx.progress:begin "Creating"
  ctx.log:begin(("Creating %s"):format(describe.name(model.name)))
  local campaign, err = kl.campaigns:create(model)
  ctx.progress:finish()
  if not campaign then
    file:refuse(err)
  end
  ctx:did(("Created %s (%s)."):format(describe.name(campaign.name), campaign.id))
  failure.check(not err, err and failure.of(err, "the campaign was created: klaviyo show " .. campaign.id))
  if ctx:wants_data() then
    return ctx:data(as_json.campaign(campaign))
  end
  ctx.term:note(ctx.term:err_style("good", "Created."), " Nothing is sent until klaviyo schedule.",
    next(file.sends) and (" To send what the file says: %s apply FILE --adopt %s, then %s schedule FILE."):format(
      text.clean(ctx:program()), text.clean(campaign.id), text.clean(ctx:program())) or "")
  draw_tree.write(ctx.term, campaign, { zone = describe.zone(campaign) or ctx:zone(), now = ctx:now(),
    names = names.of(ctx, { campaign }) })
end

return create
