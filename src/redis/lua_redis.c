/* SPDX-License-Identifier: MIT */
/* The module klaviyo.redis, see lua/klaviyo/meta/redis.lua. */
#include "../core/compat.h"
#include "../core/lua_handle.h"
#include "../core/lua_options.h"
#include "connection.h"
#include "../core/sha256.h"

#include <hiredis/hiredis.h>
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "klaviyo.redis"

enum { READABLE = 1, WRITABLE = 2, BROKEN = 4 };

static const klv_class connection_class;

static void close_connection(void *object) {
    klv_redis_close(object);
}

static void free_connection(klv_handle *handle, void *object) {
    (void)handle;
    klv_redis_free(object);
}

/* redis.new(options). Its user value is a table for whoever uses the connection. */
static int redis_new(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    luaL_checkstack(L, 16, "options");
    klv_handle *handle = klv_handle_new(L, &connection_class, sizeof *handle);
    lua_newtable(L);
    klv_compat_setuservalue(L, 2);
    klv_redis_config config = {
        .host = klv_option_string(L, 1, "host", NULL, NULL),
        .path = klv_option_string(L, 1, "path", NULL, NULL),
        .user = klv_option_string(L, 1, "user", NULL, NULL),
        .password = klv_option_string(L, 1, "password", NULL, NULL),
        .ca_file = klv_option_string(L, 1, "ca_file", NULL, NULL),
        .tls = klv_option_boolean(L, 1, "tls", false),
        .port = (int)klv_option_count(L, 1, "port", 1, 6379),
        .database = (int)klv_option_count(L, 1, "database", 0, 0),
        .connect_timeout = klv_option_seconds(L, 1, "connect_timeout", 5 * KLV_SECOND),
        .reply_timeout = klv_option_seconds(L, 1, "reply_timeout", KLV_SECOND),
    };
    if (!config.host == !config.path) {
        return luaL_error(L, "bad options (a host or a path expected)");
    }
    handle->object = klv_redis_new(&config);
    if (!handle->object) {
        return luaL_error(L, "out of memory");
    }
    lua_settop(L, 2);
    return 1;
}

static int redis_hash(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    char digest[65];
    klv_sha256_hex(text, length, digest);
    lua_pushstring(L, digest);
    return 1;
}

/* The name of this machine and the number of this process. The system allows any name, and the
 * scripts separate names by signs. */
static int redis_machine(lua_State *L) {
    char host[128] = "?";
    gethostname(host, sizeof host - 1);
    host[sizeof host - 1] = '\0';
    for (char *at = host; *at; at++) {
        if (!isalnum((unsigned char)*at) && *at != '-' && *at != '.') {
            *at = '_';
        }
    }
    lua_pushfstring(L, "%s/%d", host, (int)getpid());
    return 1;
}

static int redis_tls(lua_State *L) {
    lua_pushboolean(L, klv_redis_has_tls());
    return 1;
}

static int connection_sockets(lua_State *L, void *object) {
    if (lua_istable(L, 2)) {
        lua_settop(L, 2);
    } else {
        lua_newtable(L);
    }
    int table = lua_gettop(L);
    const klv_socket *sockets;
    size_t count = klv_redis_driven.sockets(object, &sockets);
    for (size_t i = 0; i < count; i++) {
        klv_socket socket = sockets[i];
        int what =
            (socket.events & POLLIN ? READABLE : 0) | (socket.events & POLLOUT ? WRITABLE : 0);
        lua_Integer values[] = {socket.fd, what, (lua_Integer)socket.serial};
        for (int k = 0; k < 3; k++) {
            lua_pushinteger(L, values[k]);
            lua_rawseti(L, table, (int)(3 * i) + k + 1);
        }
    }
    lua_pushinteger(L, (lua_Integer)count);
    lua_insert(L, -2);
    return 2;
}

static int connection_deadline(lua_State *L, void *object) {
    klv_time now = klv_clock_monotonic();
    klv_time deadline = klv_redis_driven.deadline(object, now);
    if (deadline == KLV_NEVER) {
        return 0;
    }
    lua_pushnumber(L, deadline <= now ? 0 : (double)(deadline - now) / (double)KLV_SECOND);
    return 1;
}

static int connection_ready(lua_State *L, void *object) {
    int fd = (int)luaL_checkinteger(L, 2), what = (int)luaL_checkinteger(L, 3);
    short events = (short)((what & READABLE ? POLLIN : 0) | (what & WRITABLE ? POLLOUT : 0) |
                           (what & BROKEN ? POLLERR : 0));
    klv_redis_driven.ready(object, fd, events, klv_clock_monotonic());
    return 0;
}

static int connection_tick(lua_State *L, void *object) {
    (void)L;
    klv_redis_driven.tick(object, klv_clock_monotonic());
    return 0;
}

static int connection_connect(lua_State *L, void *object) {
    (void)L;
    klv_redis_connect(object);
    return 0;
}

static int connection_appear(lua_State *L, void *object) {
    if (!klv_redis_appear(object, luaL_checkstring(L, 2))) {
        return luaL_error(L, "out of memory");
    }
    return 0;
}

static int connection_state(lua_State *L) {
    static const char *const names[] = {
        [KLV_REDIS_IDLE] = "idle",
        [KLV_REDIS_RESOLVING] = "resolving",
        [KLV_REDIS_CONNECTING] = "connecting",
        [KLV_REDIS_READY] = "ready",
        [KLV_REDIS_WAITING] = "waiting",
        [KLV_REDIS_CLOSED] = "closed",
    };
    const klv_redis *redis = klv_handle_check(L, 1, NAME)->object;
    char why[256] = "";
    if (redis) {
        snprintf(why, sizeof why, "%s", klv_redis_why(redis));
    }
    lua_pushstring(L, names[redis ? klv_redis_state_of(redis) : KLV_REDIS_CLOSED]);
    lua_pushstring(L, why);
    return 2;
}

