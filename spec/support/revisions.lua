-- SPDX-License-Identifier: MIT
--- The revision that each dialect is spoken at in specs. `make conformance` moves openapi to that of its file.

return { guide = "2026-04-15.pre", openapi = "2026-07-15.pre" }
