/* SPDX-License-Identifier: MIT */
#include "lua_handle.h"

#include <string.h>

/* Upvalues of methods and metamethods. */
enum { CLASS = 1, METHOD, METATABLE, UPVALUES = METATABLE };

klv_handle *klv_handle_check(lua_State *L, int index, const char *name) {
    return luaL_checkudata(L, index, name);
}

klv_handle *klv_handle_check_fast(lua_State *L, int index, const char *name, int metatable) {
    void *userdata = lua_touserdata(L, index);
    if (userdata && lua_getmetatable(L, index)) {
        bool same = lua_rawequal(L, -1, metatable);
        lua_pop(L, 1);
        if (same) {
            return userdata;
        }
    }
    return klv_handle_check(L, index, name);
}

klv_handle *klv_handle_self(lua_State *L, const char *name) {
    return klv_handle_check_fast(L, 1, name, lua_upvalueindex(METATABLE));
}

int klv_handle_raise_closed(lua_State *L, const klv_handle *handle) {
    return luaL_error(L, "%s is closed", handle->class->name + strlen("klaviyo."));
}

void *klv_handle_open(lua_State *L, int index, const char *name) {
    klv_handle *handle = klv_handle_check(L, index, name);
    if (!handle->object) {
        klv_handle_raise_closed(L, handle);
    }
    return handle->object;
}

klv_driven klv_handle_driven(lua_State *L, int index) {
    klv_driven driven = {NULL, NULL};
    const klv_handle *handle = lua_touserdata(L, index);
    if (handle && lua_type(L, index) == LUA_TUSERDATA && lua_getmetatable(L, index)) {
        lua_rawgeti(L, -1, KLV_DRIVEN_KEY);
        driven.class = lua_touserdata(L, -1);
        lua_pop(L, 2);
    }
    if (!driven.class) {
        luaL_argerror(L, index, "a client expected");
        return driven;
    }
    driven.object = handle->object;
    if (!driven.object) {
        klv_handle_raise_closed(L, handle);
    }
    return driven;
}

void *klv_handle_new(lua_State *L, const klv_class *class, size_t size) {
    klv_handle *handle = lua_newuserdata(L, size);
    memset(handle, 0, size);
    handle->class = class;
    luaL_getmetatable(L, class->name);
    lua_setmetatable(L, -2);
    return handle;
}

static void free_closed(klv_handle *handle) {
    if (handle->closed) {
        handle->class->free(handle, handle->closed);
        handle->closed = NULL;
    }
}

void klv_handle_pin(klv_handle *handle) {
    handle->pins++;
}

void klv_handle_unpin(klv_handle *handle) {
    if (--handle->pins == 0) {
        free_closed(handle);
    }
}

void klv_handle_close(klv_handle *handle) {
    void *object = handle->object;
    if (!object) {
        return;
    }
    handle->object = NULL;
    handle->closed = object;
    if (handle->class->close) {
        handle->class->close(object);
    }
    if (!handle->pins) {
        free_closed(handle);
    }
}

void klv_handle_free(klv_handle *handle) {
    klv_handle_close(handle);
    free_closed(handle);
}

static int call_method(lua_State *L) {
    const klv_class *class = lua_touserdata(L, lua_upvalueindex(CLASS));
    const klv_method *method = lua_touserdata(L, lua_upvalueindex(METHOD));
    klv_handle *handle = klv_handle_self(L, class->name);
    if (!handle->object) {
        return klv_handle_raise_closed(L, handle);
    }
    klv_handle_pin(handle);
    int results = method->call(L, handle->object);
    klv_handle_unpin(handle);
    return results;
}

/* Pushes the upvalues; the metatable is at `metatable`. [-0, +3] */
static void push_upvalues(lua_State *L, const klv_class *class, const klv_method *method,
                          int metatable) {
    lua_pushlightuserdata(L, (void *)(uintptr_t) class);
    lua_pushlightuserdata(L, (void *)(uintptr_t)method);
    lua_pushvalue(L, metatable);
}

/* Puts the methods into the table on top; the metatable is below it. */
static void set_methods(lua_State *L, const klv_class *class) {
    int metatable = lua_gettop(L) - 1;
    for (const klv_method *method = class->methods; method && method->name; method++) {
        push_upvalues(L, class, method, metatable);
        lua_pushcclosure(L, method->any ? method->any : call_method, UPVALUES);
        lua_setfield(L, -2, method->name);
    }
}

void klv_class_register(lua_State *L, const klv_class *class) {
    /* filled even if it is there: a memory error may have ended an earlier attempt half way */
    luaL_newmetatable(L, class->name);
    push_upvalues(L, class, NULL, lua_gettop(L));
    luaL_setfuncs(L, class->metamethods, UPVALUES);
    lua_newtable(L);
    set_methods(L, class);
    lua_setfield(L, -2, "__index");
    if (class->driven) {
        lua_pushlightuserdata(L, (void *)(uintptr_t) class->driven);
        lua_rawseti(L, -2, KLV_DRIVEN_KEY);
    }
    lua_pushstring(L, class->name); /* LuaJIT does not set it by itself */
    lua_setfield(L, -2, "__name");
    lua_pop(L, 1);
}
