/* SPDX-License-Identifier: MIT */
#include "lua_watch.h"
#include "lua_client.h"
#include "lua_request.h"
#include "watch.h"

#define WATCH "klaviyo.watch"

static klv_watch **check_slot(lua_State *L) {
    return luaL_checkudata(L, 1, WATCH);
}

static klv_watch *open_watch(lua_State *L) {
    klv_watch *watch = *check_slot(L);
    if (!watch) {
        luaL_error(L, "watch is closed");
    }
    return watch;
}

int klv_lua_watch_new(lua_State *L) {
    klv_watch **slot = lua_newuserdata(L, sizeof *slot);
    *slot = NULL;
    luaL_getmetatable(L, WATCH);
    lua_setmetatable(L, -2);
    klv_error error;
    *slot = klv_watch_new(&error);
    if (!*slot) {
        lua_pushnil(L);
        klv_lua_push_error(L, &error);
        return 2;
    }
    return 1;
}

static int watch_path(lua_State *L) {
    lua_pushstring(L, klv_watch_path(open_watch(L)));
    return 1;
}

static int watch_begin(lua_State *L) {
    klv_error error;
    if (!klv_watch_begin(open_watch(L), &error)) {
        lua_pushnil(L);
        klv_lua_push_error(L, &error);
        return 2;
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* The clients from index 3 on, in a userdata that it pushes. [-0, +1] */
static klv_client **push_clients(lua_State *L, size_t *count) {
    int given = lua_gettop(L) - 2;
    *count = given > 0 ? (size_t)given : 0;
    klv_client **clients = lua_newuserdata(L, (*count + 1) * sizeof *clients);
    for (int i = 0; i < given; i++) {
        clients[i] = klv_lua_client_open(L, i + 3);
    }
    return clients;
}

static int watch_arm(lua_State *L) {
    klv_watch *watch = open_watch(L);
    klv_time span = klv_time_of_seconds(luaL_checknumber(L, 2));
    size_t count;
    klv_client **clients = push_clients(L, &count);
    if (!klv_watch_arm(watch, clients, count, klv_time_add(klv_clock_monotonic(), span))) {
        return luaL_error(L, "out of memory");
    }
    return 0;
}

static int watch_drive(lua_State *L) {
    klv_watch *watch = open_watch(L);
    klv_time bound = klv_time_of_seconds(luaL_checknumber(L, 2));
    size_t count;
    klv_client **clients = push_clients(L, &count);
    lua_pushboolean(L, klv_watch_drive(watch, clients, count, bound));
    return 1;
}

static int watch_kick(lua_State *L) {
    klv_watch_kick(open_watch(L));
    return 0;
}

static int watch_close(lua_State *L) {
    klv_watch **slot = check_slot(L);
    klv_watch *watch = *slot;
    *slot = NULL;
    klv_watch_free(watch);
    return 0;
}

static int watch_tostring(lua_State *L) {
    lua_pushstring(L, *check_slot(L) ? WATCH : WATCH " (closed)");
    return 1;
}

void klv_lua_watch_register(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"arm", watch_arm},     {"begin", watch_begin}, {"close", watch_close},
        {"drive", watch_drive}, {"kick", watch_kick},   {"path", watch_path},
        {NULL, NULL},
    };
    static const luaL_Reg metamethods[] = {
        {"__gc", watch_close},
        {"__close", watch_close},
        {"__tostring", watch_tostring},
        {NULL, NULL},
    };
    klv_compat_class(L, WATCH, metamethods, methods);
}
