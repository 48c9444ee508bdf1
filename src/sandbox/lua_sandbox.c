/* SPDX-License-Identifier: MIT */
/* The Lua face of the sandbox: require("klaviyo.sandbox").start{...} and the object it returns. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "box.h"
#include "lua_options.h"
#include "timestamp.h"

#define TYPE_NAME  "klaviyo.sandbox"
#define ERROR_NAME "klaviyo.sandbox.error"

#if LUA_VERSION_NUM < 502
#define klv_compat_setfuncs(L, functions) luaL_register(L, NULL, functions)
#else
#define klv_compat_setfuncs(L, functions) luaL_setfuncs(L, functions, 0)
#endif

int luaopen_klaviyo_sandbox(lua_State *L) __attribute__((visibility("default")));

/* The userdata; box is NULL once stopped. */
typedef struct handle {
    sbx_box *box;
} handle;

static handle *check_handle(lua_State *L) {
    return luaL_checkudata(L, 1, TYPE_NAME);
}

static sbx_box *open_box(lua_State *L) {
    handle *h = check_handle(L);
    if (!h->box)
        luaL_error(L, "sandbox is stopped");
    return h->box;
}

/* nil and an error object {kind, message}. [-0, +2] */
static int fail(lua_State *L, const char *kind, const char *message) {
    lua_pushnil(L);
    lua_createtable(L, 0, 2);
    lua_pushstring(L, kind);
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, message);
    lua_setfield(L, -2, "message");
    luaL_getmetatable(L, ERROR_NAME);
    lua_setmetatable(L, -2);
    return 2;
}

static int error_tostring(lua_State *L) {
    lua_getfield(L, 1, "message");
    return 1;
}

/* start(options?) -> sandbox | nil, err */
static int sandbox_start(lua_State *L) {
    sbx_settings settings;
    lua_settop(L, 1);
    handle *h = lua_newuserdata(L, sizeof *h);
    h->box = NULL;
    luaL_getmetatable(L, TYPE_NAME);
    lua_setmetatable(L, -2);
    if (!sbx_options_read(L, 1, &settings)) {
        sbx_settings_free(&settings);
        return fail(L, "memory", "out of memory");
    }
    const char *kind;
    char *problem;
    h->box = sbx_box_start(&settings, &kind, &problem);
    if (h->box)
        return 1;
    /* the sentence is freed before anything that can raise: what is left is a copy of it */
    char message[512] = "out of memory";
    if (problem)
        strncpy(message, problem, sizeof message - 1);
    free(problem);
    return fail(L, kind, message);
}

static int sandbox_stop(lua_State *L) {
    handle *h = check_handle(L);
    sbx_box *box = h->box;
    h->box = NULL;
    sbx_box_stop(box);
    return 0;
}

static int sandbox_tostring(lua_State *L) {
    handle *h = check_handle(L);
    if (h->box)
        lua_pushfstring(L, "klaviyo.sandbox (%s)", h->box->origin);
    else
        lua_pushliteral(L, "klaviyo.sandbox (stopped)");
    return 1;
}

static int push_instant(lua_State *L, int64_t instant) {
    char text[SBX_TIME_SIZE];
    sbx_time_format(instant, text);
    lua_pushstring(L, text);
    return 1;
}

/* advance(duration) -> the new time */
static int sandbox_advance(lua_State *L) {
    sbx_box *box = open_box(L);
    int64_t step = sbx_duration_at(L, 2, "the time to advance by");
    return push_instant(L, sbx_box_advance(box, step));
}

/* set_clock(iso) -> the new time */
static int sandbox_set_clock(lua_State *L) {
    sbx_box *box = open_box(L);
    int64_t instant = sbx_instant_at(L, 2, "the time to set");
    sbx_box_set_clock(box, instant);
    return push_instant(L, instant);
}

/* rate(n): 0 freezes the clock, 1 lets it run, n makes it run n times as fast */
static int sandbox_rate(lua_State *L) {
    sbx_box *box = open_box(L);
    double rate = luaL_checknumber(L, 2);
    if (!(rate >= 0 && rate <= SBX_RATE_MAX))
        luaL_error(L, "the rate must be between 0 and %f, found %f", SBX_RATE_MAX, rate);
    sbx_box_set_rate(box, rate);
    return 0;
}

static int sandbox_now(lua_State *L) {
    return push_instant(L, sbx_box_now(open_box(L)));
}

static const luaL_Reg methods[] = {
    {"stop", sandbox_stop}, {"advance", sandbox_advance}, {"set_clock", sandbox_set_clock},
    {"rate", sandbox_rate}, {"now", sandbox_now},         {NULL, NULL},
};

static const luaL_Reg meta[] = {
    {"__gc", sandbox_stop},
    {"__close", sandbox_stop},
    {"__tostring", sandbox_tostring},
    {NULL, NULL},
};

/* Methods by upvalue; the fields url, port and ca_file of an object. */
static int sandbox_index(lua_State *L) {
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    if (!lua_isnil(L, -1))
        return 1;
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    handle *h = check_handle(L);
    if (!strcmp(name, "url") && h->box)
        lua_pushstring(L, h->box->origin);
    else if (!strcmp(name, "port") && h->box)
        lua_pushinteger(L, h->box->port);
    else
        lua_pushnil(L);
    return 1;
}

static void make_metatables(lua_State *L) {
    if (luaL_newmetatable(L, TYPE_NAME)) {
        klv_compat_setfuncs(L, meta);
        lua_newtable(L);
        klv_compat_setfuncs(L, methods);
        lua_pushcclosure(L, sandbox_index, 1);
        lua_setfield(L, -2, "__index");
        lua_pushliteral(L, TYPE_NAME);
        lua_setfield(L, -2, "__name");
        lua_pushliteral(L, "locked");
        lua_setfield(L, -2, "__metatable");
    }
    lua_pop(L, 1);
    if (luaL_newmetatable(L, ERROR_NAME)) {
        lua_pushcfunction(L, error_tostring);
        lua_setfield(L, -2, "__tostring");
        lua_pushliteral(L, ERROR_NAME);
        lua_setfield(L, -2, "__name");
    }
    lua_pop(L, 1);
}

int luaopen_klaviyo_sandbox(lua_State *L) {
    make_metatables(L);
    lua_newtable(L);
    lua_pushcfunction(L, sandbox_start);
    lua_setfield(L, -2, "start");
    return 1;
}
