-- SPDX-License-Identifier: MIT
--- A module with logic has the spec of its name, so that `ls spec/*/NAME_spec.lua` finds it. The name of an init.lua is
--- that of its folder; a command and a module of one name share a spec.

local source = require "spec.support.source"

-- Modules without a spec of their name, and why.
local WITHOUT = {
  ["lua/klaviyo/version.lua"] = "a constant",
  ["lua/klaviyo/cli/environment.lua"] = "tables of texts; drift_spec compares the variables with the sources",
  ["lua/klaviyo/cli/field_examples.lua"] = "a table of values, each of which field_help_spec has validated",
  ["lua/klaviyo/cli/commands/lists.lua"] = "names a kind of named_list, whose spec runs it",
  ["lua/klaviyo/cli/commands/segments.lua"] = "names a kind of named_list, whose spec runs it",
  ["lua/klaviyo/cli/commands/templates.lua"] = "names a kind of named_list, whose spec runs it",
  ["lua/klaviyo/cli/commands/tags.lua"] = "names a kind of named_list, whose spec runs it",
  ["lua/klaviyo/related.lua"] = "a table of classes without methods of their own",
  ["lua/klaviyo/calls/rules.lua"] = "switches; reconcile_spec shows what each of them is for",
  ["lua/klaviyo/fleet/script_texts.lua"] = "texts, which budget_spec and lease_spec run in a redis-server",
  ["lua/klaviyo/fleet/source.lua"] = "joins budget and lease, whose specs see it",
  ["lua/klaviyo/model/schema_beside.lua"] = "part of the schema, which schema_spec is about",
  ["lua/klaviyo/model/schema_details.lua"] = "part of the schema, which schema_spec is about",
  ["lua/klaviyo/wire/dialect/guide.lua"] = "declares a dialect; write_spec and dialect_spec are about it",
  ["lua/klaviyo/wire/dialect/types.lua"] = "a table of names, which conformance_spec holds against the published specs",
}

-- Specs of the sandbox are about its C sources, and those of the project about the tree: neither counts.
local function has_spec(path)
  local folder, name = path:match "([^/]+)/([^/]+)%.lua$"
  name = name == "init" and folder or name
  for _, spec_folder in ipairs(path:find "^lua/klaviyo/cli/" and { "cli" } or { "unit", "client", "loop", "fleet" }) do
    local file = io.open(("spec/%s/%s_spec.lua"):format(spec_folder, name))
    if file then
      file:close()
      return true
    end
  end
  return false
end

describe("a module #text", function()
  for _, path in ipairs(source.files("lua/klaviyo", "-name '*.lua' ! -path '*/meta/*'")) do
    it(("has the spec of its name: %s"):format(path), function()
      if WITHOUT[path] then
        assert.is_false(has_spec(path), path .. " has one now: take it from the list")
      else
        assert.is_true(has_spec(path), path)
      end
    end)
  end
end)
