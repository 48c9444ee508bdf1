-- SPDX-License-Identifier: MIT
--- The wire names of the published guide (revision 2026-04-15.pre).
-- A form says where fields stand in `attributes`: under `home`, by their own name, unless `fields` says otherwise.

local writer = require "klaviyo.dialect.writer"

local audience = { home = {}, fields = { name = { "audience_name" } } }

return writer.new {
  name = "guide",
  forms = {
    campaign = { home = { "definition" }, needs = "definition" },
    audience = audience,
    -- The guide shows an inline audience without a name; the attribute of the resource is taken to serve there too.
    inline_audience = audience,
    message = { home = { "definition" }, needs = "definition" },
    inline_message = { home = { "definition" }, needs = "definition",
      fields = { audience_temporary_id = { "audience_temporary_id" } } },
    variation = { home = { "definition" }, needs = "definition" },
  },
}
