-- SPDX-License-Identifier: MIT
--- Functions run at once in coroutines, at most so many: what `all` is in the loops that resume coroutines themselves.

local group = {}

---Begins. A place that falls free is taken by the next function.
---@param functions function[]
---@param limit integer
---@param start fun(thread: thread, failed: fun(message: any))  sets a coroutine going, now or later; calls failed if it
---                                                             raises
---@param ended fun()  called once, when the last one has ended
---@return table[] results      by place: { true, results..., n = } or { false, message, n = }; filled as they end
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
      local place = started
      local ok, message = pcall(begin_next, place)
      if not ok then
        finish(place, false, message)
      end
    end
    filling = false
    if running == 0 then
      ended()
    end
  end
  -- One whose end finds no memory ends once more, with that.
  function finish(place, ...)
    local again = results[place] ~= nil
    results[place] = { n = select("#", ...), ... }
    running = again and running or running - 1
    fill()
  end
  function begin_next(place)
    start(coroutine.create(function()
      finish(place, true, functions[place]())
    end), function(message)
      finish(place, false, message)
    end)
  end
  fill()
  return results, function()
    return running == 0
  end
end

return group
