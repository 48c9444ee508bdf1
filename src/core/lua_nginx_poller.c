/* SPDX-License-Identifier: MIT */
#include "lua_nginx_poller.h"
#include "lua_error.h"
#include "lua_handle.h"
#include "nginx_poller.h"

static const klv_class poller_class;

static void close_poller(void *object) {
    klv_nginx_poller_close(object);
}

static void free_poller(klv_handle *handle, void *object) {
    (void)handle;
    klv_nginx_poller_free(object);
}

int klv_lua_nginx_poller_new(lua_State *L) {
    klv_handle *handle = klv_handle_new(L, &poller_class, sizeof *handle);
    klv_error error;
    handle->object = klv_nginx_poller_new(&error);
    return handle->object ? 1 : klv_lua_fail(L, &error);
}

static int poller_path(lua_State *L, void *object) {
    lua_pushstring(L, klv_nginx_poller_path(object));
    return 1;
}

static int poller_begin(lua_State *L, void *object) {
    klv_error error;
    if (!klv_nginx_poller_begin(object, &error)) {
        return klv_lua_fail(L, &error);
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* Pushes a userdata with what is to be driven, from index 3 on. Nothing that runs finalizers may
 * follow: they could close it. [-0, +1] */
static klv_driven *push_driven(lua_State *L, size_t *count) {
    int given = lua_gettop(L) - 2;
    *count = given > 0 ? (size_t)given : 0;
    klv_driven *list = lua_newuserdata(L, (*count + 1) * sizeof *list);
    for (int i = 0; i < given; i++) {
        list[i] = klv_handle_driven(L, i + 3);
    }
    return list;
}

static int poller_arm(lua_State *L, void *object) {
    klv_time span = klv_time_of_seconds(luaL_checknumber(L, 2));
    size_t count;
    klv_driven *list = push_driven(L, &count);
    if (!klv_nginx_poller_arm(object, list, count, klv_time_add(klv_clock_monotonic(), span))) {
        return luaL_error(L, "out of memory");
    }
    return 0;
}

static int poller_drive(lua_State *L, void *object) {
    klv_time bound = klv_time_of_seconds(luaL_checknumber(L, 2));
    size_t count;
    klv_driven *list = push_driven(L, &count);
    lua_pushboolean(L, klv_nginx_poller_drive(object, list, count, bound));
    return 1;
}

static int poller_kick(lua_State *L, void *object) {
    (void)L;
    klv_nginx_poller_kick(object);
    return 0;
}

static int poller_close(lua_State *L) {
    klv_handle_close(klv_handle_check(L, 1, KLV_LUA_NGINX_POLLER));
    return 0;
}

static int poller_gc(lua_State *L) {
    klv_handle_free(klv_handle_check(L, 1, KLV_LUA_NGINX_POLLER));
    return 0;
}

static int poller_tostring(lua_State *L) {
    bool open = klv_handle_check(L, 1, KLV_LUA_NGINX_POLLER)->object != NULL;
    lua_pushstring(L, open ? KLV_LUA_NGINX_POLLER : KLV_LUA_NGINX_POLLER " (closed)");
    return 1;
}

static const klv_method methods[] = {
    {"arm", poller_arm, NULL},
    {"begin", poller_begin, NULL},
    {"close", NULL, poller_close},
    {"drive", poller_drive, NULL},
    {"kick", poller_kick, NULL},
    {"path", poller_path, NULL},
    {NULL, NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", poller_gc},
    {"__close", poller_close},
    {"__tostring", poller_tostring},
    {NULL, NULL},
};

static const klv_class poller_class = {
    .name = KLV_LUA_NGINX_POLLER,
    .close = close_poller,
    .free = free_poller,
    .metamethods = metamethods,
    .methods = methods,
};

void klv_lua_nginx_poller_register(lua_State *L) {
    klv_class_register(L, &poller_class);
}
