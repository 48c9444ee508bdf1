-- SPDX-License-Identifier: MIT
--- The descriptors that this process has open, on Linux; elsewhere nothing is known.

local collect = require "spec.support.collect"
local has_lfs, lfs = pcall(require, "lfs")

local descriptors = {}

---The targets of all descriptors: "socket:[123]", "pipe:[45]", "/path".
---@return string[]
function descriptors.list()
  local targets = {}
  if has_lfs and lfs.attributes("/proc/self/fd", "mode") == "directory" then
    for name in lfs.dir "/proc/self/fd" do
      local target = name:find "^%d" and lfs.symlinkattributes("/proc/self/fd/" .. name, "target")
      if target then
        targets[#targets + 1] = target
      end
    end
  end
  return targets
end

---How many are sockets, after what can be collected has been.
---@return integer
function descriptors.sockets()
  collect()
  local count = 0
  for _, target in ipairs(descriptors.list()) do
    count = count + (target:find("socket:", 1, true) and 1 or 0)
  end
  return count
end

return descriptors
