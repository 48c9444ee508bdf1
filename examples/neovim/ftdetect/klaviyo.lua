-- SPDX-License-Identifier: MIT
-- Campaign files of the klaviyo command that are named so: Lua, with the fields of campaigns.

vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, { pattern = "*.campaign.lua", callback = function(event)
  vim.bo[event.buf].filetype = "lua"
  local found, language = pcall(require, "klaviyo_nvim.language")
  if found then -- :checkhealth klaviyo says what is missing
    language.attach(event.buf)
  end
end })
