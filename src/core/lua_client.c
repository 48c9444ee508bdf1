/* SPDX-License-Identifier: MIT */
#include "lua_client.h"
#include "client.h"
#include "lua_error.h"
#include "lua_handle.h"
#include "lua_options.h"
#include "lua_pages.h"
#include "lua_request.h"
#include "random.h"
#include "retry.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define LIMITS "klaviyo.limits"

/*
 * A client's user value is a table of what must live as long as the client: the shared limits, and
 * by reference number the userdata of each pending request, so that a request without another
 * reference is not collected.
 */

static void close_client(void *object) {
    klv_client_close(object);
}

static void free_client(klv_handle *handle, void *object) {
    (void)handle;
    klv_client_free(object);
}

/* Shared limits: a table in the registry from account to userdata, with weak values. */

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

/* Pushes the limits of an account, made on first use. `account` 0: not shared. [-0, +1] */
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

/* Hashes what names the account. [-0, +1] */
static uint64_t account_of(lua_State *L, const klv_client_config *config) {
    size_t length = 0;
    const char *account = klv_option_string(L, 1, "account", &length, NULL);
    uint64_t hash = account          ? klv_auth_fingerprint(account, length)
                    : config->secret ? klv_auth_fingerprint(config->secret, config->secret_length)
                                     : 0;
    /* the same key at another service belongs to another account */
    return hash ? hash ^ klv_auth_fingerprint(config->base_url, strlen(config->base_url)) : 0;
}

/* Its strings stay on the stack. [-0, +n] */
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
        .max_header_section = klv_option_count(L, 1, "max_head", 1, 64u << 10),
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

static const klv_class client_class;

int klv_lua_client_new(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    luaL_checkstack(L, 32, "options");
    klv_client_config config;
    read_config(L, &config);
    config.account = account_of(L, &config);
    klv_handle *handle = klv_handle_new(L, &client_class, sizeof *handle);
    lua_newtable(L);
    klv_limits *limits = push_limits(L, config.account);
    lua_setfield(L, -2, "limits");
    klv_compat_setuservalue(L, -2);
    klv_error error;
    handle->object = klv_client_new(&config, limits, &error);
    return handle->object ? 1 : klv_lua_fail(L, &error);
}

static int client_close(lua_State *L) {
    klv_handle *handle = klv_handle_self(L, KLV_LUA_CLIENT);
    if (handle->object) {
        klv_handle_close(handle);
        lua_newtable(L); /* the requests need not live as long as the client any more */
        klv_compat_setuservalue(L, 1);
    }
    return 0;
}

/* The user value is left alone: a finalizer of a dying state must not allocate. */
static int client_gc(lua_State *L) {
    klv_handle_free(klv_handle_self(L, KLV_LUA_CLIENT));
    return 0;
}

static int client_tostring(lua_State *L) {
    klv_handle *handle = klv_handle_self(L, KLV_LUA_CLIENT);
    const klv_client *client = handle->object;
    if (client) {
        klv_handle_pin(handle);
        lua_pushfstring(L, KLV_LUA_CLIENT " (%s)", client->base.origin);
        klv_handle_unpin(handle);
    } else {
        lua_pushliteral(L, KLV_LUA_CLIENT " (closed)");
    }
    return 1;
}

/* The account in the names of budgets, as request:budget() has it. */
static int client_account(lua_State *L, void *object) {
    char name[24];
    snprintf(name, sizeof name, "%016llx",
             (unsigned long long)((const klv_client *)object)->account);
    lua_pushstring(L, name);
    return 1;
}

/* The Date of the last response that had one, as it came, and when. */
static int client_date(lua_State *L, void *object) {
    const klv_client *client = object;
    if (!client->date[0]) {
        return 0;
    }
    lua_pushstring(L, client->date);
    lua_pushnumber(L, (lua_Number)client->dated / (lua_Number)KLV_SECOND);
    return 2;
}

static int client_submit(lua_State *L, void *object) {
    luaL_checktype(L, 2, LUA_TTABLE);
    return klv_lua_request_submit(L, object, 1, 2, NULL, 0);
}

static int client_pages(lua_State *L, void *object) {
    (void)object;
    return klv_lua_pages_new(L);
}

/* An observer may have closed the client before its loop collects: then there is nothing. */
static int client_collect(lua_State *L) {
    klv_client *client = klv_handle_self(L, KLV_LUA_CLIENT)->object;
    klv_request *request = client ? klv_client_collect(client) : NULL;
    if (!request) {
        return 0;
    }
    klv_compat_getuservalue(L, 1);
    lua_rawgeti(L, -1, (int)request->tag);
    if (request->state == KLV_DONE) {
        luaL_unref(L, -2, (int)request->tag);
    }
    return 1;
}

enum { READABLE = 1, WRITABLE = 2, BROKEN = 4 };

