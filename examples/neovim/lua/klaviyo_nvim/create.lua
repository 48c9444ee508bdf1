-- SPDX-License-Identifier: MIT
--- :KlaviyoCreate: a new campaign of the text in this buffer, after a look at what it will be. Nothing is sent.

local diff = require "klaviyo.cli.plan.diff"
local diff_view = require "klaviyo.cli.plan.diff_view"
local facts = require "klaviyo.cli.describe"
local filter = require "klaviyo.model.filter"
local float = require "klaviyo_nvim.float"
local names = require "klaviyo.cli.names"
local parts = require "klaviyo.cli.plan.parts"
local plugin = require "klaviyo_nvim"
local problems = require "klaviyo_nvim.problems"

local create = {}

-- Campaigns of the same name that are in the account.
local function same_name(kl, name)
  local count = 0
  for one in kl.campaigns:each { filter = filter.all(filter.equals("archived", false), filter.contains("name", name)),
    fields = { campaign = "name" } } do
    count = count + (one.name == name and 1 or 0)
  end
  return count
end

local function summary(model, ids, shown, count)
  local lines = { "This will be created" }
  diff_view.write(plugin.writer(lines), diff.plan(parts.of_model(model, ids), nil, {}), shown)
  if count > 0 then
    lines[#lines + 1] = ("! the account has %s of this name"):format(count == 1 and "a campaign" or count
      .. " campaigns")
  end
  return lines
end

local function run(buffer, bang)
  local kl = plugin.client()
  local ctx = plugin.context(kl)
  local file, model, ids = problems.check(buffer, kl)
  model = problems.resolve(buffer, ctx, file, model)
  local yes = bang
  if not bang then
    local lines = summary(model, ids, names.learned(ctx), same_name(kl, model.name))
    if next(file.sends) then
      lines[#lines + 1] = "  its send times are not used here: :KlaviyoSchedule sets them"
    end
    yes = plugin.await(function(done)
      float.confirm(lines, "Nothing is sent by this. Create?", done)
    end)
  end
  if not yes then
    plugin.notify "nothing was created"
    return
  end
  local made = plugin.check(kl.campaigns:create(model))
  plugin.notify("created: " .. facts.name(made.name))
  return made.id
end

---@param given { bang: boolean }  bang: without asking
function create.command(given)
  local buffer = vim.api.nvim_get_current_buf()
  local id, made = vim.b[buffer].klaviyo_campaign, vim.b[buffer].klaviyo_created
  if id then
    return plugin.notify("this is a campaign of the account already; :w saves it", vim.log.levels.WARN)
  elseif vim.b[buffer].klaviyo_creating then
    return plugin.notify("this buffer's campaign is being created", vim.log.levels.WARN)
  elseif made and not given.bang then
    return plugin.notify("this buffer's campaign was created; :KlaviyoEdit " .. made .. " opens it, and "
      .. ":KlaviyoCreate! creates another", vim.log.levels.WARN)
  end
  vim.b[buffer].klaviyo_creating = true
  plugin.run(function()
    local ok, result = pcall(run, buffer, given.bang)
    vim.b[buffer].klaviyo_creating = nil
    if not ok then
      error(result, 0)
    elseif result then
      vim.b[buffer].klaviyo_created = result
      require("klaviyo_nvim.campaign").open(result)
    end
  end)
end

return create
