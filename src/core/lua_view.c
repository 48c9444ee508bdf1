/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "compat.h"
#include "lua_document.h"
#include "lua_view.h"

/* Upvalues of a reader. The names are kept as Lua strings: making them anew costs more than the
 * look. */
enum {
    FIELDS = 1,
    REST,
    DOCUMENT_METATABLE,
    NAME_LIVE,
    NAME_DOCUMENT,
    NAME_NODE,
    UPVALUES = NAME_NODE
};

/* Pushes a view's own field. [-0, +1] */
static void push_own(lua_State *L, int name) {
    lua_pushvalue(L, lua_upvalueindex(name));
    lua_rawget(L, 1);
}

/* Whether `_live` holds the field; then its value is on top. [-0, +(0|1)] */
static bool push_live(lua_State *L) {
    push_own(L, NAME_LIVE);
    if (!lua_istable(L, -1)) {
        lua_pop(L, 1);
        return false;
    }
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return false;
    }
    return true;
}

typedef enum { ABSENT, IS_NULL, SCALAR, CONTAINER } found;

/* Looks where the path on top leads, and replaces it by the value if that is a scalar, else by nil.
 * [-1, +1] */
static found push_at(lua_State *L, const klv_document *doc, uint32_t start) {
    size_t length;
    const char *path = lua_tolstring(L, -1, &length);
    uint32_t node = path ? klv_document_find(doc, start, path, length) : KLV_DOCUMENT_NONE;
    found what = ABSENT;
    if (node != KLV_DOCUMENT_NONE) {
        klv_document_type type = klv_document_type_of(doc, node);
        what = type == KLV_DOCUMENT_NULL ? IS_NULL : type < KLV_DOCUMENT_ARRAY ? SCALAR : CONTAINER;
    }
    if (what == SCALAR) {
        klv_lua_document_push(L, doc, node);
    } else {
        lua_pushnil(L);
    }
    lua_remove(L, -2);
    return what;
}

/* Replaces the place on top, a path or an array of paths, by the value there. [-1, +1] */
static found push_place(lua_State *L, const klv_document *doc, uint32_t start) {
    if (!lua_istable(L, -1)) {
        return push_at(L, doc, start);
    }
    found what = ABSENT;
    int places = lua_gettop(L);
    for (int i = 1;; i++) {
        lua_rawgeti(L, places, i);
        if (lua_isnil(L, -1)) {
            break;
        }
        found here = push_at(L, doc, start);
        if (here == SCALAR || here == CONTAINER) {
            what = here;
            break;
        }
        what = here == IS_NULL ? IS_NULL : what;
        lua_pop(L, 1);
    }
    lua_replace(L, places);
    return what;
}

static int call_rest(lua_State *L) {
    lua_settop(L, 2);
    lua_pushvalue(L, lua_upvalueindex(REST));
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
}

/* view[name] */
static int read_field(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(FIELDS));
    if (lua_isfunction(L, 3) || push_live(L)) {
        return 1;
    }
    if (lua_isnil(L, 3)) {
        return call_rest(L);
    }
    push_own(L, NAME_DOCUMENT);
    push_own(L, NAME_NODE);
    if (lua_isnil(L, 4)) {
        return call_rest(L);
    }
    klv_document **slot = klv_lua_document_pin(L, 4, lua_upvalueindex(DOCUMENT_METATABLE));
    const klv_document *doc = *slot;
    int64_t node = 0;
    found what = ABSENT;
    lua_pushvalue(L, 3);
    if (klv_compat_tointeger(L, 5, &node) && node >= 0 && node < KLV_DOCUMENT_NONE &&
        klv_document_valid(doc, (uint32_t)node)) {
        what = push_place(L, doc, (uint32_t)node);
    }
    klv_lua_document_unpin(slot);
    if (what == CONTAINER) {
        return call_rest(L);
    }
    if (what == IS_NULL) {
        lua_pushlightuserdata(L, NULL);
    } else if (what == ABSENT) {
        lua_pushnil(L);
    }
    return 1;
}

int klv_lua_view_reader(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    luaL_getmetatable(L, KLV_LUA_DOCUMENT);
    lua_pushliteral(L, "_live");
    lua_pushliteral(L, "_document");
    lua_pushliteral(L, "_node");
    lua_pushcclosure(L, read_field, UPVALUES);
    return 1;
}

/* Lists. The stack of klv_lua_view_list: */
enum { DOCUMENT = 1, LIST, METATABLES, GRAPH, VIEWS, KEY_DOCUMENT, KEY_NODE, KEY_GRAPH, METATABLE };

static bool has_identity(const klv_document *doc, uint32_t node, klv_document_slice *type) {
    uint32_t at = klv_document_member(doc, node, "type", 4);
    uint32_t id = klv_document_member(doc, node, "id", 2);
    if (at == KLV_DOCUMENT_NONE || id == KLV_DOCUMENT_NONE) {
        return false;
    }
    *type = klv_document_string(doc, at);
    return type->data && klv_document_string(doc, id).data;
}

static void push_view(lua_State *L, uint32_t node) {
    lua_createtable(L, 0, 4); /* the fourth is _live */
    lua_pushvalue(L, KEY_DOCUMENT);
    lua_pushvalue(L, DOCUMENT);
    lua_rawset(L, -3);
    lua_pushvalue(L, KEY_NODE);
    klv_compat_pushinteger(L, node);
    lua_rawset(L, -3);
    lua_pushvalue(L, KEY_GRAPH);
    lua_pushvalue(L, GRAPH);
    lua_rawset(L, -3);
    lua_pushvalue(L, METATABLE);
    lua_setmetatable(L, -2);
}

/* Puts the metatable of a type in its place, unless the element before had the same type. */
static void find_metatable(lua_State *L, klv_document_slice type, klv_document_slice *last) {
    if (last->data && type.length == last->length &&
        memcmp(type.data, last->data, type.length) == 0) {
        return;
    }
    *last = type;
    klv_lua_document_push_slice(L, type);
    lua_gettable(L, METATABLES);
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_replace(L, METATABLE);
}

int klv_lua_view_list(lua_State *L) {
    lua_settop(L, GRAPH);
    int64_t list = -1;
    luaL_getmetatable(L, KLV_LUA_DOCUMENT);
    klv_document **slot = klv_lua_document_pin(L, DOCUMENT, VIEWS);
    const klv_document *doc = *slot;
    lua_settop(L, GRAPH);
    if (!klv_compat_tointeger(L, LIST, &list) || list < 0 || list >= KLV_DOCUMENT_NONE ||
        !klv_document_valid(doc, (uint32_t)list) ||
        klv_document_type_of(doc, (uint32_t)list) != KLV_DOCUMENT_ARRAY) {
        klv_lua_document_unpin(slot);
        return luaL_argerror(L, LIST, "a list is the node of an array");
    }
    lua_createtable(L, (int)klv_document_count(doc, (uint32_t)list), 0);
    lua_pushliteral(L, "_document");
    lua_pushliteral(L, "_node");
    lua_pushliteral(L, "_graph");
    lua_pushnil(L);
    klv_document_slice type, last = {NULL, 0, false};
    int count = 0;
    for (uint32_t node = klv_document_first(doc, (uint32_t)list); node != KLV_DOCUMENT_NONE;
         node = klv_document_next(doc, (uint32_t)list, node)) {
        if (has_identity(doc, node, &type)) {
            find_metatable(L, type, &last);
            push_view(L, node);
            lua_rawseti(L, VIEWS, ++count);
        }
    }
    klv_lua_document_unpin(slot);
    lua_pushvalue(L, VIEWS);
    return 1;
}
