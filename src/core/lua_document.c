/* SPDX-License-Identifier: MIT */
#include <lua.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "lua_document.h"
#include "lua_handle.h"

/* Name in the registry of a `memory`: the kilobytes that documents hold outside Lua. */
#define MEMORY "klaviyo.document.memory"

typedef struct {
    size_t owed;  /* not reported to the collector yet */
    size_t alive; /* in documents */
    size_t limit; /* of `alive`: beyond it, a full collection runs */
    size_t steps; /* of the collector, since the last full collection */
} memory;

static size_t kilobytes_of(size_t bytes) {
    return bytes / 1024 + 1;
}

/* Kilobytes outside Lua that never cause a full collection. */
#define LITTLE 8192

/* The state's, which owns it. */
static memory *memory_of(lua_State *L) {
    lua_getfield(L, LUA_REGISTRYINDEX, MEMORY);
    memory *outside = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return outside;
}

typedef struct {
    klv_handle handle; /* its object is a klv_document */
    memory *outside;   /* where its kilobytes are counted */
    size_t kilobytes;
} document_handle;

static void free_document(klv_handle *handle, void *object) {
    document_handle *self = (document_handle *)(void *)handle;
    klv_document_free(object);
    self->outside->alive -= self->kilobytes;
}

/* The node at `index`; the root if that is nil or none. */
static uint32_t check_node(lua_State *L, int index, const klv_document *doc) {
    int64_t node = 0;
    if (!klv_compat_tointeger(L, index, &node)) {
        if (!lua_isnoneornil(L, index)) {
            luaL_argerror(L, index, "a node is an integer");
        }
    } else if (node < 0 || node >= KLV_DOCUMENT_NONE || !klv_document_valid(doc, (uint32_t)node)) {
        luaL_argerror(L, index, "no such node in this document");
    }
    return (uint32_t)node;
}

static int push_node(lua_State *L, uint32_t node) {
    if (node == KLV_DOCUMENT_NONE) {
        lua_pushnil(L);
    } else {
        klv_compat_pushinteger(L, node);
    }
    return 1;
}

/* The node that the arguments (node, path) name. */
static uint32_t check_target(lua_State *L, const klv_document *doc) {
    uint32_t node = check_node(L, 2, doc);
    size_t length = 0;
    const char *path = luaL_optlstring(L, 3, "", &length);
    return klv_document_find(doc, node, path, length);
}

/* doc:get(node, path) -> value, nil if there is none */
static int document_get(lua_State *L, void *object) {
    uint32_t node = check_target(L, object);
    if (node == KLV_DOCUMENT_NONE) {
        lua_pushnil(L);
    } else {
        klv_lua_document_push(L, object, node);
    }
    return 1;
}

/* doc:decode(node) -> value */
static int document_decode(lua_State *L, void *object) {
    klv_lua_document_push(L, object, check_node(L, 2, object));
    return 1;
}

/* doc:find(node, path) -> node, or nil */
static int document_find(lua_State *L, void *object) {
    return push_node(L, check_target(L, object));
}

