/* SPDX-License-Identifier: MIT */
#include "compat.h"
#include "keep_loaded.h"
#include "lua_cjson.h"
#include "lua_client.h"
#include "lua_document.h"
#include "lua_pages.h"
#include "lua_plain.h"
#include "lua_relay.h"
#include "lua_request.h"
#include "lua_view.h"
#include "lua_nginx_poller.h"
#include "sha256.h"
#include "url.h"

#include <pthread.h>

/* libcurl must be initialised once per process, before the first handle. It is never cleaned up:
 * other users of libcurl in the process depend on it as well. */
static pthread_once_t start_once = PTHREAD_ONCE_INIT;

static void start(void) {
    /* What libcurl's libraries have started cannot be undone, the thread of an nginx poller may
     * still be ending, and unloading 35 libraries takes time. */
    klv_keep_loaded(&start_once);
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int core_curl_version(lua_State *L) {
    lua_pushstring(L, curl_version());
    return 1;
}

static int core_escape(lua_State *L) {
    static const char digits[] = "0123456789ABCDEF";
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    size_t plain = klv_url_plain(text, length);
    lua_settop(L, 1);
    if (plain == length) {
        return 1;
    }
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    while (length) {
        luaL_addlstring(&out, text, plain);
        text += plain;
        length -= plain;
        if (length) {
            unsigned char byte = (unsigned char)*text++;
            luaL_addchar(&out, '%');
            luaL_addchar(&out, digits[byte >> 4]);
            luaL_addchar(&out, digits[byte & 15]);
            plain = klv_url_plain(text, --length);
        }
    }
    luaL_pushresult(&out);
    return 1;
}

static int core_now(lua_State *L) {
    lua_pushnumber(L, (double)klv_clock_monotonic() / (double)KLV_SECOND);
    return 1;
}

static int core_wall(lua_State *L) {
    lua_pushnumber(L, (double)klv_clock_wall() / (double)KLV_SECOND);
    return 1;
}

static int core_sha256(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    char digest[65];
    klv_sha256_hex(text, length, digest);
    lua_pushstring(L, digest);
    return 1;
}

/* Unlike a table, a userdata has no contents that a raw access could find empty. */
static int core_placeholder(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_newuserdata(L, 0);
    lua_insert(L, 1);
    lua_setmetatable(L, 1);
    return 1;
}

__attribute__((visibility("default"))) int luaopen_klaviyo_core(lua_State *L);

int luaopen_klaviyo_core(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"client", klv_lua_client_new},
        {"curl_version", core_curl_version},
        {"document", klv_lua_document_parse},
        {"escape", core_escape},
        {"is_plain", klv_lua_plain},
        {"now", core_now},
        {"wall", core_wall},
        {"placeholder", core_placeholder},
        {"reader", klv_lua_view_reader},
        {"relay", klv_lua_relay_new},
        {"sha256", core_sha256},
        {"views", klv_lua_view_list},
        {"wait", klv_lua_client_wait},
        {"watch", klv_lua_nginx_poller_new},
        {NULL, NULL},
    };
    pthread_once(&start_once, start);
    klv_lua_bind_cjson(L);
    klv_lua_client_register(L);
    klv_lua_request_register(L);
    klv_lua_pages_register(L);
    klv_lua_document_register(L);
    klv_lua_nginx_poller_register(L);
    klv_lua_relay_register(L);
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    luaL_getmetatable(L, "klaviyo.array");
    lua_setfield(L, -2, "array_metatable");
    return 1;
}
