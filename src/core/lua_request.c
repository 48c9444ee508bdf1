/* SPDX-License-Identifier: MIT */
#include "lua_request.h"
#include "lua_client.h"
#include "lua_document.h"
#include "lua_options.h"

#include <stdio.h>
#include <string.h>

#define REQUEST "klaviyo.request"

static klv_request **check_slot(lua_State *L, int index) {
    return luaL_checkudata(L, index, REQUEST);
}

klv_request *klv_lua_request_check(lua_State *L, int index) {
    return *check_slot(L, index);
}

static klv_request *open_request(lua_State *L, int index) {
    klv_request *request = *check_slot(L, index);
    if (!request) {
        luaL_error(L, "request is closed");
    }
    return request;
}

void klv_lua_push_error(lua_State *L, const klv_error *error) {
    lua_createtable(L, 0, 9);
    lua_pushstring(L, klv_error_kind_name(error->kind));
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, error->message);
    lua_setfield(L, -2, "message");
    lua_pushstring(L, error->outcome == KLV_OUTCOME_UNKNOWN ? "unknown" : "none");
    lua_setfield(L, -2, "outcome");
    lua_pushboolean(L, error->retryable);
    lua_setfield(L, -2, "retryable");
    if (error->status) {
        lua_pushinteger(L, error->status);
        lua_setfield(L, -2, "status");
    }
}

/* Submitting. */

/* The strings of spec.headers as a NULL-terminated array in a userdata, pushed; nil and NULL
 * without any. [-0, +1] */
static const char *const *push_headers(lua_State *L, int spec) {
    lua_getfield(L, spec, "headers");
    if (lua_isnil(L, -1)) {
        return NULL;
    }
    luaL_checktype(L, -1, LUA_TTABLE);
#if LUA_VERSION_NUM >= 502
    size_t count = lua_rawlen(L, -1);
#else
    size_t count = lua_objlen(L, -1);
#endif
    const char **lines = lua_newuserdata(L, (count + 1) * sizeof *lines);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, -2, (int)i + 1);
        lines[i] =
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL; /* the table keeps it */
        if (!lines[i]) {
            luaL_error(L, "bad option 'headers' (an array of strings expected)");
        }
        lua_pop(L, 1);
    }
    lines[count] = NULL;
    lua_remove(L, -2);
    return lines;
}

static void read_options(lua_State *L, int table, klv_request_spec *spec);

/* One option of a request, its value on top of the stack. */
static void read_option(lua_State *L, const char *name, klv_request_spec *spec) {
    klv_rate *rate = &spec->rate;
#define IS(text) (strcmp(name, text) == 0)
    if (IS("method")) {
        spec->method = klv_value_string(L, name, NULL);
    } else if (IS("target")) {
        spec->target = klv_value_string(L, name, &spec->target_length);
    } else if (IS("budget")) {
        if (!lua_istable(L, -1)) {
            luaL_error(L, "bad option '%s' (table expected, got %s)", name, luaL_typename(L, -1));
        }
        read_options(L, lua_gettop(L), spec);
    } else if (IS("bucket")) {
        spec->bucket = klv_value_string(L, name, NULL);
    } else if (IS("burst")) {
        rate->burst = klv_value_count(L, name, 1);
    } else if (IS("burst_window")) {
        rate->burst_window = klv_value_seconds(L, name);
    } else if (IS("steady")) {
        rate->steady = klv_value_count(L, name, 1);
    } else if (IS("steady_window")) {
        rate->steady_window = klv_value_seconds(L, name);
    } else if (IS("body")) {
        spec->body = klv_value_string(L, name, &spec->body_length);
    } else if (IS("deadline")) {
        spec->deadline = klv_value_seconds(L, name);
    } else if (IS("timeout")) {
        spec->timeout = klv_value_seconds(L, name);
    } else if (IS("attempt_timeout")) {
        spec->attempt_timeout = klv_value_seconds(L, name);
    } else if (IS("max_attempts")) {
        spec->max_attempts = klv_value_count(L, name, 0);
    } else if (IS("revision")) {
        spec->revision = klv_value_string(L, name, NULL);
    } else if (IS("once")) {
        spec->once = klv_value_boolean(L, name);
    } else if (IS("raw")) {
        spec->raw = klv_value_boolean(L, name);
    } else if (!IS("headers")) {
        luaL_error(L, "bad option '%s' (a request has no such option)", name);
    }
#undef IS
}

/* Most requests have few options: what is there is looked at, not what could be. */
static void read_options(lua_State *L, int table, klv_request_spec *spec) {
    luaL_checkstack(L, 4, "options");
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            luaL_error(L, "bad option (a name expected, got a %s)", luaL_typename(L, -2));
        }
        read_option(L, lua_tostring(L, -2), spec);
    }
}

