-- SPDX-License-Identifier: MIT
--- The dialect of the published OpenAPI files (2026-07-15.pre and later, and as last published 2026-04-15.pre). Where
--- its fields stand is in fields.lua.

return require("klaviyo.wire.dialect.write").new { name = "openapi", names_clones = true }
