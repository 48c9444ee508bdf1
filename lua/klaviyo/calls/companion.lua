-- SPDX-License-Identifier: MIT
--- Operations of older revisions that live on beside the campaigns of several messages. A client of a preview revision
--- sends them with the stable revision beside it, which may not know what the preview has created.

local revisions = require "klaviyo.model.revisions"

local companion = {}

---Performs such an operation. A 404 says which revision was asked.
---@param client klaviyo.client
---@param id string  of the operation
---@param call klaviyo.call
---@return klaviyo.wire.response|nil
---@return klaviyo.error|nil err
function companion.call(client, id, call)
  local received, err = client._dispatch:call(id, call)
  local own = call.options and call.options.revision or client._dispatch.revision
  local asked = revisions.companion(own)
  if err and err.kind == "not_found" and asked ~= own then
    local stable = revisions.companion_since()
    err.message = ('%s; the request went out with revision %s, whose endpoints may not know what revision %s has '
      .. 'created; from %s on both are one revision: klaviyo.client { revision = "%s" }, or --revision %s'):format(
      (err.message:gsub("%.$", "")), asked, own, stable, stable, stable)
  end
  return received, err
end

return companion
