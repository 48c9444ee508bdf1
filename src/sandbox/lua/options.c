/* SPDX-License-Identifier: MIT */
#include "lua/options.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/timestamp.h"

/* Raises for an option out of range; the message names the limits. */
static int wrong(lua_State *L, const char *what, int index, const char *wanted) {
    return luaL_error(L, "%s must be %s, found %s", what, wanted,
                      lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index)
                                                        : luaL_typename(L, index));
}

void sbx_options_check(lua_State *L, int table, const char *function, const char *const *known) {
    if (lua_isnoneornil(L, table))
        return;
    luaL_checktype(L, table, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        bool found = false;
        bool string = lua_type(L, -1) == LUA_TSTRING;
        for (size_t i = 0; string && known[i] && !found; i++)
            found = !strcmp(known[i], lua_tostring(L, -1));
        if (found)
            continue;
        luaL_Buffer names;
        luaL_buffinit(L, &names);
        for (size_t i = 0; known[i]; i++) {
            luaL_addstring(&names, i ? ", " : "");
            luaL_addstring(&names, known[i]);
        }
        luaL_pushresult(&names);
        luaL_error(L, "%s: unknown option '%s'; known: %s", function,
                   string ? lua_tostring(L, -2) : luaL_typename(L, -2), lua_tostring(L, -1));
    }
}

