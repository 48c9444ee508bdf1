/* SPDX-License-Identifier: MIT */
#include "lua_pages.h"
#include "lua_client.h"
#include "lua_request.h"
#include "pages.h"

#define PAGES "klaviyo.pages"

/*
 * A walk in Lua's hands. Its table keeps the client at [1], the spec that every page shares at [2]
 * and the request under way at [3].
 *
 *     request() -> the request to wait for       take() -> its document, and the next page on its
 * way (prefetch)
 */
typedef struct {
    klv_pages pages;
    klv_error failure; /* of the link that would come next; told when it is asked for */
    bool open, prefetch, ended;
} walk;

enum { CLIENT_AT = 1, SPEC_AT = 2, REQUEST_AT = 3 };

static walk *open_walk(lua_State *L) {
    walk *w = luaL_checkudata(L, 1, PAGES);
    if (!w->open) {
        luaL_error(L, "pages is closed");
    }
    return w;
}

static void set_request(lua_State *L, int table, int request) {
    lua_pushvalue(L, request);
    lua_rawseti(L, table, REQUEST_AT);
}

/* Submits the present link. Leaves the request, or nil and an error table, on the stack; returns
 * how many. */
static int submit(lua_State *L, const walk *w, int table) {
    lua_rawgeti(L, table, CLIENT_AT);
    lua_rawgeti(L, table, SPEC_AT);
    int base = lua_gettop(L);
    int pushed =
        klv_lua_request_submit(L, base - 1, base, w->pages.link.data, w->pages.link.length);
    if (pushed == 1) {
        set_request(L, table, lua_gettop(L));
    }
    return pushed;
}

/* The request under way; begun now if there is none. Nothing: the walk has ended. nil, err: it
 * cannot go on. */
static int pages_request(lua_State *L) {
    walk *w = open_walk(L);
    lua_settop(L, 1);
    klv_compat_getuservalue(L, 1);
    lua_rawgeti(L, 2, REQUEST_AT);
    if (!lua_isnil(L, -1)) {
        return 1;
    }
    if (w->failure.kind != KLV_ERROR_NONE) {
        lua_pushnil(L);
        klv_lua_push_error(L, &w->failure);
        return 2;
    }
    return w->ended ? 0 : submit(L, w, 2);
}

static void follow(lua_State *L, walk *w, const klv_document *page) {
    switch (page ? klv_pages_follow(&w->pages, page, &w->failure) : KLV_PAGES_END) {
    case KLV_PAGES_END:
        w->ended = true;
        break;
    case KLV_PAGES_FAILED:
        break;
    case KLV_PAGES_NEXT:
        if (w->prefetch) {
            submit(L, w, 2); /* a refused link is refused again, and told, when it is asked for */
        }
    }
}

/* The result of the finished request; a failed one is begun again by the next request(). */
static int pages_take(lua_State *L) {
    walk *w = open_walk(L);
    lua_settop(L, 1);
    klv_compat_getuservalue(L, 1);
    lua_rawgeti(L, 2, REQUEST_AT);
    if (lua_isnil(L, 3)) {
        return luaL_error(L, "no page was requested");
    }
    klv_request *request = klv_lua_request_check(L, 3);
    if (!request) {
        return luaL_error(L, "request is closed");
    }
    if (request->state == KLV_DONE) {
        lua_pushnil(L);
        lua_rawseti(L, 2, REQUEST_AT);
        if (request->error.kind == KLV_ERROR_NONE) {
            follow(L, w, request->document);
        }
    }
    return klv_lua_request_result(L, 3);
}

/* A page that was to come early is of no use to anybody else. */
static int pages_close(lua_State *L) {
    walk *w = luaL_checkudata(L, 1, PAGES);
    if (w->open) {
        klv_compat_getuservalue(L, 1);
        lua_rawgeti(L, -1, REQUEST_AT);
        if (!lua_isnil(L, -1)) {
            klv_lua_request_close(L, lua_gettop(L));
        }
    }
    klv_pages_free(&w->pages);
    w->open = false;
    return 0;
}

static int pages_tostring(lua_State *L) {
    walk *w = luaL_checkudata(L, 1, PAGES);
    lua_pushfstring(L, PAGES " (%s)",
                    !w->open   ? "closed"
                    : w->ended ? "at the end"
                               : w->pages.link.data);
    return 1;
}

int klv_lua_pages_new(lua_State *L) {
    klv_lua_client_open(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 3);
    walk *w = lua_newuserdata(L, sizeof *w);
    *w = (walk){.prefetch = lua_toboolean(L, 3) != 0};
    luaL_getmetatable(L, PAGES);
    lua_setmetatable(L, 4);
    lua_createtable(L, 3, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, 5, CLIENT_AT);
    lua_pushvalue(L, 2);
    lua_rawseti(L, 5, SPEC_AT);
    klv_compat_setuservalue(L, 4);
    lua_getfield(L, 2, "target");
    size_t length;
    const char *target = luaL_checklstring(L, -1, &length);
    if (!klv_pages_begin(&w->pages, target, length)) {
        return luaL_error(L, "out of memory");
    }
    w->open = true;
    lua_settop(L, 4);
    return 1;
}

void klv_lua_pages_register(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"close", pages_close},
        {"request", pages_request},
        {"take", pages_take},
        {NULL, NULL},
    };
    static const luaL_Reg metamethods[] = {
        {"__gc", pages_close},
        {"__close", pages_close},
        {"__tostring", pages_tostring},
        {NULL, NULL},
    };
    klv_compat_class(L, PAGES, metamethods, methods);
}
