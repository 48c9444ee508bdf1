-- SPDX-License-Identifier: MIT
--- The wire names of the published guide (revision 2026-04-15.pre).
-- A form says where fields stand in `attributes`: under `home`, by their own name, unless `fields` says otherwise.

local writer = require "klaviyo.wire.dialect.write"

local function is_name(value)
  return type(value) == "string" and value ~= ""
end

return writer.new {
  name = "guide",
  names_clones = false,
  forms = {
    campaign = { home = { "definition" }, needs = "definition" },
    audience = { home = {}, fields = { name = { "audience_name" } } },
    -- The guide's inline audience has no name: it can be set once the audience exists.
    inline_audience = { home = {}, fields = { name = { "audience_name" } }, omit = { name = is_name } },
    message = { home = { "definition" }, needs = "definition" },
    inline_message = { home = { "definition" }, needs = "definition",
      fields = { audience_temporary_id = { "audience_temporary_id" } } },
    variation = { home = { "definition" }, needs = "definition" },
  },
}