static int client_sockets(lua_State *L, void *object) {
    if (lua_istable(L, 2)) {
        lua_settop(L, 2);
    } else {
        lua_newtable(L);
    }
    int table = lua_gettop(L);
    const klv_socket *sockets; /* nothing below runs a finalizer, which could change them */
    size_t count = klv_client_sockets(object, &sockets);
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

static int client_deadline(lua_State *L, void *object) {
    klv_time now = klv_clock_monotonic();
    klv_time deadline = klv_client_deadline(object, now);
    if (deadline == KLV_NEVER) {
        return 0;
    }
    lua_pushnumber(L, deadline <= now ? 0 : (double)(deadline - now) / (double)KLV_SECOND);
    return 1;
}

static int client_ready(lua_State *L, void *object) {
    int fd = (int)luaL_checkinteger(L, 2), what = (int)luaL_checkinteger(L, 3);
    short events = (short)((what & READABLE ? POLLIN : 0) | (what & WRITABLE ? POLLOUT : 0) |
                           (what & BROKEN ? POLLERR : 0));
    klv_client_ready(object, fd, events);
    return 0;
}

static int client_tick(lua_State *L, void *object) {
    (void)L;
    klv_client_tick(object, klv_clock_monotonic());
    return 0;
}

/* Nothing is pending of a client that is closed. */
static int client_pending(lua_State *L) {
    const klv_client *client = klv_handle_self(L, KLV_LUA_CLIENT)->object;
    lua_pushinteger(L, client ? (lua_Integer)klv_client_pending(client) : 0);
    return 1;
}

static int client_rest(lua_State *L) {
    klv_client *client = klv_handle_self(L, KLV_LUA_CLIENT)->object;
    lua_pushboolean(L, !client || klv_client_rest(client));
    return 1;
}

/* The time to wait before another attempt, for callers that repeat a call themselves. */
static int client_backoff(lua_State *L, void *object) {
    klv_client *client = object;
    lua_Number attempt = luaL_checknumber(L, 2);
    klv_time span =
        klv_retry_backoff(attempt < 32 ? (int)attempt : 32, klv_random_next(&client->random));
    lua_pushnumber(L, (double)span / (double)KLV_SECOND);
    return 1;
}

/* Events. */

/* An event that was taken from its client, so that no finalizer can take it as well. */
typedef struct {
    klv_handle handle;
    klv_event event;
} event_holder;

static void free_event(klv_handle *handle, void *object) {
    (void)handle;
    klv_event_free(object);
}

static int event_gc(lua_State *L) {
    klv_handle_free(klv_handle_self(L, KLV_LUA_EVENT));
    return 0;
}

static const luaL_Reg event_metamethods[] = {{"__gc", event_gc}, {NULL, NULL}};
static const klv_class event_class = {
    .name = KLV_LUA_EVENT, .free = free_event, .metamethods = event_metamethods};

static void set_seconds(lua_State *L, const char *name, klv_time span) {
    lua_pushnumber(L, (double)span / (double)KLV_SECOND);
    lua_setfield(L, -2, name);
}

static void push_event(lua_State *L, const klv_event *event) {
    static const char *const types[] = {"attempt", "wait", "retry", "response"};
    static const char *const spans[] = {"elapsed", "delay", "delay", "elapsed"};
    lua_createtable(L, 0, 11);
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
        lua_pushstring(L, klv_outcome_name(event->outcome));
        lua_setfield(L, -2, "outcome");
    }
}

static int client_event(lua_State *L, void *object) {
    klv_client *client = object;
    if (client->event_first == client->event_count) {
        lua_pushnil(L);
        return 1;
    }
    event_holder *holder = klv_handle_new(L, &event_class, sizeof *holder);
    if (!klv_client_event(client, &holder->event)) {
        lua_pushnil(L); /* a finalizer took it */
        return 1;
    }
    holder->handle.object = &holder->event;
    push_event(L, &holder->event);
    klv_handle_close(&holder->handle);
    return 1;
}

int klv_lua_client_wait(lua_State *L) {
    klv_time timeout = klv_time_of_seconds(luaL_checknumber(L, 1));
    int count = lua_gettop(L) - 1;
    klv_driven few[8], *list = few;
    if (count > (int)(sizeof few / sizeof *few)) {
        list = lua_newuserdata(L, (size_t)count * sizeof *list);
    }
    /* nothing below runs a finalizer, which could close them */
    for (int i = 0; i < count; i++) {
        list[i] = klv_handle_driven(L, i + 2);
    }
    lua_pushboolean(L, klv_driven_wait(list, (size_t)count, timeout));
    return 1;
}

static const klv_method methods[] = {
    {"account", client_account, NULL},
    {"backoff", client_backoff, NULL},
    {"close", NULL, client_close},
    {"collect", NULL, client_collect},
    {"date", client_date, NULL},
    {"deadline", client_deadline, NULL},
    {"event", client_event, NULL},
    {"pages", client_pages, NULL},
    {"pending", NULL, client_pending},
    {"ready", client_ready, NULL},
    {"rest", NULL, client_rest},
    {"sockets", client_sockets, NULL},
    {"submit", client_submit, NULL},
    {"tick", client_tick, NULL},
    {NULL, NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", client_gc},
    {"__close", client_close},
    {"__tostring", client_tostring},
    {NULL, NULL},
};

static const klv_class client_class = {
    .name = KLV_LUA_CLIENT,
    .close = close_client,
    .free = free_client,
    .metamethods = metamethods,
    .methods = methods,
    .driven = &klv_client_driven,
};

void klv_lua_client_register(lua_State *L) {
    klv_class_register(L, &client_class);
    klv_class_register(L, &event_class);
    if (luaL_newmetatable(L, LIMITS)) {
        lua_pushcfunction(L, limits_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_pop(L, 1);
}
