local terminal = require "klaviyo.terminal"

print(terminal.isatty(1))
local columns, rows = terminal.size(1)             -- nil where it is no terminal
print(columns, rows)
