/* SPDX-License-Identifier: MIT */
#include "lua_request.h"
#include "lua_document.h"
#include "lua_error.h"
#include "lua_handle.h"
#include "lua_options.h"

#include <stdio.h>
#include <string.h>

static const klv_class request_class;

static void close_request(void *object) {
    klv_request_close(object);
}

static void free_request(klv_handle *handle, void *object) {
    (void)handle;
    klv_request_free(object);
}

/* Submitting. */

/* Pushes spec.headers, and a userdata with room for its strings as a NULL-terminated array; without
 * headers nil twice, and returns NULL. [-0, +2] */
static const char **push_headers(lua_State *L, int spec, size_t *count) {
    *count = 0;
    lua_getfield(L, spec, "headers");
    if (lua_isnil(L, -1)) {
        lua_pushnil(L);
        return NULL;
    }
    luaL_checktype(L, -1, LUA_TTABLE);
#if LUA_VERSION_NUM >= 502
    *count = lua_rawlen(L, -1);
#else
    *count = lua_objlen(L, -1);
#endif
    return lua_newuserdata(L, (*count + 1) * sizeof(const char *));
}

/* Fills that array from the table at `headers`. Allocates nothing. */
static void read_headers(lua_State *L, int headers, const char **lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, headers, (int)i + 1);
        if (lua_type(L, -1) != LUA_TSTRING) {
            luaL_error(L, "bad option 'headers' (an array of strings expected)");
        }
        lines[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    if (lines) {
        lines[count] = NULL;
    }
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
    } else if (IS("urgent")) {
        rate->urgent = klv_value_boolean(L, name);
    } else if (IS("body")) {
        spec->body = klv_value_string(L, name, &spec->body_length);
    } else if (IS("conceal")) {
        spec->conceal = klv_value_string(L, name, &spec->conceal_length);
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
        spec->not_idempotent = klv_value_boolean(L, name);
    } else if (IS("repeat_on_guess")) {
        spec->repeat_on_guess = klv_value_boolean(L, name);
    } else if (IS("raw")) {
        spec->raw = klv_value_boolean(L, name);
    } else if (!IS("headers")) {
        luaL_error(L, "bad option '%s' (a request has no such option)", name);
    }
#undef IS
}

/* Iterates over the options that are present: most requests have few of them. */
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

int klv_lua_request_submit(lua_State *L, klv_client *client, int client_index, int spec_index,
                           const char *target, size_t length) {
    klv_handle *handle = klv_handle_new(L, &request_class, sizeof *handle);
    int request_index = lua_gettop(L);
    klv_compat_getuservalue(L, client_index);
    lua_pushvalue(L, -1);
    klv_compat_setuservalue(L, request_index); /* so that closing can remove it from there */
    size_t count;
    const char **lines = push_headers(L, spec_index, &count);
    /* nothing from here on runs a finalizer, which could change the tables that own the strings */
    klv_request_spec spec;
    read_spec(L, spec_index, &spec);
    read_headers(L, request_index + 2, lines, count);
    spec.headers = lines;
    if (target) {
        spec.target = target;
        spec.target_length = length;
    }
    if (!spec.target) {
        return luaL_error(L, "bad option 'target' (string expected, got nil)");
    }
    klv_error error;
    klv_request *request = klv_client_submit(client, &spec, &error);
    if (!request) {
        return klv_lua_fail(L, &error);
    }
    handle->object = request;
    lua_pushvalue(L, request_index);
    request->tag = (uint64_t)luaL_ref(L, request_index + 1);
    lua_settop(L, request_index);
    return 1;
}

/* Results. */

static void set_string(lua_State *L, const char *name, const char *value) {
    if (value[0]) {
        lua_pushstring(L, value);
        lua_setfield(L, -2, name);
    }
}

/* Pushes the document, which is the new userdata's from then on; nil without one. [-0, +1] */
static void push_document(lua_State *L, klv_request *request) {
    if (request->document) {
        klv_lua_document_move(L, &request->document);
    } else {
        lua_pushnil(L);
    }
}

static int push_failure(lua_State *L, klv_request *request) {
    klv_lua_fail(L, &request->error);
    set_string(L, "request_id", request->header_section.request_id);
    lua_pushinteger(L, request->attempt);
    lua_setfield(L, -2, "attempts");
    if (request->header_section.retry_after >= 0) {
        lua_pushnumber(L, (double)request->header_section.retry_after / (double)KLV_SECOND);
        lua_setfield(L, -2, "retry_after");
    }
    push_document(L, request);
    lua_setfield(L, -2, "document");
    return 2;
}

