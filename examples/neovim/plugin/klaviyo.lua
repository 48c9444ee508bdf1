-- SPDX-License-Identifier: MIT
-- The commands of the plugin. It is loaded when one of them is used.
--
--   :KlaviyoCampaigns [TEXT]     lists campaigns; with TEXT, those whose name contains it
--   :KlaviyoCreate               creates a campaign of the text in this buffer; sends nothing
--   :KlaviyoEdit CAMPAIGN        opens a campaign, by its id, as a buffer of Lua; :w shows what changes, and saves it
--   :KlaviyoPreview [JSON]       shows how its messages look, with these values of variables
--   :KlaviyoSchedule [AT [STRATEGY [PERCENTAGE]]]    schedules the campaign of this buffer, or under the cursor
--   :KlaviyoWatch                follows its messages
--   :KlaviyoReport [METRIC]      shows what it led to
--   :KlaviyoNames                reads the names that are offered again
--   :checkhealth klaviyo, :help klaviyo
--
-- The key is in KLAVIYO_API_KEY, or in require("klaviyo_nvim").setup { client = { api_key = ... } }.

if vim.g.loaded_klaviyo then
  return
elseif vim.fn.has "nvim-0.7" == 0 then
  vim.notify("klaviyo: this plugin needs Neovim 0.7 or later", vim.log.levels.ERROR)
  return
end
vim.g.loaded_klaviyo = true

local function command(name, module, verb, options)
  vim.api.nvim_create_user_command(name, function(given)
    local found, part = pcall(require, "klaviyo_nvim." .. module)
    if found then
      part[verb](given)
    else
      vim.notify(("klaviyo: %s; see :checkhealth klaviyo"):format(tostring(part):match "module '[^']+' not found"
        or tostring(part)), vim.log.levels.ERROR)
    end
  end, options)
end

command("KlaviyoCampaigns", "list", "command", { nargs = "?", desc = "List campaigns" })
command("KlaviyoCreate", "create", "command", { nargs = 0, bang = true, desc = "Create the campaign of this buffer" })
command("KlaviyoEdit", "campaign", "command", { nargs = 1, desc = "Open a campaign" })
command("KlaviyoNames", "names", "command", { nargs = 0, desc = "Read names of lists and the like again" })
command("KlaviyoPreview", "preview", "command", { nargs = "?", desc = "Show how the campaign here looks" })
command("KlaviyoSchedule", "schedule", "command", { nargs = "*", bang = true, desc = "Schedule the campaign here" })
command("KlaviyoWatch", "watch", "command", { nargs = 0, desc = "Follow the messages of the campaign here" })
command("KlaviyoReport", "report", "command", { nargs = "?", desc = "Show what the campaign here led to" })
