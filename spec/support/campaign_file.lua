-- SPDX-License-Identifier: MIT
--- A campaign file that the command keeps equal to an account, for its specs.

local campaign_file = {}

---Functions of a spec: apply(options), plan(options), change(from, to) of the file, campaign() as it is in the account,
---writes() since the log of requests was cleared.
---@param world fun(): table, klaviyo.client, support.cli  the sandbox, its client, the user
---@return fun(options?: string): table apply
---@return fun(options?: string): table plan
---@return fun(from: string, to: string) change
---@return fun(): klaviyo.campaign, integer campaign
---@return fun(): string[] writes
function campaign_file.of(world)
  local function apply(options)
    local _, _, user = world()
    return user:run("apply " .. user:path "sale.lua" .. " --yes " .. (options or ""))
  end

  local function plan(options)
    local _, _, user = world()
    return user:run("plan " .. user:path "sale.lua" .. " " .. (options or ""))
  end

  local function change(from, to)
    local _, _, user = world()
    local text, count = user:read("sale.lua"):gsub(from, to)
    assert(count > 0, from)
    user:write("sale.lua", text)
  end

  local function campaign()
    local _, kl = world()
    local page = assert(kl.campaigns:list { filter = require("klaviyo").filter.equals("archived", false) })
    return assert(kl.campaigns:tree(page.data[1].id)), #page.data
  end

  -- The calls that changed something since the log was cleared.
  local function writes()
    local sandbox, list = world(), {}
    for _, request in ipairs(sandbox:requests()) do
      if request.method ~= "GET" then
        list[#list + 1] = request.method .. " " .. request.path:gsub("%w+$", function(last)
          return #last == 26 and "ID" or last
        end)
      end
    end
    return list
  end

  return apply, plan, change, campaign, writes
end

return campaign_file