/* The result of a pinned request. One that is DONE does not change any more, whatever finalizers
 * do; only its document may be taken. */
static int push_result(lua_State *L, klv_request *request) {
    if (request->document) {
        klv_lua_document_account(L, klv_document_memory(request->document));
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
        const klv_buffer *body = &request->response_body;
        lua_pushlstring(L, body->data ? body->data : "", body->length);
    } else {
        push_document(L, request);
    }
    return 2;
}

int klv_lua_request_result(lua_State *L, int index) {
    klv_request *request = klv_handle_open(L, index, KLV_LUA_REQUEST);
    klv_handle *handle = klv_handle_check(L, index, KLV_LUA_REQUEST);
    klv_handle_pin(handle);
    int results = push_result(L, request);
    klv_handle_unpin(handle);
    return results;
}

static int request_result(lua_State *L, void *object) {
    return push_result(L, object);
}

static int request_state(lua_State *L, void *object) {
    static const char *const names[] = {
        [KLV_QUEUED] = "queued",   [KLV_TOKEN] = "token",     [KLV_PERMIT] = "permit",
        [KLV_WAITING] = "waiting", [KLV_SENDING] = "sending", [KLV_DONE] = "done",
    };
    lua_pushstring(L, names[((const klv_request *)object)->state]);
    return 1;
}

static int request_cancel(lua_State *L, void *object) {
    klv_request_cancel(object, luaL_optstring(L, 2, "by the caller"));
    return 0;
}

static int request_token(lua_State *L, void *object) {
    size_t length;
    if (lua_isnoneornil(L, 2)) {
        klv_request_no_token(object, luaL_optstring(L, 3, "none was given"));
    } else {
        const char *token = luaL_checklstring(L, 2, &length);
        klv_request_token(object, token, length);
    }
    return 0;
}

/* The number that the request's events have. */
static int request_id(lua_State *L, void *object) {
    lua_pushinteger(L, (lua_Integer)((const klv_request *)object)->id);
    return 1;
}

/* Whether the service rejected the request's previous token: then the same one is of no use. */
static int request_refused(lua_State *L, void *object) {
    lua_pushboolean(L, ((const klv_request *)object)->refreshed);
    return 1;
}

static int request_permit(lua_State *L, void *object) {
    klv_request_permit(object, klv_time_of_seconds(luaL_optnumber(L, 2, 0)),
                       lua_isnoneornil(L, 3) ? KLV_NEVER
                                             : klv_time_of_seconds(luaL_checknumber(L, 3)));
    return 0;
}

/* Pushes a span in seconds; 0 if it is negative. [-0, +1] */
static void push_span(lua_State *L, klv_time span) {
    lua_pushnumber(L, span > 0 ? (double)span / (double)KLV_SECOND : 0);
}

static int request_left(lua_State *L, void *object) {
    push_span(L, ((const klv_request *)object)->deadline - klv_clock_monotonic());
    return 1;
}

static int request_budget(lua_State *L, void *object) {
    const klv_request *request = object;
    const klv_rate *rate = &request->rate;
    if (!request->bucket || !request->client) {
        return 0;
    }
    /* read before the name is pushed: a finalizer may close the client, and free the bucket */
    klv_time now = klv_clock_monotonic();
    klv_time blocked_until = klv_bucket_server_reported(request->bucket, now);
    char name[128];
    snprintf(name, sizeof name, "%016llx:%.96s", (unsigned long long)request->client->account,
             klv_bucket_name(request->bucket));
    lua_pushinteger(L, rate->burst);
    lua_pushnumber(L, (double)rate->burst_window / (double)KLV_SECOND);
    lua_pushinteger(L, rate->steady);
    lua_pushnumber(L, (double)rate->steady_window / (double)KLV_SECOND);
    lua_pushstring(L, name);
    push_span(L, request->deadline - now);
    push_span(L, blocked_until - now);
    return 7;
}

/* What the last response reported about the rate limit: limit, remaining and reset of the steady
 * window, Retry-After of a 429; nil where it said nothing. Nothing at all without a response. */
static int request_reported(lua_State *L, void *object) {
    const klv_request *request = object;
    const klv_headers *headers = &request->header_section;
    if (!request->status || !request->attempt) {
        return 0;
    }
    int64_t counts[] = {headers->ratelimit_limit, headers->ratelimit_remaining};
    klv_time retry_after = headers->retry_after >= 0 ? headers->retry_after : KLV_SECOND;
    klv_time spans[] = {headers->ratelimit_reset, request->status == 429 ? retry_after : -1};
    for (int i = 0; i < 2; i++) {
        if (counts[i] >= 0) {
            klv_compat_pushinteger(L, counts[i]);
        } else {
            lua_pushnil(L);
        }
    }
    for (int i = 0; i < 2; i++) {
        if (spans[i] >= 0) {
            push_span(L, spans[i]);
        } else {
            lua_pushnil(L);
        }
    }
    return 4;
}

