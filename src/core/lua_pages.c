/* SPDX-License-Identifier: MIT */
#include "lua_pages.h"
#include "lua_error.h"
#include "lua_handle.h"
#include "lua_request.h"
#include "pages.h"

#include <stdlib.h>

/*
 * Pagination for Lua. The user value keeps the client at [1], the spec that all pages share at [2]
 * and the request that is under way at [3].
 *
 *     request() -> the request to wait for    take() -> its document; with `prefetch`, the request
 * of the next page is under way by then
 */
typedef struct {
    klv_pages pages;
    klv_error failure; /* of the next link; returned when the next page is asked for */
    bool prefetch, ended;
} lua_pages;

enum { CLIENT_AT = 1, SPEC_AT = 2, REQUEST_AT = 3 };

static const klv_class pages_class;

static void free_pages(klv_handle *handle, void *object) {
    (void)handle;
    klv_pages_free(&((lua_pages *)object)->pages);
    free(object);
}

/* Submits the present link; `table` is the index of the user value. Leaves the request, or nil and
 * an error table, on the stack, and returns how many. */
static int submit(lua_State *L, const lua_pages *self, int table) {
    lua_rawgeti(L, table, CLIENT_AT);
    lua_rawgeti(L, table, SPEC_AT);
    int spec = lua_gettop(L);
    klv_client *client = klv_handle_open(L, spec - 1, KLV_LUA_CLIENT);
    klv_handle *handle = klv_handle_check(L, spec - 1, KLV_LUA_CLIENT);
    klv_handle_pin(handle);
    int pushed = klv_lua_request_submit(L, client, spec - 1, spec, self->pages.link.data,
                                        self->pages.link.length);
    klv_handle_unpin(handle);
    if (pushed != 1) {
        return pushed;
    }
    if (!klv_handle_check(L, 1, KLV_LUA_PAGES)->object) { /* a finalizer closed the pages */
        klv_error error;
        klv_lua_request_close(L, lua_gettop(L));
        klv_fail(&error, KLV_ERROR_CANCELLED, "cancelled: the pages were closed");
        return klv_lua_fail(L, &error);
    }
    lua_pushvalue(L, -1);
    lua_rawseti(L, table, REQUEST_AT);
    return 1;
}

/* Returns the request that is under way, submitting it if there is none; nothing after the last
 * page; nil, err if the next link cannot be followed. */
static int pages_request(lua_State *L, void *object) {
    lua_pages *self = object;
    lua_settop(L, 1);
    klv_compat_getuservalue(L, 1);
    lua_rawgeti(L, 2, REQUEST_AT);
    if (!lua_isnil(L, -1)) {
        return 1;
    }
    if (self->failure.kind != KLV_ERROR_NONE) {
        return klv_lua_fail(L, &self->failure);
    }
    return self->ended ? 0 : submit(L, self, 2);
}

static void follow(lua_State *L, lua_pages *self, const klv_document *page, bool is_wanted) {
    switch (page ? klv_pages_follow(&self->pages, page, &self->failure) : KLV_PAGES_END) {
    case KLV_PAGES_END:
        self->ended = true;
        break;
    case KLV_PAGES_FAILED:
        break;
    case KLV_PAGES_NEXT:
        if (self->prefetch && is_wanted) {
            submit(L, self, 2); /* a link that fails now fails again when it is asked for */
        }
    }
}

/* The result of the finished request. A failed one is submitted again by the next request(). With
 * false, the next page is not requested ahead. */
static int pages_take(lua_State *L, void *object) {
    bool is_wanted = lua_isnoneornil(L, 2) || lua_toboolean(L, 2);
    lua_settop(L, 1);
    klv_compat_getuservalue(L, 1);
    lua_rawgeti(L, 2, REQUEST_AT);
    if (lua_isnil(L, 3)) {
        return luaL_error(L, "no page was requested");
    }
    klv_request *request = klv_handle_open(L, 3, KLV_LUA_REQUEST);
    klv_handle *handle = klv_handle_check(L, 3, KLV_LUA_REQUEST);
    if (request->state == KLV_DONE) {
        lua_pushnil(L);
        lua_rawseti(L, 2, REQUEST_AT);
        if (request->error.kind == KLV_ERROR_NONE) {
            klv_handle_pin(handle);
            follow(L, object, request->document, is_wanted);
            klv_handle_unpin(handle);
        }
    }
    return klv_lua_request_result(L, 3);
}

/* Nobody else can use a page that was requested ahead: its request is closed as well. */
static int pages_close(lua_State *L) {
    klv_handle *handle = klv_handle_check(L, 1, KLV_LUA_PAGES);
    if (handle->object) {
        klv_compat_getuservalue(L, 1);
        lua_rawgeti(L, -1, REQUEST_AT);
        if (!lua_isnil(L, -1)) {
            klv_lua_request_close(L, lua_gettop(L));
        }
        klv_handle_close(handle);
    }
    return 0;
}

static int pages_gc(lua_State *L) {
    pages_close(L);
    klv_handle_free(klv_handle_check(L, 1, KLV_LUA_PAGES));
    return 0;
}

static int pages_tostring(lua_State *L) {
    klv_handle *handle = klv_handle_check(L, 1, KLV_LUA_PAGES);
    const lua_pages *self = handle->object;
    klv_handle_pin(handle);
    lua_pushfstring(L, KLV_LUA_PAGES " (%s)",
                    !self         ? "closed"
                    : self->ended ? "at the end"
                                  : self->pages.link.data);
    klv_handle_unpin(handle);
    return 1;
}

int klv_lua_pages_new(lua_State *L) {
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 3);
    klv_handle *handle = klv_handle_new(L, &pages_class, sizeof *handle);
    lua_createtable(L, 3, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, 5, CLIENT_AT);
    lua_pushvalue(L, 2);
    lua_rawseti(L, 5, SPEC_AT);
    klv_compat_setuservalue(L, 4);
    lua_getfield(L, 2, "target");
    size_t length;
    const char *target = luaL_checklstring(L, -1, &length);
    lua_pages *self = calloc(1, sizeof *self);
    if (!self || !klv_pages_begin(&self->pages, target, length)) {
        free(self);
        return luaL_error(L, "out of memory");
    }
    self->prefetch = lua_toboolean(L, 3) != 0;
    handle->object = self;
    lua_settop(L, 4);
    return 1;
}

static const klv_method methods[] = {
    {"close", NULL, pages_close},
    {"request", pages_request, NULL},
    {"take", pages_take, NULL},
    {NULL, NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", pages_gc},
    {"__close", pages_close},
    {"__tostring", pages_tostring},
    {NULL, NULL},
};

static const klv_class pages_class = {
    .name = KLV_LUA_PAGES,
    .free = free_pages,
    .metamethods = metamethods,
    .methods = methods,
};

void klv_lua_pages_register(lua_State *L) {
    klv_class_register(L, &pages_class);
}
