-- SPDX-License-Identifier: MIT
--- The public name of the filter functions; klaviyo.filter is the same table.

return require "klaviyo.model.filter"
