#!/usr/bin/env lua
-- SPDX-License-Identifier: MIT
-- The installed program `klaviyo`.

os.exit(require("klaviyo.cli").run(arg), true)
