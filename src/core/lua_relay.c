/* SPDX-License-Identifier: MIT */
#include "lua_relay.h"
#include "lua_handle.h"
#include "relay.h"

#include <poll.h>

/* As client:sockets() and client:ready() have them. */
enum { READABLE = 1, WRITABLE = 2, BROKEN = 4 };

static const klv_class relay_class;

static void free_relay(klv_handle *handle, void *object) {
    (void)handle;
    klv_relay_free(object);
}

int klv_lua_relay_new(lua_State *L) {
    int socket = (int)luaL_checkinteger(L, 1);
    klv_handle *handle = klv_handle_new(L, &relay_class, sizeof *handle);
    handle->object = klv_relay_new(socket);
    if (!handle->object) {
        lua_pushnil(L);
    }
    return 1;
}

static int relay_descriptor(lua_State *L, void *object) {
    lua_pushinteger(L, klv_relay_descriptor(object));
    return 1;
}

static int relay_want(lua_State *L, void *object) {
    lua_Integer what = luaL_checkinteger(L, 2);
    lua_pushboolean(L, klv_relay_want(object, (short)((what & READABLE ? POLLIN : 0) |
                                                      (what & WRITABLE ? POLLOUT : 0))));
    return 1;
}

static int relay_ready(lua_State *L, void *object) {
    short happened = klv_relay_ready(object);
    lua_pushinteger(L, (happened & POLLIN ? READABLE : 0) | (happened & POLLOUT ? WRITABLE : 0) |
                           (happened & POLLERR ? BROKEN : 0));
    return 1;
}

static int relay_close(lua_State *L) {
    klv_handle_close(klv_handle_check(L, 1, KLV_LUA_RELAY));
    return 0;
}

static int relay_gc(lua_State *L) {
    klv_handle_free(klv_handle_check(L, 1, KLV_LUA_RELAY));
    return 0;
}

static int relay_tostring(lua_State *L) {
    bool open = klv_handle_check(L, 1, KLV_LUA_RELAY)->object != NULL;
    lua_pushstring(L, open ? KLV_LUA_RELAY : KLV_LUA_RELAY " (closed)");
    return 1;
}

static const klv_method methods[] = {
    {"close", NULL, relay_close}, {"descriptor", relay_descriptor, NULL},
    {"ready", relay_ready, NULL}, {"want", relay_want, NULL},
    {NULL, NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", relay_gc},
    {"__close", relay_close},
    {"__tostring", relay_tostring},
    {NULL, NULL},
};

static const klv_class relay_class = {
    .name = KLV_LUA_RELAY,
    .free = free_relay,
    .metamethods = metamethods,
    .methods = methods,
};

void klv_lua_relay_register(lua_State *L) {
    klv_class_register(L, &relay_class);
}
