/* SPDX-License-Identifier: MIT */
/* The Lua module: require("klaviyo.sandbox").start{...} and the object it returns. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "control/control.h"
#include "lua/json.h"
#include "lua/options.h"
#include "serve/sandbox.h"

#define TYPE_NAME  "klaviyo.sandbox"
#define ERROR_NAME "klaviyo.sandbox.error"

#if LUA_VERSION_NUM < 502
#define klv_compat_setfuncs(L, functions) luaL_register(L, NULL, functions)
#else
#define klv_compat_setfuncs(L, functions) luaL_setfuncs(L, functions, 0)
#endif

int luaopen_klaviyo_sandbox(lua_State *L) __attribute__((visibility("default")));

/* The userdata; sandbox is NULL once stopped. It owns the settings while they are read, so that an
 * error on the way leaks nothing. */
typedef struct handle {
    sbx_sandbox *sandbox;
    sbx_settings settings;
} handle;

static handle *check_handle(lua_State *L) {
    return luaL_checkudata(L, 1, TYPE_NAME);
}

static sbx_instance *check_open(lua_State *L) {
    handle *h = check_handle(L);
    if (!h->sandbox)
        luaL_error(L, "sandbox is stopped");
    return h->sandbox->instance;
}

/* Pushes nil and an error object {kind, message}. [-0, +2] */
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
    lua_settop(L, 1);
    handle *h = lua_newuserdata(L, sizeof *h);
    memset(h, 0, sizeof *h);
    luaL_getmetatable(L, TYPE_NAME);
    lua_setmetatable(L, -2);
    if (!sbx_options_read(L, 1, &h->settings))
        return fail(L, "memory", "out of memory");
    const char *kind;
    char *problem;
    h->sandbox = sbx_sandbox_start(&h->settings, &kind, &problem);
    if (h->sandbox)
        return 1;
    /* freed before anything that can raise; a copy remains */
    char message[512] = "out of memory";
    if (problem)
        strncpy(message, problem, sizeof message - 1);
    free(problem);
    return fail(L, kind, message);
}

static int sandbox_stop(lua_State *L) {
    handle *h = check_handle(L);
    sbx_sandbox *sandbox = h->sandbox;
    h->sandbox = NULL;
    sbx_sandbox_stop(sandbox);
    sbx_settings_free(&h->settings);
    return 0;
}

static int sandbox_tostring(lua_State *L) {
    handle *h = check_handle(L);
    if (h->sandbox)
        lua_pushfstring(L, "klaviyo.sandbox (%s)", h->sandbox->instance->origin);
    else
        lua_pushliteral(L, "klaviyo.sandbox (stopped)");
    return 1;
}

/* --- all other methods run control requests --- */

/* Pushes the errors of a response as one sentence. [-0, +1] */
static void push_problem(lua_State *L, const char *what, const json_t *response) {
    luaL_Buffer message;
    const json_t *errors = json_object_get(response, "errors");
    luaL_buffinit(L, &message);
    luaL_addstring(&message, what);
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *error = json_array_get(errors, i);
        const char *at =
            json_string_value(json_object_get(json_object_get(error, "source"), "pointer"));
        luaL_addstring(&message, i ? " " : ": ");
        if (at && *at) {
            luaL_addstring(&message, at + 1);
            luaL_addstring(&message, ": ");
        }
        const char *detail = json_string_value(json_object_get(error, "detail"));
        luaL_addstring(&message, detail ? detail : "failed");
    }
    luaL_pushresult(&message);
}

/* Runs a control request with the body in `holder`, which holds the response afterwards. Returns
 * the status. Never raises. */
