-- Written by .ci/rockspecs from the tree; `make rockspecs` renews it.
rockspec_format = "3.0"
package = "lua-klaviyo-redis"
version = "0.1.0-1"
source = {
  url = "git+https://github.com/lua-klaviyo/lua-klaviyo.git",
  tag = "v0.1.0",
}
description = {
  summary = "A rate budget and a lease that many machines share through Redis, for lua-klaviyo",
  detailed = "One account, many machines: permits from a script in Redis or Valkey, so that together they use the "
    .. "account's limits and exceed none; and a lease, so that one of them sends. Unofficial.",
  license = "MIT",
  homepage = "https://github.com/lua-klaviyo/lua-klaviyo",
  labels = { "http", "api", "redis" },
}
supported_platforms = { "unix" }
dependencies = {
  "lua >= 5.1, ~= 5.2, < 5.5",
  "lua-klaviyo == 0.1.0",
}
external_dependencies = {
  HIREDIS = { header = "hiredis/async.h", library = "hiredis" },
}
build = {
  type = "builtin",
  modules = {
    ["klaviyo.redis"] = {
      sources = {
        "src/redis/connection.c",
        "src/redis/guard.c",
        "src/redis/lua_redis.c",
        "src/redis/queue.c",
        "src/redis/reply.c",
        "src/redis/resolve.c",
        "src/redis/tls.c",
        "src/core/clock.c",
        "src/core/keep_loaded.c",
        "src/core/lua_handle.c",
        "src/core/lua_options.c",
        "src/core/sha256.c",
      },
      defines = { "_GNU_SOURCE" },
      libraries = { "hiredis", "pthread", "m" },
      incdirs = { "$(HIREDIS_INCDIR)" },
      libdirs = { "$(HIREDIS_LIBDIR)" },
    },
    ["klaviyo.fleet.address"] = "lua/klaviyo/fleet/address.lua",
    ["klaviyo.fleet.budget"] = "lua/klaviyo/fleet/budget.lua",
    ["klaviyo.fleet.connection"] = "lua/klaviyo/fleet/connection.lua",
    ["klaviyo.fleet.lease"] = "lua/klaviyo/fleet/lease.lua",
    ["klaviyo.fleet.pool"] = "lua/klaviyo/fleet/pool.lua",
    ["klaviyo.fleet.script_texts"] = "lua/klaviyo/fleet/script_texts.lua",
    ["klaviyo.fleet.scripts"] = "lua/klaviyo/fleet/scripts.lua",
    ["klaviyo.fleet.source"] = "lua/klaviyo/fleet/source.lua",
  },
}
