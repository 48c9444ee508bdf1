-- SPDX-License-Identifier: MIT

---Collects all that can be. What a userdata holds goes in the cycles after its finalizer; what LuaJIT compiled keeps
---the closures that it met.
return function()
  if rawget(_G, "jit") then
    require("jit").flush()
  end
  for _ = 1, 5 do
    collectgarbage()
  end
end
