/* SPDX-License-Identifier: MIT */
#include "lua_client.h"
#include "lua_options.h"
#include "lua_request.h"
#include "lua_pages.h"
#include "retry.h"

#include <poll.h>
#include <string.h>

#define CLIENT "klaviyo.client"
#define LIMITS "klaviyo.limits"

/*
 * A client's userdata holds the pointer, NULL once closed. Its table holds what must live as long:
 * the shared limits, and by reference number the userdata of each request that is pending, so that
 * a caller who looks away loses nothing.
 */
static klv_client **check_client(lua_State *L, int index) {
    return luaL_checkudata(L, index, CLIENT);
}

klv_client *klv_lua_client_open(lua_State *L, int index) {
    klv_client *client = *check_client(L, index);
    if (!client) {
        luaL_error(L, "client is closed");
    }
    return client;
}

/* Shared limits: a table in the registry from account to userdata, which it does not keep alive. */

static int limits_gc(lua_State *L) {
    klv_limits **limits = luaL_checkudata(L, 1, LIMITS);
    klv_limits_release(*limits);
    *limits = NULL;
    return 0;
}

static void push_accounts(lua_State *L) {
    lua_getfield(L, LUA_REGISTRYINDEX, "klaviyo.accounts");
    if (!lua_isnil(L, -1)) {
        return;
    }
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, "klaviyo.accounts");
}

