/* SPDX-License-Identifier: MIT */
#include <lua.h>
#include <lauxlib.h>
#include <string.h>

#include "compat.h"
#include "document_private.h"
#include "json_number.h"
#include "lua_document.h"

/*
 * Most of the time of a program that reads everything goes into making Lua values, and most of
 * that into hashing and interning strings. Half of the strings of a page of campaigns are keys,
 * the same for all campaigns, and many values (types, strategies, time zones) repeat as well. So
 * while a container is pushed, strings that were seen twice stay on the stack.
 */
#define WAYS 64 /* a power of two */

/* Longer strings are not interned by Lua 5.4, so that remembering them saves nothing. */
#define LONGEST 40

/* Containers with fewer entries repeat too little. */
#define WORTHWHILE 24

typedef struct {
    uint64_t first_bytes; /* the first and the last bytes; for strings of up to 16, all bytes */
    uint64_t last_bytes;
    uint32_t offset;
    uint32_t length;
    bool held; /* it was seen twice, and is in its stack slot */
} remembered;

typedef struct {
    lua_State *L;
    const klv_document *doc;
    int metatable; /* stack index of the metatable for arrays */
    remembered
        *strings; /* 2 * WAYS, keys first; their stack slots follow the metatable. NULL: none */
} context;

void klv_lua_document_push_slice(lua_State *L, klv_document_slice slice) {
    char small[512];
    if (!slice.escaped) {
        lua_pushlstring(L, slice.data, slice.length);
    } else if (slice.length <= sizeof small) {
        lua_pushlstring(L, small, klv_document_unescape(slice, small));
    } else {
        /* owned by Lua, because the push may raise */
        char *large = lua_newuserdata(L, slice.length);
        lua_pushlstring(L, large, klv_document_unescape(slice, large));
        lua_remove(L, -2);
    }
}

static uint64_t four_bytes(const char *data) {
    uint32_t bytes;
    memcpy(&bytes, data, 4);
    return bytes;
}

static remembered describe(const char *data, uint32_t offset, uint32_t length) {
    remembered string = {0, 0, offset, length, false};
    if (length >= 8) {
        memcpy(&string.first_bytes, data, 8);
        memcpy(&string.last_bytes, data + length - 8, 8);
    } else if (length >= 4) {
        string.first_bytes = four_bytes(data);
        string.last_bytes = four_bytes(data + length - 4);
    } else if (length) {
        string.first_bytes = (unsigned char)data[0];
        string.last_bytes =
            (uint64_t)(unsigned char)data[length / 2] << 8 | (unsigned char)data[length - 1];
    }
    return string;
}

static bool same(const char *text, const remembered *one, const remembered *other) {
    return one->length == other->length && one->first_bytes == other->first_bytes &&
           one->last_bytes == other->last_bytes &&
           (one->length <= 16 ||
            memcmp(text + one->offset, text + other->offset, one->length) == 0);
}

/* Pushes a string without escapes. `first` is 0 for keys and WAYS for values. */
static void push_remembered(const context *to, klv_json_entry entry, size_t first) {
    const char *data = to->doc->text.data + entry.offset;
    uint32_t length = klv_json_length(entry);
    remembered string = describe(data, entry.offset, length);
    uint64_t hash = (string.first_bytes ^ string.last_bytes * 3 ^ length) * 0x9e3779b97f4a7c15u;
    size_t way = first + (size_t)(hash >> 58);
    remembered *there = &to->strings[way];
    int slot = to->metatable + 1 + (int)way;
    if (!same(to->doc->text.data, there, &string)) {
        *there = string;
        lua_pushlstring(to->L, data, length);
    } else if (there->held) {
        lua_pushvalue(to->L, slot);
    } else {
        lua_pushlstring(to->L, data, length);
        lua_pushvalue(to->L, -1);
        lua_replace(to->L, slot);
        there->held = true;
    }
}

static void push_string(const context *to, klv_json_entry entry, size_t first) {
    if (entry.link & KLV_JSON_ESCAPED) {
        klv_lua_document_push_slice(to->L, (klv_document_slice){to->doc->text.data + entry.offset,
                                                                klv_json_length(entry), true});
    } else if (to->strings && klv_json_length(entry) <= LONGEST) {
        push_remembered(to, entry, first);
    } else {
        lua_pushlstring(to->L, to->doc->text.data + entry.offset, klv_json_length(entry));
    }
}

/* Pushes a value that is not a container. */
static void push_scalar(const context *to, klv_json_entry entry) {
    const char *data = to->doc->text.data + entry.offset;
    switch (klv_json_kind(entry)) {
    case KLV_JSON_DOUBLE:
        lua_pushnumber(to->L, klv_json_to_double(data, klv_json_length(entry)));
        break;
    case KLV_JSON_INTEGER:
        klv_compat_pushinteger(to->L, klv_json_to_integer(data, klv_json_length(entry)));
        break;
    case KLV_JSON_TRUE:
    case KLV_JSON_FALSE:
        lua_pushboolean(to->L, klv_json_kind(entry) == KLV_JSON_TRUE);
        break;
    case KLV_JSON_NULL:
        lua_pushlightuserdata(to->L, NULL);
        break;
    default:
        push_string(to, entry, WAYS);
    }
}

static uint32_t push_container(const context *to, uint32_t index);

/* Pushes the value at `index`. Returns the index after it. */
static inline uint32_t push_value(const context *to, uint32_t index) {
    klv_json_entry entry = to->doc->tape.entries[index];
    if (klv_json_is_container(entry)) {
        return push_container(to, index);
    }
    push_scalar(to, entry);
    return index + 1;
}

/*
 * Pushes a container. Tables get their final size at once: growing them costs more than counting
 * first. The recursion ends at KLV_DOCUMENT_MAX_DEPTH.
 */
static uint32_t push_container(const context *to, uint32_t index) {
    const klv_json_entry *entries = to->doc->tape.entries;
    uint32_t end = klv_json_length(entries[index]);
    int count = (int)klv_document_count(to->doc, index);
    lua_State *L = to->L;
    luaL_checkstack(L, 4, "document is nested too deeply");
    if (klv_json_kind(entries[index]) == KLV_JSON_OBJECT) {
        lua_createtable(L, 0, count);
        for (index++; index < end;) {
            push_string(to, entries[index], 0);
            index = push_value(to, index + 1);
            lua_rawset(L, -3);
        }
        return end;
    }
    lua_createtable(L, count, 0);
    lua_pushvalue(L, to->metatable);
    lua_setmetatable(L, -2);
    index++;
    for (int i = 1; i <= count; i++) {
        index = push_value(to, index);
        lua_rawseti(L, -2, i);
    }
    return end;
}

void klv_lua_document_push(lua_State *L, const klv_document *doc, uint32_t node) {
    klv_json_entry entry = doc->tape.entries[node];
    context to = {L, doc, lua_gettop(L) + 1, NULL};
    if (!klv_json_is_container(entry)) {
        push_scalar(&to, entry);
        return;
    }
    remembered strings[2 * WAYS];
    luaL_checkstack(L, 2 * WAYS + 4, "no room for a document");
    luaL_getmetatable(L, KLV_LUA_ARRAY);
    if (klv_json_length(entry) - node > WORTHWHILE) {
        /* no string is that long: nothing is remembered yet */
        memset(strings, 0xff, sizeof strings);
        to.strings = strings;
        lua_settop(L, to.metatable + 2 * WAYS);
    }
    push_container(&to, node);
    lua_replace(L, to.metatable);
    lua_settop(L, to.metatable);
}