static int push_type(lua_State *L, const klv_document *doc, uint32_t node) {
    static const char *const names[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object"};
    lua_pushstring(L, names[klv_document_type_of(doc, node)]);
    return 1;
}

/* doc:type(node) -> "null", "boolean", "integer", "number", "string", "array", "object" */
static int document_type(lua_State *L, void *object) {
    return push_type(L, object, check_node(L, 2, object));
}

/* doc:length(node) -> number of elements or members, nil for a scalar */
static int document_length(lua_State *L, void *object) {
    uint32_t node = check_node(L, 2, object);
    bool scalar = klv_document_type_of(object, node) < KLV_DOCUMENT_ARRAY;
    return push_node(L, scalar ? KLV_DOCUMENT_NONE : klv_document_count(object, node));
}

/* doc:next(parent, previous) -> the child after `previous`, the first without one; nil at the end
 */
static int document_next(lua_State *L, void *object) {
    uint32_t parent = check_node(L, 2, object);
    return push_node(L, lua_isnoneornil(L, 3)
                            ? klv_document_first(object, parent)
                            : klv_document_next(object, parent, check_node(L, 3, object)));
}

/* doc:lookup(type, id) -> node of that resource object, or nil */
static int document_lookup(lua_State *L, void *object) {
    size_t type_length, id_length;
    const char *type = luaL_checklstring(L, 2, &type_length);
    const char *id = luaL_checklstring(L, 3, &id_length);
    return push_node(L, klv_document_lookup(object, type, type_length, id, id_length));
}

/* doc:identity(node) -> type and id of a resource object or of resource linkage; nothing if it
 * lacks one of them */
static int document_identity(lua_State *L, void *object) {
    klv_document_slice type, id;
    if (!klv_document_identity(object, check_node(L, 2, object), &type, &id)) {
        return 0;
    }
    klv_lua_document_push_slice(L, type);
    klv_lua_document_push_slice(L, id);
    return 2;
}

/* doc:identities(list) -> { type, id, type, id, ... } of the elements of an array that have both */
static int document_identities(lua_State *L, void *object) {
    uint32_t list = check_node(L, 2, object);
    bool is_array = klv_document_type_of(object, list) == KLV_DOCUMENT_ARRAY;
    lua_createtable(L, is_array ? 2 * (int)klv_document_count(object, list) : 0, 0);
    int filled = 0;
    for (uint32_t node = is_array ? klv_document_first(object, list) : KLV_DOCUMENT_NONE;
         node != KLV_DOCUMENT_NONE; node = klv_document_next(object, list, node)) {
        klv_document_slice type, id;
        if (klv_document_identity(object, node, &type, &id)) {
            klv_lua_document_push_slice(L, type);
            lua_rawseti(L, -2, ++filled);
            klv_lua_document_push_slice(L, id);
            lua_rawseti(L, -2, ++filled);
        }
    }
    return 1;
}

/* doc:primary() -> node of the top-level `data` and its type; nothing if there is none, or if there
 * are errors */
static int document_primary(lua_State *L, void *object) {
    uint32_t data = klv_document_find(object, 0, "data", 4);
    if (data == KLV_DOCUMENT_NONE || klv_document_type_of(object, 0) != KLV_DOCUMENT_OBJECT ||
        klv_document_find(object, 0, "errors", 6) != KLV_DOCUMENT_NONE) {
        return 0;
    }
    push_node(L, data);
    return 1 + push_type(L, object, data);
}

/* doc:key(node) -> the key of a member; nil for the root and for elements of arrays */
static int document_key(lua_State *L, void *object) {
    klv_document_slice key = klv_document_key(object, check_node(L, 2, object));
    if (key.data) {
        klv_lua_document_push_slice(L, key);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

/* doc:text(node) -> the JSON of a node, unchanged */
static int document_text(lua_State *L, void *object) {
    klv_lua_document_push_slice(L, klv_document_text(object, check_node(L, 2, object)));
    return 1;
}

/* doc:memory() -> bytes held outside Lua */
static int document_memory(lua_State *L, void *object) {
    klv_compat_pushinteger(L, (int64_t)klv_document_memory(object));
    return 1;
}

/* doc:close(), also __close: frees the memory at once. Harmless when repeated. */
static int document_close(lua_State *L) {
    klv_handle_close(klv_handle_self(L, KLV_LUA_DOCUMENT));
    return 0;
}

static int document_gc(lua_State *L) {
    klv_handle_free(klv_handle_self(L, KLV_LUA_DOCUMENT));
    return 0;
}

static int document_tostring(lua_State *L) {
    const klv_document *doc = klv_handle_self(L, KLV_LUA_DOCUMENT)->object;
    if (doc) {
        lua_pushfstring(L, "%s (%d bytes)", KLV_LUA_DOCUMENT, (int)klv_document_size(doc));
    } else {
        lua_pushliteral(L, KLV_LUA_DOCUMENT " (closed)");
    }
    return 1;
}

static const klv_method methods[] = {
    {"get", document_get, NULL},
    {"find", document_find, NULL},
    {"type", document_type, NULL},
    {"length", document_length, NULL},
    {"key", document_key, NULL},
    {"next", document_next, NULL},
    {"lookup", document_lookup, NULL},
    {"decode", document_decode, NULL},
    {"identities", document_identities, NULL},
    {"identity", document_identity, NULL},
    {"primary", document_primary, NULL},
    {"text", document_text, NULL},
    {"memory", document_memory, NULL},
    {"close", NULL, document_close},
    {NULL, NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", document_gc},
    {"__close", document_close},
    {"__tostring", document_tostring},
    {NULL, NULL},
};

static const klv_class document_class = {
    .name = KLV_LUA_DOCUMENT,
    .free = free_document,
    .metamethods = metamethods,
    .methods = methods,
};

/* Once in a state; opening the module again keeps it. */
static void register_memory(lua_State *L) {
    if (!memory_of(L)) {
        memory *outside = lua_newuserdata(L, sizeof *outside);
        *outside = (memory){.limit = LITTLE};
        lua_setfield(L, LUA_REGISTRYINDEX, MEMORY);
    }
}

void klv_lua_document_register(lua_State *L) {
    klv_class_register(L, &document_class);
    register_memory(L);
    luaL_newmetatable(L, KLV_LUA_ARRAY);
    lua_pushliteral(L, KLV_LUA_ARRAY);
    lua_setfield(L, -2, "__name");
    lua_pop(L, 1);
}

static document_handle *new_handle(lua_State *L) {
    memory *outside = memory_of(L);
    document_handle *self = klv_handle_new(L, &document_class, sizeof *self);
    self->outside = outside;
    return self;
}

static void fill(document_handle *self, klv_document *doc) {
    self->handle.object = doc;
    self->kilobytes = kilobytes_of(klv_document_memory(doc));
    self->outside->alive += self->kilobytes;
}

void klv_lua_document_move(lua_State *L, klv_document **from) {
    document_handle *self = new_handle(L);
    if (*from) {
        fill(self, *from);
        *from = NULL;
    } else { /* a finalizer took it */
        lua_pop(L, 1);
        lua_pushnil(L);
    }
}

/* Kilobytes outside Lua that are worth a step of the collector, however small the heap. */
#define WORTHWHILE 320

/*
 * Lua 5.4 counts what is reported as if it had allocated it, and collects when that is due; in its
 * generational mode, the interpreter's default, immediately. So it is reported in portions. Objects
 * that survive two such collections are old, and stay until the heap of Lua has doubled, which may
 * never happen: so a full collection runs when the memory outside has doubled. A userdata with a
 * finalizer that survives one of them is old when its finalizer runs, in the next: a step leaves
 * some 300 bytes of requests and documents behind. So a full collection also runs before these are
 * a tenth of the heap of Lua.
 * LuaJIT works immediately on what is reported, and never pauses between two cycles: that costs
 * half a millisecond for each document once the heap is large. So its usual pause (until as much
 * was allocated as the heap holds) is made here.
 */
static void report(lua_State *L, memory *outside, size_t kilobytes) {
    outside->owed += kilobytes;
#if LUA_VERSION_NUM >= 503
    if (outside->alive + kilobytes > outside->limit ||
        4 * outside->steps > (size_t)lua_gc(L, LUA_GCCOUNT, 0)) {
        lua_gc(L, LUA_GCCOLLECT, 0);
        outside->owed = 0;
        outside->steps = 0;
        outside->limit = LITTLE + 2 * (outside->alive + kilobytes);
    } else if (outside->owed >= WORTHWHILE) {
        lua_gc(L, LUA_GCSTEP, (int)outside->owed);
        outside->owed = 0;
        outside->steps++;
    }
#else
    if (outside->owed >= WORTHWHILE && outside->owed >= (size_t)lua_gc(L, LUA_GCCOUNT, 0) &&
        lua_gc(L, LUA_GCSTEP, (int)kilobytes)) {
        outside->owed = 0;
    }
#endif
}

void klv_lua_document_account(lua_State *L, size_t bytes) {
    if (klv_compat_gc_running(L)) {
        report(L, memory_of(L), kilobytes_of(bytes));
    }
}

/* Pushes nil and the table that describes what is wrong with a text. [-0, +2] */
static int push_error(lua_State *L, const klv_document_error *error) {
    lua_pushnil(L);
    lua_createtable(L, 0, 5);
    lua_pushstring(L, klv_document_code_name(error->code));
    lua_setfield(L, -2, "code");
    lua_pushstring(L, error->message);
    lua_setfield(L, -2, "message");
    klv_compat_pushinteger(L, (int64_t)error->offset);
    lua_setfield(L, -2, "offset");
    klv_compat_pushinteger(L, (int64_t)error->line);
    lua_setfield(L, -2, "line");
    klv_compat_pushinteger(L, (int64_t)error->column);
    lua_setfield(L, -2, "column");
    return 2;
}

static klv_document_limits check_limits(lua_State *L, int index) {
    klv_document_limits limits = {0};
    if (lua_isnoneornil(L, index)) {
        return limits;
    }
    luaL_checktype(L, index, LUA_TTABLE);
    lua_getfield(L, index, "max_depth");
    if (!lua_isnil(L, -1)) {
        int64_t depth = 0;
        if (!klv_compat_tointeger(L, -1, &depth) || depth < 1 || depth > KLV_DOCUMENT_MAX_DEPTH) {
            luaL_error(L, "max_depth is an integer from 1 to %d, found %s", KLV_DOCUMENT_MAX_DEPTH,
                       lua_isnumber(L, -1) ? lua_tostring(L, -1) : luaL_typename(L, -1));
        }
        limits.max_depth = (uint32_t)depth;
    }
    lua_pop(L, 1);
    return limits;
}

int klv_lua_document_parse(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    klv_document_limits limits = check_limits(L, 2);
    klv_lua_document_account(L, length * 2);
    document_handle *self = new_handle(L);
    klv_document_error error = {.code = KLV_DOCUMENT_MEMORY, .message = "out of memory"};
    klv_buffer copy = {0};
    if (klv_buffer_append(&copy, text, length)) {
        klv_document *doc = klv_document_new(&copy, NULL, &limits, &error);
        if (doc) {
            fill(self, doc);
            return 1;
        }
        klv_buffer_free(&copy);
    }
    return push_error(L, &error);
}
