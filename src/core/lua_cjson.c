/* SPDX-License-Identifier: MIT */
#include "lua_cjson.h"
#include "compat.h"

#include <dlfcn.h>

#ifdef RTLD_DEEPBIND

/* Whether the library was linked with a Lua of its own: with its own functions first, it would call
 * that one with the program's states. */
static bool has_own_lua(void *library) {
    void *own = dlsym(library, "lua_gettop");
    return own && own != dlsym(RTLD_DEFAULT, "lua_gettop");
}

static void load(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (library && has_own_lua(library)) {
        dlclose(library);
    }
    /* else it stays loaded, and require "cjson" finds it */
}

/* Neovim 0.12 exports functions by the names of lua-cjson's own buffers. The loader has lua-cjson
 * call those, and quotes vanish from the texts that it writes. */
void klv_lua_bind_cjson(lua_State *L) {
    if (!dlsym(RTLD_DEFAULT, "strbuf_append_string")) {
        return;
    }
    int top = lua_gettop(L);
    lua_getglobal(L, "package");
    if (lua_istable(L, -1)) {
        lua_getfield(L, -1, "searchpath");
        lua_pushliteral(L, "cjson");
        lua_getfield(L, -3, "cpath");
        if (lua_pcall(L, 2, 1, 0) == 0 && lua_type(L, -1) == LUA_TSTRING) {
            load(lua_tostring(L, -1));
        }
    }
    lua_settop(L, top);
}

#else

void klv_lua_bind_cjson(lua_State *L) {
    (void)L;
}

#endif
