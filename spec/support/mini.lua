-- SPDX-License-Identifier: MIT
--- As much of busted as the behaviour spec uses, for hosts that busted cannot run in: an nginx worker, an editor.
--- Prints TAP.

local assert = require "luassert"

local mini = {}

local function chain(block, kind, reverse)
  local list, outer = {}, block
  while outer do
    for i = #outer[kind], 1, -1 do
      table.insert(list, 1, outer[kind][i])
    end
    outer = outer.parent
  end
  if reverse then
    for i = 1, math.floor(#list / 2) do
      list[i], list[#list - i + 1] = list[#list - i + 1], list[i]
    end
  end
  return list
end

local function run_all(functions)
  for _, fn in ipairs(functions) do
    fn()
  end
end

local function describe_error(message)
  return tostring(message):gsub("\n", "\n# ")
end

local function run_fact(block, fact, report)
  local ok, message = pcall(function()
    run_all(chain(block, "before_each"))
    fact.fn()
  end)
  local cleaned, trouble = pcall(run_all, chain(block, "after_each", true))
  report(block.name .. " " .. fact.name, ok and cleaned, describe_error(not ok and message or trouble))
end

local function run_block(block, report)
  local ok, message = pcall(run_all, block.setup)
  if not ok then
    report(block.name .. " setup", false, describe_error(message))
    return
  end
  for _, fact in ipairs(block.facts) do
    run_fact(block, fact, report)
  end
  for _, inner in ipairs(block.blocks) do
    run_block(inner, report)
  end
  local torn, trouble = pcall(run_all, block.teardown)
  if not torn then
    report(block.name .. " teardown", false, describe_error(trouble))
  end
end

local function new_block(name, parent)
  return { name = parent and parent.name ~= "" and parent.name .. " " .. name or name, parent = parent, facts = {},
    blocks = {}, setup = {}, teardown = {}, before_each = {}, after_each = {} }
end

-- What a spec file sees.
local function environment(root)
  local block, env = root, { assert = assert }
  function env.describe(name, fn)
    local outer = block
    block = new_block(name, outer)
    table.insert(outer.blocks, block)
    fn()
    block = outer
  end
  function env.it(name, fn)
    table.insert(block.facts, { name = name, fn = fn })
  end
  function env.pending() end
  for _, kind in ipairs { "setup", "teardown", "before_each", "after_each" } do
    env[kind] = function(fn)
      table.insert(block[kind], fn)
    end
  end
  return setmetatable(env, { __index = _G })
end

---Runs a spec file.
---@param path string
---@param write fun(line: string)
---@return integer failed
function mini.run(path, write)
  local root = new_block ""
  local chunk = assert(loadfile(path))
  setfenv(chunk, environment(root))() -- luacheck: ignore 113 (these hosts are LuaJIT)
  local number, failed = 0, 0
  run_block(root, function(name, ok, message)
    number = number + 1
    failed = failed + (ok and 0 or 1)
    write(("%sok %d - %s"):format(ok and "" or "not ", number, name))
    if not ok then
      write("# " .. message)
    end
  end)
  write("1.." .. number)
  return failed
end

return mini