/* Pushes the option; false, with nothing pushed, when it is absent. */
static bool push_option(lua_State *L, int table, const char *name) {
    if (lua_isnoneornil(L, table))
        return false;
    lua_getfield(L, table, name);
    if (!lua_isnil(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

const char *sbx_option_string(lua_State *L, int table, const char *name, const char *otherwise) {
    if (!push_option(L, table, name))
        return otherwise;
    if (lua_type(L, -1) != LUA_TSTRING)
        wrong(L, name, -1, "a string");
    const char *value = lua_tostring(L, -1);
    lua_pop(L, 1);
    return value;
}

bool sbx_option_boolean(lua_State *L, int table, const char *name, bool otherwise) {
    if (!push_option(L, table, name))
        return otherwise;
    if (!lua_isboolean(L, -1))
        wrong(L, name, -1, "true or false");
    bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

double sbx_option_number(lua_State *L, int table, const char *name, double otherwise, double low,
                         double high) {
    if (!push_option(L, table, name))
        return otherwise;
    if (lua_type(L, -1) != LUA_TNUMBER)
        wrong(L, name, -1, "a number");
    double value = lua_tonumber(L, -1);
    if (!(value >= low && value <= high))
        luaL_error(L, "%s must be between %f and %f, found %f", name, low, high, value);
    lua_pop(L, 1);
    return value;
}

int64_t sbx_option_integer(lua_State *L, int table, const char *name, int64_t otherwise,
                           int64_t low, int64_t high) {
    double value = sbx_option_number(L, table, name, (double)otherwise, (double)low, (double)high);
    if (value != (double)(int64_t)value)
        luaL_error(L, "%s must be a whole number, found %f", name, value);
    return (int64_t)value;
}

int64_t sbx_duration_at(lua_State *L, int index, const char *what) {
    int64_t duration;
    const char *problem = "give seconds, or a string such as 90s, 30m, 2h or 1d";
    if (lua_type(L, index) == LUA_TNUMBER) {
        double seconds = lua_tonumber(L, index);
        if (seconds >= 0 && seconds <= (double)(SBX_TIME_MAX / 2 / SBX_SECOND))
            return (int64_t)(seconds * (double)SBX_SECOND + 0.5);
        problem = "seconds must not be negative, nor that many";
    } else if (lua_type(L, index) == LUA_TSTRING) {
        problem = sbx_duration_parse(lua_tostring(L, index), &duration);
        if (!problem)
            return duration;
    }
    luaL_error(L, "%s is not a duration: %s", what, problem);
    return 0;
}

int64_t sbx_instant_at(lua_State *L, int index, const char *what) {
    size_t length;
    int64_t instant;
    if (lua_type(L, index) != LUA_TSTRING)
        wrong(L, what, index, "a time such as 2026-06-01T14:00:00Z");
    const char *text = lua_tolstring(L, index, &length);
    const char *problem = sbx_time_parse(text, length, &instant);
    if (problem)
        luaL_error(L, "%s is not a time: '%s': %s", what, text, problem);
    return instant;
}

/* clock = "running" | "frozen" | ISO 8601 (frozen there) | rate | { at =, rate = } */
static void read_clock(lua_State *L, int table, sbx_settings *out) {
    static const char *const known[] = {"at", "rate", NULL};
    if (!push_option(L, table, "clock"))
        return;
    int index = lua_gettop(L);
    out->has_rate = true;
    out->rate = 1;
    if (lua_istable(L, index)) {
        sbx_options_check(L, index, "clock", known);
        out->rate = sbx_option_number(L, index, "rate", 0, 0, SBX_RATE_MAX);
        if (push_option(L, index, "at")) {
            out->start = sbx_instant_at(L, -1, "clock.at");
            out->has_start = true;
            lua_pop(L, 1);
        }
    } else if (lua_type(L, index) == LUA_TNUMBER) {
        out->rate = sbx_option_number(L, table, "clock", 1, 0, SBX_RATE_MAX);
    } else if (lua_type(L, index) != LUA_TSTRING) {
        wrong(L, "clock", index, "\"running\", \"frozen\", a time, a rate or { at =, rate = }");
    } else if (strcmp(lua_tostring(L, index), "running")) {
        out->rate = 0;
        if (strcmp(lua_tostring(L, index), "frozen")) {
            out->start = sbx_instant_at(L, index, "clock");
            out->has_start = true;
        }
    }
    lua_pop(L, 1);
}

/* Returns the number of strings in a list; raises unless all are non-empty strings. */
static size_t check_strings(lua_State *L, int table, const char *name) {
    if (!push_option(L, table, name))
        return 0;
    if (!lua_istable(L, -1))
        wrong(L, name, -1, "a list of strings");
    size_t count = 0;
    for (;; count++) {
        lua_rawgeti(L, -1, (int)count + 1);
        bool end = lua_isnil(L, -1);
        if (!end && (lua_type(L, -1) != LUA_TSTRING || !*lua_tostring(L, -1)))
            wrong(L, name, -1, "a list of strings that are not empty");
        lua_pop(L, 1);
        if (end)
            break;
    }
    lua_pop(L, 1);
    return count;
}

/* The same for host names, which have no scheme, port, path or brackets. */
static size_t check_hosts(lua_State *L, int table, const char *name) {
    size_t count = check_strings(L, table, name);
    if (!push_option(L, table, name))
        return 0;
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, -1, (int)i + 1);
        const char *host = lua_tostring(L, -1), *colon = strchr(host, ':');
        bool address = colon && strchr(colon + 1, ':'); /* IPv6 */
        if (strpbrk(host, "/[]*@ ") || (colon && !address))
            wrong(L, name, -1,
                  "a list of host names or addresses (\"sandbox\"), without scheme and port");
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return count;
}

/* Copies a list that was checked; true when the option is absent. Never raises. */
static bool copy_strings(lua_State *L, int table, const char *name, size_t count, char ***out,
                         size_t *copied) {
    if (!push_option(L, table, name))
        return true;
    *out = calloc(count + 1, sizeof **out);
    bool good = *out != NULL;
    for (size_t i = 0; good && i < count; i++) {
        lua_rawgeti(L, -1, (int)i + 1);
        (*out)[i] = strdup(lua_tostring(L, -1));
        good = (*out)[i] != NULL;
        *copied += good;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return good;
}

static int64_t duration_option(lua_State *L, int table, const char *name, int64_t otherwise) {
    if (!push_option(L, table, name))
        return otherwise;
    int64_t duration = sbx_duration_at(L, -1, name);
    lua_pop(L, 1);
    return duration;
}

bool sbx_options_read(lua_State *L, int table, sbx_settings *out) {
    static const char *const known[] = {"port",
                                        "host",
                                        "allow_host",
                                        "db",
                                        "dialect",
                                        "clock",
                                        "rate_limits",
                                        "rate_scale",
                                        "strict_lists",
                                        "short_message_ids",
                                        "revert_margin",
                                        "request_timeout",
                                        "keys",
                                        "tls",
                                        NULL};
    memset(out, 0, sizeof *out);
    sbx_options_check(L, table, "start", known);
    const char *host = sbx_option_string(L, table, "host", "127.0.0.1");
    const char *db = sbx_option_string(L, table, "db", ":memory:");
    const char *dialect = sbx_option_string(L, table, "dialect", "auto");
    out->openapi = !strcmp(dialect, "openapi");
    if (!out->openapi && strcmp(dialect, "auto"))
        luaL_error(L, "dialect must be \"auto\" (as the revision says) or \"openapi\", found '%s'",
                   dialect);
    out->port = (int)sbx_option_integer(L, table, "port", 0, 0, 65535);
    out->rate_limits = sbx_option_boolean(L, table, "rate_limits", false);
    out->rate_scale = sbx_option_number(L, table, "rate_scale", 1, 0.001, 1000000);
    out->strict_lists = sbx_option_boolean(L, table, "strict_lists", false);
    out->short_message_ids = sbx_option_boolean(L, table, "short_message_ids", false);
    out->tls = sbx_option_boolean(L, table, "tls", false);
    out->revert_margin = duration_option(L, table, "revert_margin", 5 * SBX_MINUTE);
    out->request_timeout = duration_option(L, table, "request_timeout", 30 * SBX_SECOND);
    if (out->request_timeout < SBX_SECOND / 100)
        luaL_error(L, "request_timeout must be 10ms or more");
    read_clock(L, table, out);
    size_t keys = check_strings(L, table, "keys");
    size_t hosts = check_hosts(L, table, "allow_host");
    /* nothing raises from here on */
    out->host = strdup(host);
    out->db = strdup(db);
    return out->host && out->db &&
           copy_strings(L, table, "keys", keys, &out->keys, &out->key_count) &&
           copy_strings(L, table, "allow_host", hosts, &out->allowed_hosts,
                        &out->allowed_host_count);
}
