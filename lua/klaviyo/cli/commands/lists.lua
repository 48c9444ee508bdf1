-- SPDX-License-Identifier: MIT
--- klaviyo lists: lists the lists of the account.

return require("klaviyo.cli.named_list").command "list"
