-- SPDX-License-Identifier: MIT
--- klaviyo segments: lists the segments of the account.

return require("klaviyo.cli.named_list").command "segment"
