-- SPDX-License-Identifier: MIT
--- The revisions of the API, and what each of them has.

local revisions = {}

local FIRST, SECOND = "2026-04-15", "2026-07-15"

---Which dialect a revision speaks: `auto` where both published specs claim the revision.
---@param revision string
---@return "guide"|"openapi"|"auto"|nil
---@return string|nil message
function revisions.dialect(revision)
  local date, suffix = tostring(revision):match("^(%d%d%d%d%-%d%d%-%d%d)(.*)$")
  if not date or (suffix ~= "" and not suffix:find("^%.[%w.]+$")) then
    return nil, ("revision %q is not a date such as 2026-04-15.pre"):format(tostring(revision))
  elseif date < FIRST then
    return nil, ("revision %s is older than the multi-channel Campaigns API; 2026-04-15.pre, 2026-07-15.pre, "
      .. "2026-10-15 and later are known"):format(revision)
  elseif date < SECOND then
    return "auto"
  end
  return "openapi"
end

---Whether a revision can throttle by the minute.
---@param revision string
---@return boolean
function revisions.has_throttle_unit(revision)
  return tostring(revision):sub(1, 10) >= SECOND
end

return revisions
