-- SPDX-License-Identifier: MIT
--- Functions run at once in coroutines, at most so many: what `all` is in the loops that resume coroutines themselves.

local group = {}

---Starts the first functions. The next one starts whenever one has ended.
---@param functions function[]
---@param limit integer
---@param start fun(thread: thread, failed: fun(message: any))  sets a coroutine going, now or later; calls failed if it
---                                                             raises
---@param ended fun()  called once, when the last one has ended
---@return table[] results      { true, results..., n = } or { false, message, n = } in the place of each function, once
---                             it has ended
---@return fun(): boolean over
function group.begin(functions, limit, start, ended)
  local results, started, running, filling = {}, 0, 0, false
  local begin_next, finish
  local function fill()
    if filling then
      return -- a function that ends at once is followed by the next one from the loop below, not from inside it
    end
    filling = true
    while running < limit and started < #functions do
      started, running = started + 1, running + 1
      local index = started
      local ok, message = pcall(begin_next, index)
      if not ok then
        finish(index, false, message)
      end
    end
    filling = false
    if running == 0 then
      ended()
    end
  end
  -- If there is no memory for what a function returned, it ends a second time, with that error.
  function finish(index, ...)
    local again = results[index] ~= nil
    results[index] = { n = select("#", ...), ... }
    running = again and running or running - 1
    fill()
  end
  function begin_next(index)
    start(coroutine.create(function()
      finish(index, true, functions[index]())
    end), function(message)
      finish(index, false, message)
    end)
  end
  fill()
  return results, function()
    return running == 0
  end
end

return group