/* How long an attempt that begins now may take. */
static int request_attempt_timeout(lua_State *L, void *object) {
    const klv_request *request = object;
    klv_time rest = request->deadline - klv_clock_monotonic();
    push_span(L, rest < request->attempt_timeout ? rest : request->attempt_timeout);
    return 1;
}

/* Pushes a copy of the field lines of the response, and sets its length: a finalizer may drive the
 * client, and another attempt write over the original. The request is at index 1. [-?, +1] */
static const char *copy_lines(lua_State *L, const klv_request *request, size_t *length) {
    const klv_buffer *lines = &request->header_section.lines;
    char *copy = NULL;
    for (size_t size = 0; !copy || size < lines->length;) { /* each allocation may change it */
        lua_settop(L, 1);
        size = lines->length;
        copy = lua_newuserdata(L, size + 1);
    }
    *length = lines->length;
    if (*length) {
        memcpy(copy, lines->data, *length);
    }
    return copy;
}

/* All field lines of the response, as {["lower-case-name"] = "value"}; several of one name are
 * joined with a comma (RFC 9110 5.3). */
static int request_headers(lua_State *L, void *object) {
    size_t length;
    const char *at = copy_lines(L, object, &length);
    const char *end = at + length;
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

static int request_timing(lua_State *L, void *object) {
    const klv_request *request = object;
    klv_time end = request->state == KLV_DONE ? request->finished : klv_clock_monotonic();
    lua_pushnumber(L, (double)(end - request->submitted) / (double)KLV_SECOND);
    lua_pushinteger(L, request->attempt);
    return 2;
}

/* Removes a request from its client's table of pending ones, if it is still there. [-0, +0] */
static void forget(lua_State *L, int index, const klv_request *request) {
    klv_compat_getuservalue(L, index);
    lua_rawgeti(L, -1, (int)request->tag);
    bool pending = lua_rawequal(L, -1, index);
    lua_pop(L, 1);
    if (pending) {
        luaL_unref(L, -1, (int)request->tag);
    }
    lua_pop(L, 1);
}

static void close_handle(lua_State *L, int index, klv_handle *handle) {
    if (handle->object) {
        forget(L, index, handle->object);
        klv_handle_close(handle);
    }
}

void klv_lua_request_close(lua_State *L, int index) {
    close_handle(L, index, klv_handle_check(L, index, KLV_LUA_REQUEST));
}

static int request_close(lua_State *L) {
    close_handle(L, 1, klv_handle_self(L, KLV_LUA_REQUEST));
    return 0;
}

static int request_gc(lua_State *L) {
    klv_handle *handle = klv_handle_self(L, KLV_LUA_REQUEST);
    close_handle(L, 1, handle);
    klv_handle_free(handle);
    return 0;
}

static int request_tostring(lua_State *L) {
    klv_handle *handle = klv_handle_self(L, KLV_LUA_REQUEST);
    const klv_request *request = handle->object;
    if (request) {
        klv_handle_pin(handle);
        lua_pushfstring(L, KLV_LUA_REQUEST " (%s %s)", request->method, request->url.data);
        klv_handle_unpin(handle);
    } else {
        lua_pushliteral(L, KLV_LUA_REQUEST " (closed)");
    }
    return 1;
}

static const klv_method methods[] = {
    {"attempt_timeout", request_attempt_timeout, NULL},
    {"budget", request_budget, NULL},
    {"cancel", request_cancel, NULL},
    {"close", NULL, request_close},
    {"headers", request_headers, NULL},
    {"id", request_id, NULL},
    {"left", request_left, NULL},
    {"permit", request_permit, NULL},
    {"refused", request_refused, NULL},
    {"reported", request_reported, NULL},
    {"result", request_result, NULL},
    {"state", request_state, NULL},
    {"timing", request_timing, NULL},
    {"token", request_token, NULL},
    {NULL, NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", request_gc},
    {"__close", request_close},
    {"__tostring", request_tostring},
    {NULL, NULL},
};

static const klv_class request_class = {
    .name = KLV_LUA_REQUEST,
    .close = close_request,
    .free = free_request,
    .metamethods = metamethods,
    .methods = methods,
};

void klv_lua_request_register(lua_State *L) {
    klv_class_register(L, &request_class);
}
