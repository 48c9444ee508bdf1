-- What Lua 5.3, 5.4 and LuaJIT share, and LuaJIT's name of table.unpack.
std = "min"
max_line_length = 120
read_globals = { "unpack", table = { fields = { "unpack" } } }
files["spec"] = { std = "+busted" }
files["lua/klaviyo/loop/nginx.lua"] = { read_globals = { "ngx" } }
files["lua/klaviyo/loop/uv.lua"] = { read_globals = { "vim" } }
files["examples/testing"] = { std = "+busted" }
files["examples/neovim"] = { globals = { "vim" } }
files["examples/openresty"] = { globals = { "ngx" } }
exclude_files = { "build", "dist", "lua/klaviyo/meta" }
files["examples/black_friday/*.lua"] = { read_globals = { "campaign", "include", "list", "template", "vars" } }
