-- SPDX-License-Identifier: MIT
--- A plan that is kept until it is applied: what the files said, what was in the account, and what was to be changed.
--- Nothing in it is executed. Apply makes its own plan of the same files, and reviewed.lua says whether that is what
--- was reviewed; so a text that somebody changed has no effect but a refusal.

local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local json = require "klaviyo.model.json"
local parts = require "klaviyo.cli.plan.parts"
local pretty = require "klaviyo.cli.terminal.pretty"
local suggest = require "klaviyo.model.suggest"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"

local saved_plan = {}

local VERSION = 1
local OPTIONS = { "adopt", "again", "lock", "prune" }
local TYPES = { adopt = "string", again = "boolean", lock = "string", prune = "boolean" }
local SEAL = '"seal": "%s"' -- of the text, with zeros in its place
local ZEROS = "sha256:" .. ("0"):rep(64)

-- The digest of a file and of those that it includes.
local function digest_of(file)
  local texts = { file.text }
  for _, path in ipairs(pretty.names(file.included or {})) do
    texts[#texts + 1] = files.read(path) or ""
  end
  return files.digest(table.concat(texts, "\0"))
end

-- Writing -----------------------------------------------------------------------------------------------------------

-- The parts of a file, by their keys.
local function wanted_of(change, list)
  if change.wanted then
    list[#list + 1] = { key = change.key, title = change.title, fields = change.wanted.fields }
  end
  for _, child in ipairs(change.children) do
    wanted_of(child, list)
  end
  return list
end

-- The parts of the account, with their ids.
local function state_of(part, owner, list)
  list[#list + 1] = { id = part.id, owner = owner, kind = part.kind, status = part.status, fields = part.fields,
    title = part.name and ("%s %s"):format(part.kind, part.name) or ("%s %s"):format(part.kind, part.id) }
  for _, child in ipairs(part.children) do
    state_of(child, part.id, list)
  end
  return list
end

-- What is to be done, and what is blocked.
local function changes_of(change, list)
  if change.action ~= "keep" or change.reason then
    local fields = json.array()
    for i, field in ipairs(change.fields) do
      fields[i] = { name = field.name, before = field.before, after = field.after, base = field.base }
    end
    list[#list + 1] = { action = change.action, kind = change.kind, key = change.key, title = change.title,
      id = change.actual and change.actual.id, reason = change.reason, fields = fields }
  end
  for _, child in ipairs(change.children) do
    changes_of(child, list)
  end
  return list
end

---What a plan says about a file.
---@param item klaviyo.cli.planning
---@return table
function saved_plan.file(item)
  return { file = item.file.name, lock = item.lock.path, digest = digest_of(item.file),
    name = item.model.name, wanted = wanted_of(item.change, json.array()), sends = item.file.sends,
    state = item.campaign and state_of(parts.of_campaign(item.campaign), nil, json.array()) or json.array(),
    changes = changes_of(item.change, json.array()) }
end

-- The account. Not every key may read whose it is: then its profile and its origin stand for it. Any other failure ends
-- the command, or a plan for another account might pass.
local function account_of(ctx)
  local account, err = ctx:client():account()
  if err and err.kind ~= "forbidden" and err.kind ~= "not_found" then
    failure.check(nil, err)
  end
  return { name = ctx:account_name(), sandbox = ctx.sandbox, id = account and account.id,
    origin = ctx:client().options.base_url, revision = ctx:client().options.revision }
end

---Writes a plan. The file is its owner's alone: it holds texts that are not published yet.
---@param ctx klaviyo.cli.context
---@param items klaviyo.cli.planning[]
---@param path string  "-": standard output
function saved_plan.write(ctx, items, path)
  local content = { klaviyo_plan = VERSION, made = time.format(ctx:now()), account = account_of(ctx), options = {},
    variables = ctx.args.set or json.array(), files = json.array() }
  for _, name in ipairs(OPTIONS) do
    content.options[name] = ctx.args[name]
  end
  for i, item in ipairs(items) do
    if item.file.name == "stdin" then
      failure.raise { code = "usage", message = "A plan of standard input cannot be kept: apply reads the file again." }
    end
    content.files[i] = saved_plan.file(item)
  end
  content.seal = ZEROS
  local blank = pretty.json(content) .. "\n"
  local sealed = blank:gsub(SEAL:format(ZEROS), SEAL:format(files.digest(blank)))
  if path == "-" then
    return ctx.term:write(sealed)
  end
  local ok, message = files.write(path, sealed, true)
  if not ok then
    failure.raise { code = "input", message = "the plan cannot be written: " .. tostring(message) }
  end
  ctx.term:note(("Plan written to %s; to do exactly this: %s apply --plan %s"):format(text.clean(path), ctx:program(),
    text.clean(path)))
end

-- Reading -----------------------------------------------------------------------------------------------------------

local CHANGE = { action = "string", kind = "string", key = "string", title = "string",
  fields = { list = { name = "string" } } }
local FILE = { file = "string", lock = "string", digest = "string", changes = { list = CHANGE },
  wanted = { list = { key = "string", title = "string", fields = "object" } },
  state = { list = { id = "string", title = "string", kind = "string", fields = "object" } } }
local PLAN = { made = "string", account = { name = "string", origin = "string", sandbox = "boolean" },
  options = "object", variables = { list = "string" }, files = { list = FILE } }

-- Whether a value has what a shape names: a type, "object" for one of JSON, `list` for the elements of an array, or
-- fields.
local function has_shape(value, shape)
  if shape == "object" then
    return type(value) == "table" and (next(value) == nil or type(next(value)) == "string")
  elseif type(shape) == "string" then
    return type(value) == shape
  elseif type(value) ~= "table" then
    return false
  elseif shape.list then
    for _, element in ipairs(value) do
      if not has_shape(element, shape.list) then
        return false
      end
    end
    return true
  end
  for name, inner in pairs(shape) do
    if not has_shape(value[name], inner) then
      return false
    end
  end
  return true
end

---Ends the command: this plan cannot be applied.
---@param message string
---@param details? string[]
---@param hint? string  default: to make a new one
function saved_plan.refuse(message, details, hint)
  failure.raise { code = "refused", message = message .. "; nothing was changed.", details = details,
    hint = hint or "make a new plan with klaviyo plan -o, and have it reviewed" }
end

local refuse = saved_plan.refuse

local function is_sealed(content)
  local seal = content:match '"seal": "(sha256:%x+)"'
  return seal and files.digest((content:gsub(SEAL:format(seal), SEAL:format(ZEROS)))) == seal
end

local function has_options(options)
  for name, value in pairs(options) do
    if type(value) ~= TYPES[name] then
      return false
    end
  end
  return true
end

local function parse(path)
  local content, message = files.read(path)
  if not content then
    failure.raise { code = "input", message = message }
  end
  local plan = files.json(content, path, "it is written by klaviyo plan -o")
  local version = type(plan) == "table" and plan.klaviyo_plan
  if type(version) ~= "number" then
    failure.raise { code = "input", message = path .. ": is not a plan", hint = "it is written by klaviyo plan -o" }
  elseif version ~= VERSION then
    refuse(("%s was written by %s klaviyo (format %s, this one reads %d)"):format(path,
      version < VERSION and "an older" or "a newer", tostring(version), VERSION))
  elseif not is_sealed(content) or not has_shape(plan, PLAN) or not has_options(plan.options) then
    refuse(("%s was changed after it was made"):format(path))
  end
  return plan
end

local KINDS = { name = "account", origin = "service at", id = "account", revision = "revision" }

-- What to do about a plan for something else.
local function remedy(ctx, name, wanted)
  if name == "revision" then
    return "choose it with --revision " .. tostring(wanted.revision)
  elseif name == "name" and not ctx.sandbox and not wanted.sandbox then
    return "choose it with --profile " .. tostring(wanted.name)
  end
end

-- A plan is for one account, read in one revision: in another one the same campaigns have other fields. The sandbox is
-- at another address whenever it is started.
local function require_account(ctx, path, plan)
  local account, wanted = account_of(ctx), plan.account
  for _, name in ipairs { "name", "origin", "id", "revision" } do
    local is_known = wanted[name] ~= nil and account[name] ~= nil
    if is_known and wanted[name] ~= account[name] and not (name == "origin" and account.sandbox) then
      refuse(("%s is for the %s %s, and this is %s"):format(path, KINDS[name], suggest.show(wanted[name]),
        suggest.show(account[name])), nil, remedy(ctx, name, wanted))
    end
  end
end

---Reads a plan for this account. Its files and options become the arguments of the command.
---@param ctx klaviyo.cli.context
---@param path string
---@return table plan
function saved_plan.open(ctx, path)
  local args, plan = ctx.args, parse(path)
  for _, name in ipairs { "files", "set", (table.unpack or unpack)(OPTIONS) } do
    local given = args[name]
    local is_given = given and not (type(given) == "table" and #given == 0)
    if is_given and name ~= "again" then -- which also goes on after an interruption
      failure.raise { code = "usage", message = ("--plan says itself which files and options: %s is one too many.")
        :format(name == "files" and "FILE" or "--" .. name) }
    end
  end
  require_account(ctx, path, plan)
  args.files = {}
  for i, file in ipairs(plan.files) do
    args.files[i] = file.file
  end
  for _, name in ipairs(OPTIONS) do
    args[name] = args[name] or plan.options[name]
  end
  args.set = #plan.variables > 0 and plan.variables or nil
  return plan
end

return saved_plan
