-- Written by .ci/rockspecs from the tree; `make rockspecs` renews it.
rockspec_format = "3.0"
package = "lua-klaviyo-sandbox"
version = "0.1.0-1"
source = {
  url = "git+https://github.com/lua-klaviyo/lua-klaviyo.git",
  tag = "v0.1.0",
}
description = {
  summary = "A local server with Klaviyo's Campaigns API, for tests, demos and rehearsals of lua-klaviyo",
  detailed = "State, rules, rate limits, failures and a virtual clock, on SQLite; no account and no network. Unofficial.",
  license = "MIT",
  homepage = "https://github.com/lua-klaviyo/lua-klaviyo",
  labels = { "http", "api", "testing" },
}
supported_platforms = { "unix" }
dependencies = {
  "lua >= 5.1, < 5.5",
}
external_dependencies = {
  MICROHTTPD = { header = "microhttpd.h", library = "microhttpd" },
  GNUTLS = { header = "gnutls/gnutls.h", library = "gnutls" },
  SQLITE3 = { header = "sqlite3.h", library = "sqlite3" },
  JANSSON = { header = "jansson.h", library = "jansson" },
}
build = {
  type = "builtin",
  modules = {
    ["klaviyo.sandbox"] = {
      sources = {
        "src/sandbox/answer.c",
        "src/sandbox/arena.c",
        "src/sandbox/audience.c",
        "src/sandbox/auth.c",
        "src/sandbox/box.c",
        "src/sandbox/campaign.c",
        "src/sandbox/certificate.c",
        "src/sandbox/clock.c",
        "src/sandbox/clone.c",
        "src/sandbox/control.c",
        "src/sandbox/control_seed.c",
        "src/sandbox/control_state.c",
        "src/sandbox/cursor.c",
        "src/sandbox/document.c",
        "src/sandbox/errors.c",
        "src/sandbox/exchange.c",
        "src/sandbox/fault.c",
        "src/sandbox/filter.c",
        "src/sandbox/filter_sql.c",
        "src/sandbox/include.c",
        "src/sandbox/journal.c",
        "src/sandbox/lifecycle.c",
        "src/sandbox/limits.c",
        "src/sandbox/listen.c",
        "src/sandbox/lua_json.c",
        "src/sandbox/lua_options.c",
        "src/sandbox/lua_sandbox.c",
        "src/sandbox/message.c",
        "src/sandbox/page.c",
        "src/sandbox/persist.c",
        "src/sandbox/pipeline.c",
        "src/sandbox/plan.c",
        "src/sandbox/player.c",
        "src/sandbox/posix_tz.c",
        "src/sandbox/progress.c",
        "src/sandbox/query.c",
        "src/sandbox/query_rules.c",
        "src/sandbox/recipients.c",
        "src/sandbox/resource.c",
        "src/sandbox/route.c",
        "src/sandbox/rules.c",
        "src/sandbox/schedule.c",
        "src/sandbox/serialise.c",
        "src/sandbox/server.c",
        "src/sandbox/shapes_guide.c",
        "src/sandbox/shapes_openapi.c",
        "src/sandbox/sparse.c",
        "src/sandbox/sql.c",
        "src/sandbox/store.c",
        "src/sandbox/text.c",
        "src/sandbox/timestamp.c",
        "src/sandbox/ulid.c",
        "src/sandbox/validate.c",
        "src/sandbox/variation.c",
        "src/sandbox/watch.c",
        "src/sandbox/zone.c",
      },
      defines = { "_GNU_SOURCE" },
      libraries = { "microhttpd", "gnutls", "sqlite3", "jansson", "pthread", "m" },
      incdirs = { "$(MICROHTTPD_INCDIR)", "$(GNUTLS_INCDIR)", "$(SQLITE3_INCDIR)", "$(JANSSON_INCDIR)" },
      libdirs = { "$(MICROHTTPD_LIBDIR)", "$(GNUTLS_LIBDIR)", "$(SQLITE3_LIBDIR)", "$(JANSSON_LIBDIR)" },
    },
  },
}