enum { MOST = 32 };

static int connection_command(lua_State *L, void *object) {
    const char *arguments[MOST];
    size_t lengths[MOST];
    lua_Number id = luaL_checknumber(L, 2);
    int count = lua_gettop(L) - 2;
    luaL_argcheck(L, id >= 1, 2, "a number from 1 expected");
    luaL_argcheck(L, count >= 1 && count <= MOST, 3, "1 to 32 texts expected");
    for (int i = 0; i < count; i++) {
        arguments[i] = luaL_checklstring(L, i + 3, &lengths[i]);
    }
    lua_pushboolean(L, klv_redis_command(object, (uint64_t)id, count, arguments, lengths));
    return 1;
}

/* A reply that was taken, so that no finalizer can take it as well, nor an error lose its memory.
 */
typedef struct {
    klv_handle handle;
    klv_reply reply;
} reply_holder;

static void free_reply(klv_handle *handle, void *object) {
    (void)handle;
    free(((klv_reply *)object)->text);
}

static int handle_gc(lua_State *L) {
    klv_handle_free(lua_touserdata(L, 1));
    return 0;
}

static const luaL_Reg reply_metamethods[] = {{"__gc", handle_gc}, {NULL, NULL}};
static const klv_class reply_class = {
    .name = "klaviyo.redis.reply", .free = free_reply, .metamethods = reply_metamethods};

static int connection_reply(lua_State *L, void *object) {
    static const char *const kinds[] = {"text", "nil", "error", "lost"};
    if (klv_redis_state_of(object) == KLV_REDIS_CLOSED || !klv_redis_pending(object)) {
        return 0;
    }
    reply_holder *holder = klv_handle_new(L, &reply_class, sizeof *holder);
    if (!klv_redis_take(object, &holder->reply)) {
        return 0;
    }
    holder->handle.object = &holder->reply;
    lua_pushnumber(L, (lua_Number)holder->reply.id);
    lua_pushstring(L, kinds[holder->reply.kind]);
    if (holder->reply.text) {
        lua_pushlstring(L, holder->reply.text, holder->reply.length);
    } else {
        lua_pushnil(L);
    }
    klv_handle_close(&holder->handle);
    return 3;
}

static int connection_in_flight(lua_State *L) {
    const klv_redis *redis = klv_handle_check(L, 1, NAME)->object;
    lua_pushinteger(L, redis ? (lua_Integer)klv_redis_pending(redis) : 0);
    return 1;
}

static int connection_alarm(lua_State *L, void *object) {
    klv_redis_alarm(object, lua_isnoneornil(L, 2)
                                ? KLV_NEVER
                                : klv_time_add(klv_clock_monotonic(),
                                               klv_time_of_seconds(luaL_checknumber(L, 2))));
    return 0;
}

static int connection_forked(lua_State *L, void *object) {
    lua_pushboolean(L, klv_redis_forked(object));
    return 1;
}

static int connection_data(lua_State *L) {
    klv_handle_check(L, 1, NAME);
    klv_compat_getuservalue(L, 1);
    return 1;
}

static int connection_close(lua_State *L) {
    klv_handle_close(klv_handle_check(L, 1, NAME));
    return 0;
}

static int connection_gc(lua_State *L) {
    klv_handle_free(klv_handle_check(L, 1, NAME));
    return 0;
}

/* Nothing of the address: it may hold a password. */
static int connection_tostring(lua_State *L) {
    lua_pushstring(L, klv_handle_check(L, 1, NAME)->object ? NAME : NAME " (closed)");
    return 1;
}

static const klv_method methods[] = {
    {"alarm", connection_alarm, NULL},
    {"appear", connection_appear, NULL},
    {"close", NULL, connection_close},
    {"command", connection_command, NULL},
    {"connect", connection_connect, NULL},
    {"data", NULL, connection_data},
    {"deadline", connection_deadline, NULL},
    {"forked", connection_forked, NULL},
    {"in_flight", NULL, connection_in_flight},
    {"ready", connection_ready, NULL},
    {"reply", connection_reply, NULL},
    {"sockets", connection_sockets, NULL},
    {"state", NULL, connection_state},
    {"tick", connection_tick, NULL},
    {NULL, NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", connection_gc},
    {"__close", connection_close},
    {"__tostring", connection_tostring},
    {NULL, NULL},
};

static const klv_class connection_class = {
    .name = NAME,
    .close = close_connection,
    .free = free_connection,
    .metamethods = metamethods,
    .methods = methods,
    .driven = &klv_redis_driven,
};

__attribute__((visibility("default"))) int luaopen_klaviyo_redis(lua_State *L);

int luaopen_klaviyo_redis(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"hash", redis_hash}, {"machine", redis_machine}, {"new", redis_new}, {"tls", redis_tls},
        {NULL, NULL},
    };
    klv_class_register(L, &connection_class);
    klv_class_register(L, &reply_class);
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    /* the connection's methods, for lua/klaviyo/fleet/connection.lua to add some */
    luaL_getmetatable(L, NAME);
    lua_getfield(L, -1, "__index");
    lua_setfield(L, -3, "methods");
    lua_pop(L, 1);
    lua_pushfstring(L, "%d.%d.%d", HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
    lua_setfield(L, -2, "hiredis");
    return 1;
}
