-- SPDX-License-Identifier: MIT
--- klaviyo templates: lists the templates of the account.

return require("klaviyo.cli.named_list").command "template"
