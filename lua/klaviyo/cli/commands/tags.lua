-- SPDX-License-Identifier: MIT
--- klaviyo tags: lists the tags of the account.

return require("klaviyo.cli.named_list").command "tag"
