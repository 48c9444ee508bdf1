/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_DOCUMENT_H
#define KLV_LUA_DOCUMENT_H

#include <lua.h>
#include <stdint.h>

#include "document.h"

KLV_PRIVATE_BEGIN

/* Names in the registry: the userdata's metatable, and the one that every decoded array has. */
#define KLV_LUA_DOCUMENT "klaviyo.document"
#define KLV_LUA_ARRAY    "klaviyo.array"

/*
 * Makes both metatables. To be called when the module opens, as often as it does. [-0, +0], may
 * raise (memory)
 */
void klv_lua_document_register(lua_State *L);

/* Pushes the document at *from, which is the userdata's then, and NULL there. [-0, +1], may raise
 * (memory) */
void klv_lua_document_move(lua_State *L, klv_document **from);

/*
 * The document at `index`, kept from now on until it is unpinned, even if somebody closes it
 * meanwhile: for whoever reads and pushes by turns. `metatable` is where KLV_LUA_DOCUMENT's stands;
 * comparing is cheaper than looking its name up. The slot holds the document now and perhaps no
 * more later. Raises if it is another kind of value or closed. [-0, +0]
 */
klv_document **klv_lua_document_pin(lua_State *L, int index, int metatable);
void klv_lua_document_unpin(klv_document **slot);

/*
 * Tells the collector about the memory behind a document that is about to be pushed, so that those
 * which nobody refers to do not pile up. Before, as it would be older by the collection that it
 * causes. It may run finalizers, which may close whatever they reach, and so raise on LuaJIT: call
 * it when everything has an owner. Does nothing while the host has stopped the collector. [-0, +0]
 */
void klv_lua_document_account(lua_State *L, size_t bytes);

/*
 * Pushes the Lua value of a node: nil never, null as a light userdata NULL, arrays with the
 * metatable KLV_LUA_ARRAY. The caller sees to it that nobody frees the document meanwhile. [-0,
 * +1], may raise (memory)
 */
void klv_lua_document_push(lua_State *L, const klv_document *doc, uint32_t node);

/* Pushes the string that a slice stands for, its escapes resolved. [-0, +1], may raise (memory) */
void klv_lua_document_push_slice(lua_State *L, klv_document_slice slice);

/*
 * core.document(text [, { max_depth = 1..1024, default 128 }]) -> document
 *   or nil, { code, message, offset (bytes from 0), line, column (from 1, in characters) }
 * `text` is copied. code: see klv_document_code_name.
 */
int klv_lua_document_parse(lua_State *L);

KLV_PRIVATE_END

#endif
