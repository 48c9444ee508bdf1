local core = require "klaviyo.core"

local document = assert(core.document '{"data": [{"type": "campaign", "id": "1", "attributes": {"name": "Sale"}}]}')
local list = document:find(0, "data")
local node = document:next(list)
while node do
  print(document:get(node, "id"), document:get(node, "attributes.name"))
  node = document:next(list, node)
end
print(document:lookup("campaign", "1") ~= nil, document:decode(list)[1].type)

local nothing, err = core.document '{"data": [1, 2,]}'
print(nothing, err.message, err.line, err.column)