static int run_control(sbx_instance *instance, const char *method, const char *path,
                       json_t **holder) {
    sbx_response response = {0};
    sbx_control_run(instance, method, path, *holder, &response);
    json_decref(*holder);
    *holder = json_loadb(response.body.data ? response.body.data : "", response.body.size,
                         JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    int status = *holder ? response.status : 500;
    sbx_response_free(&response);
    return status;
}

/* Pushes the response of a control request, or raises its errors. [-0, +1], with the holder below
 */
static void control(lua_State *L, const char *what, const char *method, const char *path,
                    json_t **holder) {
    if (run_control(check_open(L), method, path, holder) == 200) {
        sbx_lua_push(L, *holder);
        return;
    }
    luaL_where(L, 1);
    push_problem(L, what, *holder);
    lua_concat(L, 2);
    lua_error(L);
}

/* A method that posts its table of options. */
static int post_options(lua_State *L, const char *what, const char *path) {
    check_open(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    json_t **holder = sbx_lua_holder(L);
    sbx_lua_read(L, 2, holder);
    control(L, what, "POST", path, holder);
    return 1;
}

/* A method that posts its argument as one member, or an empty object without it. */
static int post_member(lua_State *L, const char *what, const char *path, const char *member) {
    check_open(L);
    lua_settop(L, 2);
    json_t **holder = sbx_lua_holder(L);
    lua_createtable(L, 0, 1);
    if (!lua_isnil(L, 2)) {
        lua_pushvalue(L, 2);
        lua_setfield(L, -2, member);
    }
    sbx_lua_read(L, lua_gettop(L), holder);
    control(L, what, "POST", path, holder);
    return 1;
}

static int get(lua_State *L, const char *what, const char *method, const char *path) {
    check_open(L);
    control(L, what, method, path, sbx_lua_holder(L));
    return 1;
}

/* advance(duration) -> the new time */
static int sandbox_advance(lua_State *L) {
    luaL_argcheck(L, !lua_isnoneornil(L, 2), 2, "duration expected");
    post_member(L, "advance", "clock", "advance");
    lua_getfield(L, -1, "now");
    return 1;
}

/* set_clock(iso) -> the new time */
static int sandbox_set_clock(lua_State *L) {
    luaL_argcheck(L, !lua_isnoneornil(L, 2), 2, "time expected");
    post_member(L, "set_clock", "clock", "set");
    lua_getfield(L, -1, "now");
    return 1;
}

/* rate(n): 0 freezes the clock, 1 is real time, n is n times as fast */
static int sandbox_rate(lua_State *L) {
    luaL_checknumber(L, 2);
    post_member(L, "rate", "clock", "rate");
    return 0;
}

static int sandbox_now(lua_State *L) {
    get(L, "now", "GET", "clock");
    lua_getfield(L, -1, "now");
    return 1;
}

static int sandbox_fail(lua_State *L) {
    post_options(L, "fail", "faults");
    return 0;
}

static int sandbox_faults(lua_State *L) {
    return get(L, "faults", "GET", "faults");
}

static int sandbox_clear_faults(lua_State *L) {
    get(L, "clear_faults", "DELETE", "faults");
    return 0;
}

static int sandbox_requests(lua_State *L) {
    return get(L, "requests", "GET", "requests");
}

static int sandbox_effects(lua_State *L) {
    return get(L, "effects", "GET", "effects");
}

static int sandbox_clear_requests(lua_State *L) {
    get(L, "clear_requests", "DELETE", "requests");
    return 0;
}

static int sandbox_list(lua_State *L) {
    post_options(L, "list", "lists");
    return 0;
}

static int sandbox_segment(lua_State *L) {
    post_options(L, "segment", "segments");
    return 0;
}

/* template{...} -> the id */
static int sandbox_template(lua_State *L) {
    post_options(L, "template", "templates");
    lua_getfield(L, -1, "id");
    return 1;
}

/* metric{...} -> the id */
static int sandbox_metric(lua_State *L) {
    post_options(L, "metric", "metrics");
    lua_getfield(L, -1, "id");
    return 1;
}

static int sandbox_account(lua_State *L) {
    post_options(L, "account", "account");
    return 0;
}

/* tag{...} -> the id */
static int sandbox_tag(lua_State *L) {
    post_options(L, "tag", "tags");
    lua_getfield(L, -1, "id");
    return 1;
}

static int sandbox_image(lua_State *L) {
    post_options(L, "image", "images");
    lua_getfield(L, -1, "id");
    return 1;
}

static int sandbox_translation(lua_State *L) {
    post_options(L, "translation", "translations");
    lua_getfield(L, -1, "id");
    return 1;
}

static int sandbox_tracking_params(lua_State *L) {
    post_options(L, "tracking_params", "tracking-params");
    return 0;
}

static int sandbox_results(lua_State *L) {
    post_options(L, "results", "results");
    return 0;
}

/* single_channel{...} -> the ids of the campaign, audience, message and variation */
static int sandbox_single_channel(lua_State *L) {
    return post_options(L, "single_channel", "single-channel");
}

static int sandbox_revoke(lua_State *L) {
    luaL_checkstring(L, 2);
    post_member(L, "revoke", "revoke", "credential");
    return 0;
}

static int sandbox_reset(lua_State *L) {
    get(L, "reset", "POST", "reset");
    return 0;
}

static int sandbox_snapshot(lua_State *L) {
    post_member(L, "snapshot", "snapshot", "name");
    return 0;
}

static int sandbox_restore(lua_State *L) {
    post_member(L, "restore", "restore", "name");
    return 0;
}

/* message(id) -> its progress | nil, err */
static int sandbox_message(lua_State *L) {
    sbx_instance *instance = check_open(L);
    const char *id = luaL_checkstring(L, 2);
    json_t **holder = sbx_lua_holder(L);
    const char *path = lua_pushfstring(L, "messages/%s", id);
    if (run_control(instance, "GET", path, holder) == 200) {
        sbx_lua_push(L, *holder);
        return 1;
    }
    return fail(L, "not_found", "there is no message with this id");
}

static const luaL_Reg methods[] = {
    {"advance", sandbox_advance},
    {"clear_faults", sandbox_clear_faults},
    {"clear_requests", sandbox_clear_requests},
    {"effects", sandbox_effects},
    {"fail", sandbox_fail},
    {"faults", sandbox_faults},
    {"image", sandbox_image},
    {"list", sandbox_list},
    {"segment", sandbox_segment},
    {"template", sandbox_template},
    {"metric", sandbox_metric},
    {"account", sandbox_account},
    {"message", sandbox_message},
    {"now", sandbox_now},
    {"rate", sandbox_rate},
    {"requests", sandbox_requests},
    {"reset", sandbox_reset},
    {"restore", sandbox_restore},
    {"results", sandbox_results},
    {"revoke", sandbox_revoke},
    {"set_clock", sandbox_set_clock},
    {"single_channel", sandbox_single_channel},
    {"snapshot", sandbox_snapshot},
    {"stop", sandbox_stop},
    {"tag", sandbox_tag},
    {"tracking_params", sandbox_tracking_params},
    {"translation", sandbox_translation},
    {NULL, NULL},
};

static const luaL_Reg meta[] = {
    {"__gc", sandbox_stop},
    {"__close", sandbox_stop},
    {"__tostring", sandbox_tostring},
    {NULL, NULL},
};

/* Methods are in the upvalue; url, port and ca_file are fields. */
static int sandbox_index(lua_State *L) {
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    if (!lua_isnil(L, -1))
        return 1;
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    handle *h = check_handle(L);
    if (!strcmp(name, "url") && h->sandbox)
        lua_pushstring(L, h->sandbox->instance->origin);
    else if (!strcmp(name, "port") && h->sandbox)
        lua_pushinteger(L, h->sandbox->port);
    else if (!strcmp(name, "ca_file") && h->sandbox)
        lua_pushstring(L, h->sandbox->certificate.ca_file);
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
    sbx_lua_json_open(L);
    make_metatables(L);
    lua_newtable(L);
    lua_pushcfunction(L, sandbox_start);
    lua_setfield(L, -2, "start");
    return 1;
}
