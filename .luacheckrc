std = "min"
max_line_length = 120
files["spec"] = { std = "+busted" }
files["lua/klaviyo/loop/nginx.lua"] = { read_globals = { "ngx" } }
files["lua/klaviyo/loop/init.lua"] = { read_globals = { "ngx", "vim" } }
files["lua/klaviyo/loop/uv.lua"] = { read_globals = { "vim" } }
exclude_files = { "build", "dist" }
