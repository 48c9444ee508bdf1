-- SPDX-License-Identifier: MIT
--- Many campaign files of a user, for specs of what commands do with several.

local campaign_files = {}

---The text of a campaign file with one audience and some text messages.
---@param name string
---@param bodies string[]
---@return string
function campaign_files.text(name, bodies)
  local lines = { ("local sale = campaign %q"):format(name),
    'local vip = sale:audience(nil, { included = { "LIST" } })' }
  for i, body in ipairs(bodies) do
    lines[#lines + 1] = ("vip:sms { name = \"Text %d\", body = %q }"):format(i, body)
  end
  lines[#lines + 1] = "return sale"
  return table.concat(lines, "\n") .. "\n"
end

---Writes files of campaigns "Sale 01" and so on, with two messages each.
---@param user support.cli
---@param count integer
---@param body? string
---@return string paths  for a command line
function campaign_files.write(user, count, body)
  local paths = {}
  for i = 1, count do
    paths[i] = user:write(("sale%02d.lua"):format(i),
      campaign_files.text(("Sale %02d"):format(i), { body or "It starts", "It ends" }))
  end
  return table.concat(paths, " ")
end

---Removes the lock files.
---@param user support.cli
function campaign_files.unlock(user)
  os.execute("rm -f " .. user.directory .. "/*.lock")
end

return campaign_files
