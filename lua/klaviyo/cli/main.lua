#!/usr/bin/env lua
-- SPDX-License-Identifier: MIT
-- The installed program `klaviyo`.

-- From here on a signal is recorded: one that comes while modules load must not show a traceback.
require("klaviyo.terminal").catch_signals()
os.exit(require("klaviyo.cli").run(arg), true)
