-- SPDX-License-Identifier: MIT
--- The dialect of the published guide (revision 2026-04-15.pre). Where its fields stand is in fields.lua.

return require("klaviyo.wire.dialect.write").new { name = "guide", names_clones = false }
