/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_DOCUMENT_H
#define KLV_LUA_DOCUMENT_H

#include <lua.h>
#include <stdint.h>

#include "document.h"

KLV_PRIVATE_BEGIN

/* Name in the registry of the metatable that every decoded array has. */
#define KLV_LUA_ARRAY "klaviyo.array"

/*
 * Makes both metatables. To be called when the module opens, as often as it does. [-0, +0], may
 * raise (memory)
 */
void klv_lua_document_register(lua_State *L);

/* Pushes the document at *from, which belongs to the userdata then, and sets *from to NULL; nil if
 * it is NULL. `from` must stay valid during the call. [-0, +1], may raise (memory) */
void klv_lua_document_move(lua_State *L, klv_document **from);

/*
 * Reports the memory outside Lua of a document that is about to be pushed, so that the collector
 * frees unreferenced ones in time. It comes before the push because an object that survives a
 * collection is older. It may run finalizers, and so raise on LuaJIT: everything must have an owner
 * by then. Does nothing while the host has stopped the collector. [-0, +0]
 */
void klv_lua_document_account(lua_State *L, size_t bytes);

/*
 * Pushes the Lua value of a node: never nil, null as a light userdata NULL, arrays with the
 * metatable KLV_LUA_ARRAY. The document must stay valid during the call. [-0, +1], may raise
 * (memory)
 */
void klv_lua_document_push(lua_State *L, const klv_document *doc, uint32_t node);

/* Pushes the string of a slice, its escapes resolved. [-0, +1], may raise (memory) */
void klv_lua_document_push_slice(lua_State *L, klv_document_slice slice);

/*
 * core.document(text [, { max_depth = 1..1024, default 128 }]) -> document
 *   or nil, { code, message, offset (bytes from 0), line, column (from 1, in characters) }
 * `text` is copied. code: see klv_document_code_name.
 */
int klv_lua_document_parse(lua_State *L);

KLV_PRIVATE_END

#endif
