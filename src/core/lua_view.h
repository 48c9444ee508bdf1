/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_VIEW_H
#define KLV_LUA_VIEW_H

#include <lua.h>

#include "internal.h"

KLV_PRIVATE_BEGIN

/*
 * A view is a Lua table that stands for one node of a document. Its fields are numbered, as that is
 * cheapest for Lua to create and read: 1 the document, 2 the node, 3 whatever the program links it
 * with and, once there is something to keep, 4 a table of values by field name, which take
 * precedence over the document's.
 *
 * core.reader(fields, rest) -> __index for the metatable of views
 *
 * fields, by name: a function is a method; a string is the path of a value from the view's node; an
 * array of strings are paths, of which the first with a value other than null counts. A value that
 * is an object or an array, or that is absent, is left to `rest`.
 *
 * rest(view, name) -> value, for everything else
 */
int klv_lua_view_reader(lua_State *L);

/*
 * core.views(document, list, metatables, identity_map) -> views
 *
 * A view for each element that has a type and an id, in order. Others are left out.
 *
 * list: node of an array, as JSON:API's `data` or `included`
 *
 * metatables: by the `type` of an element; it may create them on demand
 */
int klv_lua_view_list(lua_State *L);

KLV_PRIVATE_END

#endif