static void read_spec(lua_State *L, int table, klv_request_spec *spec) {
    *spec = (klv_request_spec){
        .method = "GET",
        .rate = {.burst = 10,
                 .burst_window = KLV_SECOND,
                 .steady = 150,
                 .steady_window = 60 * KLV_SECOND},
    };
    read_options(L, table, spec);
}

int klv_lua_request_submit(lua_State *L, int client_index, int spec_index, const char *target,
                           size_t length) {
    klv_client *client = klv_lua_client_open(L, client_index);
    klv_request_spec spec;
    read_spec(L, spec_index, &spec);
    if (target) {
        spec.target = target;
        spec.target_length = length;
    }
    if (!spec.target) {
        return luaL_error(L, "bad option 'target' (string expected, got nil)");
    }
    spec.headers = push_headers(L, spec_index);
    klv_compat_getuservalue(L, client_index);
    klv_request **slot = lua_newuserdata(L, sizeof *slot);
    *slot = NULL;
    luaL_getmetatable(L, REQUEST);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -2);
    klv_compat_setuservalue(L, -2); /* the client's table, so that closing can leave it */
    klv_error error;
    *slot = klv_request_new(client, &spec, &error);
    if (!*slot) {
        lua_pushnil(L);
        klv_lua_push_error(L, &error);
        return 2;
    }
    lua_pushvalue(L, -1);
    (*slot)->tag = (uint64_t)luaL_ref(L, -3);
    return 1;
}

/* Results. */

static void set_string(lua_State *L, const char *name, const char *value) {
    if (value[0]) {
        lua_pushstring(L, value);
        lua_setfield(L, -2, name);
    }
}

/* Moves the document into a userdata of its own. [-0, +1] */
static void push_document(lua_State *L, klv_request *request) {
    if (!request->document) {
        lua_pushnil(L);
        return;
    }
    klv_lua_document_move(L, &request->document);
}

static int push_failure(lua_State *L, klv_request *request) {
    lua_pushnil(L);
    klv_lua_push_error(L, &request->error);
    set_string(L, "request_id", request->head.request_id);
    lua_pushinteger(L, request->attempt);
    lua_setfield(L, -2, "attempts");
    if (request->head.retry_after >= 0) {
        lua_pushnumber(L, (double)request->head.retry_after / (double)KLV_SECOND);
        lua_setfield(L, -2, "retry_after");
    }
    push_document(L, request);
    lua_setfield(L, -2, "document");
    return 2;
}

int klv_lua_request_result(lua_State *L, int index) {
    klv_request *request = open_request(L, index);
    if (request->document) {
        klv_lua_document_account(L, klv_document_memory(request->document));
        request = open_request(L, index); /* a finalizer may have closed it */
    }
    if (request->state != KLV_DONE) {
        return luaL_error(L, "request is not done (it is %s)",
                          request->state == KLV_SENDING ? "sending" : "waiting");
    }
    if (request->error.kind != KLV_ERROR_NONE) {
        return push_failure(L, request);
    }
    lua_pushinteger(L, request->status);
    if (request->raw) {
        lua_pushlstring(L, request->answer.data ? request->answer.data : "",
                        request->answer.length);
    } else {
        push_document(L, request);
    }
    return 2;
}

static int request_result(lua_State *L) {
    return klv_lua_request_result(L, 1);
}

static int request_state(lua_State *L) {
    static const char *const names[] = {
        [KLV_QUEUED] = "queued",   [KLV_TOKEN] = "token",     [KLV_PERMIT] = "permit",
        [KLV_WAITING] = "waiting", [KLV_SENDING] = "sending", [KLV_DONE] = "done",
    };
    lua_pushstring(L, names[open_request(L, 1)->state]);
    return 1;
}

static int request_cancel(lua_State *L) {
    klv_request *request = open_request(L, 1);
    klv_request_cancel(request, luaL_optstring(L, 2, "by the caller"));
    return 0;
}

static int request_token(lua_State *L) {
    klv_request *request = open_request(L, 1);
    size_t length;
    if (lua_isnoneornil(L, 2)) {
        klv_request_no_token(request, luaL_optstring(L, 3, "none was given"));
    } else {
        const char *token = luaL_checklstring(L, 2, &length);
        klv_request_token(request, token, length);
    }
    return 0;
}

/* Whether the service refused the token that this request had before: then the same one is of no
 * use. */
static int request_refused(lua_State *L) {
    lua_pushboolean(L, open_request(L, 1)->refreshed);
    return 1;
}

