-- SPDX-License-Identifier: MIT
--- klaviyo request: makes any request to the service, with the library's limits, retries and errors.

local core = require "klaviyo.core"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local pretty = require "klaviyo.cli.terminal.pretty"
local text = require "klaviyo.cli.terminal.text"
local values = require "klaviyo.cli.values"

local request = { summary = "Make any request to the service: GET /api/campaigns.", examples = {
  'request GET /api/lists --query "page[size]=5"',
  "request PATCH /api/profiles/01J9Z3NDEKTSV4RRFFQ69G5FAV --data @profile.json",
} }

local METHODS = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" }

function request.define(command)
  command:argument("METHOD", table.concat(METHODS, ", ", 1, #METHODS - 1) .. " or " .. METHODS[#METHODS] .. ".")
    :target "method":convert(values.one_of("METHOD", METHODS, string.upper))
  command:argument("PATH", "Path, such as /api/lists."):target "path"
  command:option("-q --query", "A query parameter; may be repeated."):argname "NAME=VALUE":count "*"
  command:option("-d --data", "Body as JSON; @FILE reads a file, - standard input."):argname "JSON"
  command:option("-H --header", "An additional header; may be repeated."):argname "NAME:VALUE":count "*"
  command:flag("-i --include", "Print status and headers too.")
  command:flag("-y --yes", "Do not ask before a request that may change something.")
end

local function usage(message)
  failure.raise { code = "usage", message = message }
end

local function pairs_of(list, sign, what)
  local out = {}
  for _, item in ipairs(list) do
    local name, value = item:match("^([^" .. sign .. "]+)" .. sign .. "%s*(.*)$")
    if not name then
      usage(("%s is %s, found %s"):format(what, what == "--query" and "NAME=VALUE" or "NAME:VALUE", item))
    end
    out[#out + 1] = { name, value }
  end
  return out
end

local function body_of(data)
  if not data then
    return nil
  end
  local content = data == "-" and files.input() or data
  if data:sub(1, 1) == "@" then
    content = failure.check(files.read(data:sub(2)))
  end
  local document, err = core.document(content)
  if not document then
    failure.raise { code = "input", message = ("--data: %s"):format(err.message) }
  end
  document:close()
  return content
end

-- A request may send to real people or delete, which cannot be known here. So everything but reads is confirmed.
local function confirm(ctx, args)
  if args.method ~= "GET" and args.method ~= "HEAD" then
    ctx:agree { nothing = "nothing was sent",
      question = ("%s %s may change the account, or send to real people. Do it?"):format(args.method,
        text.clean(args.path)) }
  end
end

local function write_head(term, answer)
  term:line(tostring(answer.status))
  for _, name in ipairs(pretty.names(answer.headers)) do
    term:line(text.clean(name), ": ", text.clean(answer.headers[name]))
  end
  term:line("")
end

function request.run(ctx, args)
  local query, headers = pairs_of(args.query, "=", "--query"), {}
  for _, pair in ipairs(pairs_of(args.header, ":", "--header")) do
    headers[pair[1]] = pair[2]
  end
  local body = body_of(args.data)
  confirm(ctx, args)
  local kl = ctx:client()
  ctx.progress:begin "Waiting for the service"
  local ok, answer, err = pcall(kl.request, kl, { method = args.method, path = args.path,
    query = #query > 0 and query or nil, body = body, headers = next(headers) and headers or nil,
    once = args.method == "POST" or nil, raw = true })
  ctx.progress:finish()
  if not ok and type(answer) == "string" then
    usage((answer:gsub("^.-:%d+: ", "")))
  elseif not ok then
    error(answer, 0)
  end
  failure.check(answer, err, failure.is_missing(err) and "paths begin with /api/, as in GET /api/campaigns" or nil)
  if args.include then
    write_head(ctx.term, answer)
  end
  ctx:json_text(answer.body)
end

return request
