/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "compat.h"
#include "lua_document.h"
#include "lua_handle.h"
#include "lua_view.h"

/* The fields of a view. */
enum { VIEW_DOCUMENT = 1, VIEW_NODE, VIEW_IDENTITY_MAP, VIEW_LIVE };

/* Upvalues of a reader. */
enum { FIELDS = 1, REST, DOCUMENT_METATABLE, UPVALUES = DOCUMENT_METATABLE };

/* Whether the field was read or set before; then its value is pushed. [-0, +(0|1)] */
static bool push_live(lua_State *L) {
    lua_rawgeti(L, 1, VIEW_LIVE);
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

/* Follows the path at stack index `path_at`, and pushes the value there if it is a scalar. [-0,
 * +(0|1)] */
static found push_at(lua_State *L, const klv_document *doc, uint32_t start, int path_at) {
    size_t length;
    const char *path = lua_tolstring(L, path_at, &length);
    uint32_t node = path ? klv_document_find(doc, start, path, length) : KLV_DOCUMENT_NONE;
    if (node == KLV_DOCUMENT_NONE) {
        return ABSENT;
    }
    klv_document_type type = klv_document_type_of(doc, node);
    if (type == KLV_DOCUMENT_NULL || type >= KLV_DOCUMENT_ARRAY) {
        return type == KLV_DOCUMENT_NULL ? IS_NULL : CONTAINER;
    }
    klv_lua_document_push(L, doc, node);
    return SCALAR;
}

/* The same for a path or an array of paths, of which the first with a value counts. */
static found push_first(lua_State *L, const klv_document *doc, uint32_t start, int paths_at) {
    if (!lua_istable(L, paths_at)) {
        return push_at(L, doc, start, paths_at);
    }
    found what = ABSENT;
    for (int i = 1;; i++) {
        lua_rawgeti(L, paths_at, i);
        if (lua_isnil(L, -1)) {
            return what;
        }
        found here = push_at(L, doc, start, lua_gettop(L));
        if (here == SCALAR || here == CONTAINER) {
            return here;
        }
        what = here == IS_NULL ? IS_NULL : what;
        lua_pop(L, 1);
    }
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
    int kind = lua_type(L, 3);
    if (kind == LUA_TFUNCTION || push_live(L)) {
        return 1;
    }
    lua_rawgeti(L, 1, VIEW_DOCUMENT);
    if (kind == LUA_TNIL || lua_isnil(L, 4)) {
        return call_rest(L);
    }
    lua_rawgeti(L, 1, VIEW_NODE);
    klv_handle *handle =
        klv_handle_check_fast(L, 4, KLV_LUA_DOCUMENT, lua_upvalueindex(DOCUMENT_METATABLE));
    if (!handle->object) {
        return klv_handle_raise_closed(L, handle);
    }
    const klv_document *doc = handle->object;
    klv_handle_pin(handle);
    int64_t node = 0;
    found what = ABSENT;
    if (klv_compat_tointeger(L, 5, &node) && node >= 0 && node < KLV_DOCUMENT_NONE &&
        klv_document_valid(doc, (uint32_t)node)) {
        what = push_first(L, doc, (uint32_t)node, 3);
    }
    klv_handle_unpin(handle);
    if (what == CONTAINER || what == ABSENT) {
        return call_rest(L);
    }
    if (what == IS_NULL) {
        lua_pushlightuserdata(L, NULL);
    }
    return 1;
}

int klv_lua_view_reader(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    luaL_getmetatable(L, KLV_LUA_DOCUMENT);
    lua_pushcclosure(L, read_field, UPVALUES);
    return 1;
}

/* Lists. The stack of klv_lua_view_list: */
enum { DOCUMENT = 1, LIST, METATABLES, IDENTITY_MAP, VIEWS, METATABLE };

static void push_view(lua_State *L, uint32_t node) {
    lua_createtable(L, VIEW_IDENTITY_MAP, 0);
    lua_pushvalue(L, DOCUMENT);
    lua_rawseti(L, -2, VIEW_DOCUMENT);
    klv_compat_pushinteger(L, node);
    lua_rawseti(L, -2, VIEW_NODE);
    lua_pushvalue(L, IDENTITY_MAP);
    lua_rawseti(L, -2, VIEW_IDENTITY_MAP);
    lua_pushvalue(L, METATABLE);
    lua_setmetatable(L, -2);
}

/* Puts the metatable of a type at index METATABLE, unless the previous element had the same
 * type. */
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
    lua_settop(L, IDENTITY_MAP);
    int64_t list = -1;
    luaL_getmetatable(L, KLV_LUA_DOCUMENT);
    klv_handle *handle = klv_handle_check_fast(L, DOCUMENT, KLV_LUA_DOCUMENT, VIEWS);
    if (!handle->object) {
        return klv_handle_raise_closed(L, handle);
    }
    const klv_document *doc = handle->object;
    klv_handle_pin(handle);
    lua_settop(L, IDENTITY_MAP);
    if (!klv_compat_tointeger(L, LIST, &list) || list < 0 || list >= KLV_DOCUMENT_NONE ||
        !klv_document_valid(doc, (uint32_t)list)) {
        klv_handle_unpin(handle);
        return luaL_argerror(L, LIST, "a list is a node of the document");
    }
    bool many = klv_document_type_of(doc, (uint32_t)list) == KLV_DOCUMENT_ARRAY;
    lua_createtable(L, many ? (int)klv_document_count(doc, (uint32_t)list) : 1, 0);
    lua_pushnil(L);
    klv_document_slice type, id, last = {NULL, 0, false};
    int count = 0;
    for (uint32_t node = many ? klv_document_first(doc, (uint32_t)list) : (uint32_t)list;
         node != KLV_DOCUMENT_NONE;
         node = many ? klv_document_next(doc, (uint32_t)list, node) : KLV_DOCUMENT_NONE) {
        if (klv_document_identity(doc, node, &type, &id)) {
            find_metatable(L, type, &last);
            push_view(L, node);
            lua_rawseti(L, VIEWS, ++count);
        }
    }
    klv_handle_unpin(handle);
    lua_pushvalue(L, VIEWS);
    return 1;
}