static int request_permit(lua_State *L) {
    klv_request *request = open_request(L, 1);
    klv_request_permit(request, klv_time_of_seconds(luaL_optnumber(L, 2, 0)));
    return 0;
}

/* A span of time in seconds; none of it, if it is over. [-0, +1] */
static void push_span(lua_State *L, klv_time span) {
    lua_pushnumber(L, span > 0 ? (double)span / (double)KLV_SECOND : 0);
}

static int request_left(lua_State *L) {
    push_span(L, open_request(L, 1)->deadline - klv_clock_monotonic());
    return 1;
}

static int request_budget(lua_State *L) {
    const klv_request *request = open_request(L, 1);
    const klv_rate *rate = &request->rate;
    if (!request->bucket || !request->client) {
        return 0;
    }
    lua_pushinteger(L, rate->burst);
    lua_pushnumber(L, (double)rate->burst_window / (double)KLV_SECOND);
    lua_pushinteger(L, rate->steady);
    lua_pushnumber(L, (double)rate->steady_window / (double)KLV_SECOND);
    char name[128];
    snprintf(name, sizeof name, "%016llx:%.96s", (unsigned long long)request->client->account,
             klv_bucket_name(request->bucket));
    lua_pushstring(L, name);
    klv_time now = klv_clock_monotonic();
    push_span(L, request->deadline - now);
    push_span(L, klv_bucket_told(request->bucket, now) - now);
    return 7;
}

/* All field lines of the answer, as {["lower-case-name"] = "value"}; of several, joined by a comma
 * (RFC 9110 5.3). */
static int request_headers(lua_State *L) {
    const klv_request *request = open_request(L, 1);
    const char *at = request->head.lines.data;
    const char *end = at ? at + request->head.lines.length : at;
    lua_newtable(L);
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        const char *colon = memchr(at, ':', (size_t)(line_end - at));
        luaL_Buffer name;
        luaL_buffinit(L, &name);
        for (const char *c = at; c < colon; c++) {
            luaL_addchar(&name, (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c));
        }
        luaL_pushresult(&name);
        const char *value = colon + 1;
        while (value < line_end && (*value == ' ' || *value == '\t')) {
            value++;
        }
        lua_pushvalue(L, -1);
        lua_rawget(L, -3);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_pushlstring(L, value, (size_t)(line_end - value));
        } else {
            lua_pushliteral(L, ", ");
            lua_pushlstring(L, value, (size_t)(line_end - value));
            lua_concat(L, 3);
        }
        lua_rawset(L, -3);
        at = line_end + 1;
    }
    return 1;
}

static int request_timing(lua_State *L) {
    const klv_request *request = open_request(L, 1);
    klv_time end = request->state == KLV_DONE ? request->finished : klv_clock_monotonic();
    lua_pushnumber(L, (double)(end - request->submitted) / (double)KLV_SECOND);
    lua_pushinteger(L, request->attempt);
    return 2;
}

void klv_lua_request_forget(lua_State *L, int index, const klv_request *request) {
    klv_compat_getuservalue(L, index);
    lua_rawgeti(L, -1, (int)request->tag);
    bool pending = lua_rawequal(L, -1, index < 0 ? index - 2 : index);
    lua_pop(L, 1);
    if (pending) {
        luaL_unref(L, -1, (int)request->tag);
    }
    lua_pop(L, 1);
}

void klv_lua_request_close(lua_State *L, int index) {
    klv_request **slot = check_slot(L, index);
    klv_request *request = *slot;
    *slot = NULL;
    if (request) {
        klv_lua_request_forget(L, index, request);
    }
    klv_request_free(request);
}

static int request_close(lua_State *L) {
    klv_lua_request_close(L, 1);
    return 0;
}

static int request_tostring(lua_State *L) {
    klv_request *request = *check_slot(L, 1);
    if (request) {
        lua_pushfstring(L, REQUEST " (%s %s)", request->method, request->url.data);
    } else {
        lua_pushliteral(L, REQUEST " (closed)");
    }
    return 1;
}

void klv_lua_request_register(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"budget", request_budget},   {"cancel", request_cancel}, {"close", request_close},
        {"headers", request_headers}, {"left", request_left},     {"permit", request_permit},
        {"refused", request_refused}, {"result", request_result}, {"state", request_state},
        {"timing", request_timing},   {"token", request_token},   {NULL, NULL},
    };
    static const luaL_Reg metamethods[] = {
        {"__gc", request_close},
        {"__close", request_close},
        {"__tostring", request_tostring},
        {NULL, NULL},
    };
    klv_compat_class(L, REQUEST, metamethods, methods);
}
