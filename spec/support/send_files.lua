-- SPDX-License-Identifier: MIT
--- Two campaign files with sends, applied to the account of a sandbox, for the specs of klaviyo schedule FILE...

local process = require "spec.support.process"
local wire = require "spec.support.wire"
local cli = require "spec.support.cli"

local send_files = {}

send_files.FRIDAY = [[
local sale = campaign "Black Friday"
  :timezone "America/New_York"
  :send { at = "2099-11-27T09:00" }
sale:audience("VIP", { included = { "LIST_1" } })
  :email { name = "Blast", subject = "It starts now", preview_text = "Up to 40 % off", template_id = "TEMPLATE",
           from_email = "hello@example.com", from_label = "Example" }
  :sms { name = "Text", body = "The sale is on",
         send = { at = "2099-11-27T11:00", strategy = "throttled", percentage = 25 } }
sale:audience("Everyone", { included = { "LIST_2" }, excluded = { "LIST_1" } })
  :push { name = "Push", title = "Sale", body = "Now", send = { at = "2099-11-27T16:00", timezone = "Europe/Berlin" } }
return sale
]]

send_files.MONDAY = [[
return { name = "Cyber Monday", timezone = "America/New_York", send = { at = "2099-11-30T10:00" },
  audiences = { { name = "VIP", included = { "LIST_1" },
    messages = { { name = "Last", channel = "sms", body = "Only today" } } } } }
]]

---@class spec.send_files
local world = {}
world.__index = world

---@param dialect? string
---@return spec.send_files
function send_files.start(dialect)
  local self = setmetatable({}, world)
  self.sandbox, self.kl, self.user = cli.start()
  if dialect then
    self.user:write("config", self.user:read "config" .. ('revision = "%s"\n'):format(wire.revisions[dialect]))
  end
  return self
end

function world:stop()
  cli.stop(self.sandbox, self.kl, self.user)
end

---Both files, applied, as if for the first time.
function world:apply()
  self.sandbox:reset()
  for name, text in pairs { friday = send_files.FRIDAY, monday = send_files.MONDAY } do
    os.remove(self.user:path(name .. ".lua.lock"))
    self.user:write(name .. ".lua", text)
    local result = self.user:run(("apply %s --yes"):format(self.user:path(name .. ".lua")))
    assert(result.code == 0, result.err)
  end
  self.sandbox:clear_requests()
end

---@param name string
---@param pattern string
---@param text string
function world:change(name, pattern, text)
  local content, count = self.user:read(name .. ".lua"):gsub(pattern, text)
  assert(count > 0, pattern)
  self.user:write(name .. ".lua", content)
end

---Arguments that schedule both files.
---@param options? string
---@return string
function world:arguments(options)
  return ("schedule %s %s %s"):format(self.user:path "friday.lua", self.user:path "monday.lua", options or "--yes")
end

---@param options? string
---@return { code: integer, out: string, err: string }
function world:schedule(options)
  return self.user:run(self:arguments(options))
end

---The messages of the account by name: a client of its own reads them, for the other's connection may be old.
---@return table<string, klaviyo.message>
function world:messages()
  local list = {}
  for message in self.kl.messages:each { include = { "variations" } } do
    list[message.name] = message
  end
  return list
end

---The statuses of the messages: "Blast DRAFT, Last SCHEDULED, ...".
---@return string
function world:statuses()
  local lines = {}
  for name, message in pairs(self:messages()) do
    lines[#lines + 1] = name .. " " .. message.status
  end
  table.sort(lines)
  return table.concat(lines, ", ")
end

---How many requests of a method came to where messages are scheduled and reverted.
---@param method "POST"|"PATCH"
---@return integer
function world:count(method)
  local count = 0
  for _, request in ipairs(self.sandbox:requests()) do
    local is_one = request.method == method and request.path:find("/api/campaign-message-schedule", 1, true)
    count = count + (is_one and 1 or 0)
  end
  return count
end

---Waits until a write has been executed after the kill.
function world:await_late()
  process.wait_for("the late effect", function()
    for _, effect in ipairs(self.sandbox:effects()) do
      if effect.by == "late" then
        return true
      end
    end
  end)
end

---Runs klaviyo schedule of both files and ends it at a write.
---@param write { method: "POST"|"PATCH", nth: integer }
---@param options? { fault: table?, signal: string?, may_have_ended: boolean? }  what happens to that write; KILL if
---                                                                              nothing is said
function world:stop_at(write, options)
  options = options or {}
  local fault = {}
  for name, value in pairs(options.fault or {}) do
    fault[name] = value
  end
  fault.method, fault.path, fault.after = write.method, "/api/campaign-message-schedule*", write.nth - 1
  self.sandbox:clear_requests()
  self.sandbox:fail(fault)
  self.user:write("pid", "")
  local command = ("echo $$ >%s; exec %s"):format(process.quote(self.user:path "pid"),
    self.user:command(self:arguments()))
  local running = process.start("sh -c " .. process.quote(command), self.user:path "killed")
  local pid = process.wait_for("its process id", function()
    return self.user:read("pid"):match "(%d+)\n"
  end)
  process.wait_for("the write", function()
    return self:count(write.method) >= write.nth
  end)
  local function signal(name)
    local done = os.execute(("kill -%s %s 2>/dev/null"):format(name, pid))
    return done == true or done == 0
  end
  assert(signal(options.signal or "KILL") or options.may_have_ended, "it had ended before")
  process.wait_for("its end", function()
    return not signal "0"
  end)
  running:stop()
  self.sandbox:clear_faults()
end

return send_files