/* The limits of an account, made on first use. `account` 0: nobody else's. [-0, +1] */
static klv_limits *push_limits(lua_State *L, uint64_t account) {
    push_accounts(L);
    lua_pushlstring(L, (const char *)&account, sizeof account);
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    klv_limits **found = lua_touserdata(L, -1);
    if (!found || !account) {
        lua_pop(L, 1);
        found = lua_newuserdata(L, sizeof *found);
        *found = NULL;
        luaL_getmetatable(L, LIMITS);
        lua_setmetatable(L, -2);
        *found = klv_limits_new();
        if (!*found) {
            luaL_error(L, "out of memory");
        }
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
    return *found;
}

static uint64_t account_of(lua_State *L, const klv_client_config *config) {
    size_t length = 0;
    const char *account = klv_option_string(L, 1, "account", &length, NULL);
    uint64_t hash = account          ? klv_auth_fingerprint(account, length)
                    : config->secret ? klv_auth_fingerprint(config->secret, config->secret_length)
                                     : 0;
    /* the same key at another service is another account */
    return hash ? hash ^ klv_auth_fingerprint(config->base_url, strlen(config->base_url)) : 0;
}

static void read_config(lua_State *L, klv_client_config *config) {
    *config = (klv_client_config){
        .base_url = klv_option_string(L, 1, "base_url", NULL, "https://a.klaviyo.com"),
        .revision = klv_option_string(L, 1, "revision", NULL, "2026-04-15.pre"),
        .user_agent = klv_option_string(L, 1, "user_agent", NULL, "lua-klaviyo"),
        .proxy = klv_option_string(L, 1, "proxy", NULL, NULL),
        .ca_file = klv_option_string(L, 1, "ca_file", NULL, NULL),
        .insecure = klv_option_boolean(L, 1, "insecure", false),
        .permits = klv_option_boolean(L, 1, "permits", false),
        .events = klv_option_boolean(L, 1, "events", false),
        .timeout = klv_option_seconds(L, 1, "timeout", 120 * KLV_SECOND),
        .connect_timeout = klv_option_seconds(L, 1, "connect_timeout", 10 * KLV_SECOND),
        .attempt_timeout = klv_option_seconds(L, 1, "attempt_timeout", 30 * KLV_SECOND),
        .stall_timeout = klv_option_seconds(L, 1, "stall_timeout", 20 * KLV_SECOND),
        .max_attempts = (int)klv_option_count(L, 1, "max_attempts", 1, 4),
        .max_body = klv_option_count(L, 1, "max_body", 1, 64u << 20),
        .max_head = klv_option_count(L, 1, "max_head", 1, 64u << 10),
        .max_depth = klv_option_count(L, 1, "max_depth", 1, 128),
        .max_pending = klv_option_count(L, 1, "max_pending", 1, 10000),
        .concurrency = klv_option_count(L, 1, "concurrency", 1, 32),
    };
    config->secret = klv_option_string(L, 1, "api_key", &config->secret_length, NULL);
    config->scheme = KLV_AUTH_KEY;
    if (!config->secret) {
        config->secret = klv_option_string(L, 1, "access_token", &config->secret_length, NULL);
        config->scheme = KLV_AUTH_BEARER;
    }
    if (!config->secret) {
        config->secret = klv_option_string(L, 1, "basic", &config->secret_length, NULL);
        config->scheme = KLV_AUTH_BASIC;
    }
}

int klv_lua_client_new(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    klv_client_config config;
    read_config(L, &config);
    klv_client **slot = lua_newuserdata(L, sizeof *slot);
    *slot = NULL;
    luaL_getmetatable(L, CLIENT);
    lua_setmetatable(L, -2);
    lua_newtable(L);
    config.account = account_of(L, &config);
    klv_limits *limits = push_limits(L, config.account);
    lua_setfield(L, -2, "limits");
    lua_pushvalue(L, -1);
    klv_compat_setuservalue(L, 2);
    klv_error error;
    *slot = klv_client_new(&config, limits, &error);
    if (!*slot) {
        lua_pushnil(L);
        klv_lua_push_error(L, &error);
        return 2;
    }
    lua_settop(L, 2);
    return 1;
}

static int client_close(lua_State *L) {
    klv_client **slot = check_client(L, 1);
    klv_client *client = *slot;
    *slot = NULL;
    klv_client_free(client);
    if (client) {
        lua_newtable(L);
        klv_compat_setuservalue(L, 1);
    }
    return 0;
}

/* At collection the table is left alone: in a dying state nothing may be made. */
static int client_gc(lua_State *L) {
    klv_client **slot = check_client(L, 1);
    klv_client *client = *slot;
    *slot = NULL;
    klv_client_free(client);
    return 0;
}

static int client_tostring(lua_State *L) {
    klv_client *client = *check_client(L, 1);
    if (client) {
        lua_pushfstring(L, CLIENT " (%s)", client->base.origin);
    } else {
        lua_pushliteral(L, CLIENT " (closed)");
    }
    return 1;
}

static int client_submit(lua_State *L) {
    klv_lua_client_open(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    return klv_lua_request_submit(L, 1, 2, NULL, 0);
}

/* An observer may have closed the client before a loop comes to ask: then there is nothing to
 * collect. */
static int client_collect(lua_State *L) {
    klv_client *client = *check_client(L, 1);
    if (!client) {
        return 0;
    }
    klv_compat_getuservalue(L, 1);
    lua_settop(L, 2);
    klv_request *request = klv_client_collect(client);
    if (!request) {
        return 0;
    }
    lua_rawgeti(L, 2, (int)request->tag);
    if (request->state == KLV_DONE) {
        luaL_unref(L, 2, (int)request->tag);
    }
    return 1;
}

enum { READABLE = 1, WRITABLE = 2, BROKEN = 4 };

static int client_sockets(lua_State *L) {
    klv_client *client = klv_lua_client_open(L, 1);
    if (lua_istable(L, 2)) {
        lua_settop(L, 2);
    } else {
        lua_newtable(L);
    }
    int table = lua_gettop(L);
    const klv_socket *sockets;
    size_t count = klv_client_sockets(client, &sockets);
    for (size_t i = 0; i < count; i++) {
        lua_pushinteger(L, sockets[i].fd);
        lua_rawseti(L, table, (int)(3 * i + 1));
        lua_pushinteger(L, (sockets[i].events & POLLIN ? READABLE : 0) |
                               (sockets[i].events & POLLOUT ? WRITABLE : 0));
        lua_rawseti(L, table, (int)(3 * i + 2));
        lua_pushinteger(L, (lua_Integer)sockets[i].serial);
        lua_rawseti(L, table, (int)(3 * i + 3));
    }
    lua_pushinteger(L, (lua_Integer)count);
    lua_insert(L, -2);
    return 2;
}

static int client_deadline(lua_State *L) {
    klv_time now = klv_clock_monotonic();
    klv_time deadline = klv_client_deadline(klv_lua_client_open(L, 1), now);
    if (deadline == KLV_NEVER) {
        return 0;
    }
    lua_pushnumber(L, deadline <= now ? 0 : (double)(deadline - now) / (double)KLV_SECOND);
    return 1;
}

static int client_ready(lua_State *L) {
    klv_client *client = klv_lua_client_open(L, 1);
    int fd = (int)luaL_checkinteger(L, 2), what = (int)luaL_checkinteger(L, 3);
    short events = (short)((what & READABLE ? POLLIN : 0) | (what & WRITABLE ? POLLOUT : 0) |
                           (what & BROKEN ? POLLERR : 0));
    klv_client_ready(client, fd, events, klv_clock_monotonic());
    return 0;
}

static int client_tick(lua_State *L) {
    klv_client_tick(klv_lua_client_open(L, 1), klv_clock_monotonic());
    return 0;
}

static int client_pending(lua_State *L) {
    klv_client *client = klv_lua_client_open(L, 1);
    lua_pushinteger(L, (lua_Integer)klv_client_pending(client));
    return 1;
}

/* How long to wait before a further attempt, for whoever makes attempts of their own. */
static int client_backoff(lua_State *L) {
    klv_client *client = klv_lua_client_open(L, 1);
    lua_Number attempt = luaL_checknumber(L, 2);
    klv_time span = klv_retry_backoff(attempt < 32 ? (int)attempt : 32, klv_client_random(client));
    lua_pushnumber(L, (double)span / (double)KLV_SECOND);
    return 1;
}

static void set_seconds(lua_State *L, const char *name, klv_time span) {
    lua_pushnumber(L, (double)span / (double)KLV_SECOND);
    lua_setfield(L, -2, name);
}

static void push_event(lua_State *L, const klv_event *event) {
    static const char *const types[] = {"attempt", "wait", "retry", "response"};
    static const char *const spans[] = {"elapsed", "delay", "delay", "elapsed"};
    lua_createtable(L, 0, 10);
    lua_pushstring(L, types[event->type]);
    lua_setfield(L, -2, "type");
    lua_pushinteger(L, (lua_Integer)event->request);
    lua_setfield(L, -2, "request");
    lua_pushstring(L, event->method);
    lua_setfield(L, -2, "method");
    lua_pushstring(L, event->url);
    lua_setfield(L, -2, "url");
    lua_pushinteger(L, event->attempt);
    lua_setfield(L, -2, "attempt");
    set_seconds(L, spans[event->type], event->span);
    if (event->headers) {
        lua_pushstring(L, event->headers);
        lua_setfield(L, -2, "headers");
    }
    if (event->type == KLV_EVENT_RESPONSE || event->type == KLV_EVENT_RETRY) {
        lua_pushinteger(L, event->status);
        lua_setfield(L, -2, "status");
        if (event->kind) {
            lua_pushstring(L, klv_error_kind_name(event->kind));
            lua_setfield(L, -2, "kind");
        }
    }
    if (event->type == KLV_EVENT_RESPONSE) {
        lua_pushinteger(L, (lua_Integer)event->bytes);
        lua_setfield(L, -2, "bytes");
    }
}

/* Lua may raise for want of memory while the table is made: the event stays the client's until it
 * stands. */
static int client_event(lua_State *L) {
    klv_client *client = klv_lua_client_open(L, 1);
    if (client->event_first < client->event_count) {
        push_event(L, &client->events[client->event_first]);
    } else {
        lua_pushnil(L);
    }
    klv_event event;
    if (klv_client_event(client, &event)) {
        klv_event_free(&event);
    }
    return 1;
}

int klv_lua_client_wait(lua_State *L) {
    klv_time timeout = klv_time_of_seconds(luaL_checknumber(L, 1));
    int count = lua_gettop(L) - 1;
    klv_client *few[8], **clients = few;
    if (count > (int)(sizeof few / sizeof *few)) {
        clients = lua_newuserdata(L, (size_t)count * sizeof *clients);
    }
    for (int i = 0; i < count; i++) {
        clients[i] = klv_lua_client_open(L, i + 2);
    }
    lua_pushboolean(L, klv_client_wait(clients, (size_t)count, timeout));
    return 1;
}

void klv_lua_client_register(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"backoff", client_backoff},   {"close", client_close}, {"collect", client_collect},
        {"deadline", client_deadline}, {"event", client_event}, {"pages", klv_lua_pages_new},
        {"pending", client_pending},   {"ready", client_ready}, {"sockets", client_sockets},
        {"submit", client_submit},     {"tick", client_tick},   {NULL, NULL},
    };
    static const luaL_Reg metamethods[] = {
        {"__gc", client_gc},
        {"__close", client_close},
        {"__tostring", client_tostring},
        {NULL, NULL},
    };
    klv_compat_class(L, CLIENT, metamethods, methods);
    if (luaL_newmetatable(L, LIMITS)) {
        lua_pushcfunction(L, limits_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_pop(L, 1);
}
