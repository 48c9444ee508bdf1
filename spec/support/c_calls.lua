-- SPDX-License-Identifier: MIT
--- Who uses whom among C files: their includes, and the functions that one defines and another names.
-- Reads the text alone: a function counts as used where its name stands, called or not.

local source = require "spec.support.source"

local c_calls = {}

---The functions that a file defines and others may call.
---@param code string  without comments and strings
---@return string[]
function c_calls.defined(code)
  local names = {}
  code = ("\n" .. code):gsub("\n#[^\n]*\\\n[^\n]*", "\n") -- macros of several lines
  for head, name in code:gmatch "\n([%a_][%w_ %*]-[ %*])([%a_][%w_]*)%b()%s*{" do
    if not (head:find "%f[%w_]static%f[^%w_]" or head:find "^typedef") then
      names[#names + 1] = name
    end
  end
  return names
end

---What each file uses of the others.
---@param paths string[]
---@param include_root string?  the folder that includes are relative to; nil: the file's own
---@return { from: string, to: string, name: string, include: boolean }[]  name: the function or the header
function c_calls.uses(paths, include_root)
  local codes, owner, uses = {}, {}, {}
  for _, path in ipairs(paths) do
    codes[path] = source.code(path)
    for _, name in ipairs(c_calls.defined(codes[path])) do
      owner[name] = path
    end
  end
  for _, path in ipairs(paths) do
    for name in source.read(path):gmatch '#include%s+"([^"]+)"' do
      local to = ((include_root or path:match "^(.*/)") .. name):gsub("[^/]+/%.%./", "")
      uses[#uses + 1] = { from = path, to = to, name = name, include = true }
    end
    local seen = {}
    for name in codes[path]:gmatch "[%a_][%w_]*" do
      local to = owner[name]
      if to and to ~= path and not seen[name] and path:find "%.c$" then
        seen[name] = true
        uses[#uses + 1] = { from = path, to = to, name = name, include = false }
      end
    end
  end
  return uses
end

---A cycle among nodes, as the nodes along it; nil when there is none.
---@param uses { from: string, to: string }[]
---@param node_of fun(path: string): string  uses within a node do not count
---@return string[]?
function c_calls.cycle(uses, node_of)
  local edges, nodes, state, trail = {}, {}, {}, {}
  for _, use in ipairs(uses) do
    local from, to = node_of(use.from), node_of(use.to)
    if not edges[from] then
      edges[from] = {}
      nodes[#nodes + 1] = from
    end
    if from ~= to then
      table.insert(edges[from], to)
    end
  end
  local function visit(node)
    state[node] = "open"
    trail[#trail + 1] = node
    for _, to in ipairs(edges[node] or {}) do
      if state[to] == "open" then
        return to
      elseif not state[to] then
        local found = visit(to)
        if found then
          return found
        end
      end
    end
    state[node] = "done"
    trail[#trail] = nil
  end
  for _, node in ipairs(nodes) do
    local start = not state[node] and visit(node)
    if start then
      while trail[1] ~= start do
        table.remove(trail, 1)
      end
      trail[#trail + 1] = start
      return trail
    end
  end
end

return c_calls
