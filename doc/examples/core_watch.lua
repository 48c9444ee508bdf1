local core = require "klaviyo.core"

-- The nginx loop connects a cosocket to the path, and reads one byte for each time that a client wants driving.
local watch = assert(core.watch())
print(watch:path():match "^unix:" ~= nil)
watch:close()
