/* SPDX-License-Identifier: MIT */
#include <lua.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "lua_document.h"

/* Name in the registry of a `memory`: the kilobytes behind documents. */
#define MEMORY "klaviyo.document.memory"

typedef struct {
    size_t owed; /* the collector has not been told of them */
    size_t alive;
    size_t limit; /* of `alive`, before all is collected */
} memory;

static size_t kilobytes_of(size_t bytes) {
    return bytes / 1024 + 1;
}

/* Kilobytes outside Lua that are not looked into however old they are. */
#define LITTLE 8192

/* Lives as long as the state. */
static memory *memory_of(lua_State *L) {
    lua_getfield(L, LUA_REGISTRYINDEX, MEMORY);
    memory *outside = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return outside;
}

/*
 * The userdata. Pushing a value may run the collector, and with it a finalizer that closes the
 * document which the value is read from: so methods pin it, and closing a pinned document waits for
 * the last pin. A method that a memory error ends leaves its pin behind; the memory then goes when
 * the userdata does.
 */
typedef struct {
    klv_document *doc; /* NULL: closed, or not yet filled; first, its address is the slot */
    klv_document *dying;
    memory *outside; /* where its kilobytes are counted */
    size_t kilobytes;
    unsigned pins;
} handle;

/* The document at `index`, open or not. Where its metatable is at hand, comparing it is cheaper
 * than luaL_checkudata. */
static handle *handle_at(lua_State *L, int index, int metatable) {
    void *userdata = lua_touserdata(L, index);
    if (userdata && lua_getmetatable(L, index)) {
        bool same = lua_rawequal(L, -1, metatable);
        lua_pop(L, 1);
        if (same) {
            return userdata;
        }
    }
    return luaL_checkudata(L, index, KLV_LUA_DOCUMENT);
}

/* The receiver of a method, open or not. Every method has the metatable as upvalue. */
static handle *check_handle(lua_State *L) {
    return handle_at(L, 1, lua_upvalueindex(1));
}

static handle *opened(lua_State *L, handle *self) {
    if (!self->doc) {
        luaL_error(L, "document is closed");
    }
    return self;
}

static handle *open_handle(lua_State *L) {
    return opened(L, check_handle(L));
}

/* Frees one that was in the slot. NULL is allowed. */
static void drop(handle *self, klv_document *doc) {
    if (doc) {
        klv_document_free(doc);
        self->outside->alive -= self->kilobytes;
    }
}

static handle *pin(handle *self) {
    self->pins++;
    return self;
}

static void unpin(handle *self) {
    if (--self->pins == 0 && self->dying) {
        drop(self, self->dying);
        self->dying = NULL;
    }
}

/* The node at `index`, the root if there is none. */
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

/* doc:get(node, path) -> value, nil where there is none */
static int document_get(lua_State *L) {
    handle *self = open_handle(L);
    uint32_t node = check_target(L, self->doc);
    if (node == KLV_DOCUMENT_NONE) {
        lua_pushnil(L);
        return 1;
    }
    pin(self);
    klv_lua_document_push(L, self->doc, node);
    unpin(self);
    return 1;
}

/* doc:decode(node) -> value */
static int document_decode(lua_State *L) {
    handle *self = open_handle(L);
    uint32_t node = check_node(L, 2, self->doc);
    pin(self);
    klv_lua_document_push(L, self->doc, node);
    unpin(self);
    return 1;
}

/* doc:find(node, path) -> node, or nil */
static int document_find(lua_State *L) {
    return push_node(L, check_target(L, open_handle(L)->doc));
}

/* doc:type(node) -> "null", "boolean", "integer", "number", "string", "array", "object" */
static int document_type(lua_State *L) {
    static const char *const names[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object"};
    const klv_document *doc = open_handle(L)->doc;
    lua_pushstring(L, names[klv_document_type_of(doc, check_node(L, 2, doc))]);
    return 1;
}

/* doc:length(node) -> number of elements or members, nil for a scalar */
static int document_length(lua_State *L) {
    const klv_document *doc = open_handle(L)->doc;
    uint32_t node = check_node(L, 2, doc);
    bool scalar = klv_document_type_of(doc, node) < KLV_DOCUMENT_ARRAY;
    return push_node(L, scalar ? KLV_DOCUMENT_NONE : klv_document_count(doc, node));
}

/* doc:next(parent, previous) -> the child after `previous`, the first without one; nil at the end
 */
static int document_next(lua_State *L) {
    const klv_document *doc = open_handle(L)->doc;
    uint32_t parent = check_node(L, 2, doc);
    return push_node(L, lua_isnoneornil(L, 3)
                            ? klv_document_first(doc, parent)
                            : klv_document_next(doc, parent, check_node(L, 3, doc)));
}

/* doc:lookup(type, id) -> node of that resource object, or nil */
static int document_lookup(lua_State *L) {
    klv_document *doc = open_handle(L)->doc;
    size_t type_length, id_length;
    const char *type = luaL_checklstring(L, 2, &type_length);
    const char *id = luaL_checklstring(L, 3, &id_length);
    return push_node(L, klv_document_lookup(doc, type, type_length, id, id_length));
}

/* doc:key(node) -> the key of a member; nil for the root and for elements of arrays */
static int document_key(lua_State *L) {
    handle *self = open_handle(L);
    klv_document_slice key = klv_document_key(self->doc, check_node(L, 2, self->doc));
    if (!key.data) {
        lua_pushnil(L);
        return 1;
    }
    pin(self);
    klv_lua_document_push_slice(L, key);
    unpin(self);
    return 1;
}

/* doc:text(node) -> the JSON of a node as it came */
static int document_text(lua_State *L) {
    handle *self = open_handle(L);
    klv_document_slice text = klv_document_text(self->doc, check_node(L, 2, self->doc));
    pin(self);
    klv_lua_document_push_slice(L, text);
    unpin(self);
    return 1;
}

/* doc:memory() -> bytes held outside Lua */
static int document_memory(lua_State *L) {
    klv_compat_pushinteger(L, (int64_t)klv_document_memory(open_handle(L)->doc));
    return 1;
}

/* doc:close(), also __close: frees the memory now. Harmless when repeated. */
static int document_close(lua_State *L) {
    handle *self = check_handle(L);
    if (self->pins) {
        self->dying = self->doc ? self->doc : self->dying;
    } else {
        drop(self, self->doc);
    }
    self->doc = NULL;
    return 0;
}

/* __gc: nobody can be using it any more, whatever the pins say. */
static int document_gc(lua_State *L) {
    handle *self = check_handle(L);
    drop(self, self->doc);
    drop(self, self->dying);
    self->doc = self->dying = NULL;
    return 0;
}

static int document_tostring(lua_State *L) {
    handle *self = check_handle(L);
    if (self->doc) {
        lua_pushfstring(L, "%s (%d bytes)", KLV_LUA_DOCUMENT, (int)klv_document_size(self->doc));
    } else {
        lua_pushliteral(L, KLV_LUA_DOCUMENT " (closed)");
    }
    return 1;
}

/* Once in a state: opening the module again leaves it. */
static void register_memory(lua_State *L) {
    if (!memory_of(L)) {
        memory *outside = lua_newuserdata(L, sizeof *outside);
        *outside = (memory){0, 0, LITTLE};
        lua_setfield(L, LUA_REGISTRYINDEX, MEMORY);
    }
}

void klv_lua_document_register(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"get", document_get},       {"find", document_find},     {"type", document_type},
        {"length", document_length}, {"key", document_key},       {"next", document_next},
        {"lookup", document_lookup}, {"decode", document_decode}, {"text", document_text},
        {"memory", document_memory}, {"close", document_close},   {NULL, NULL}};
    static const luaL_Reg events[] = {{"__gc", document_gc},
                                      {"__close", document_close},
                                      {"__tostring", document_tostring},
                                      {NULL, NULL}};
    /* filled even if it is there: a memory error may have ended an earlier attempt half way */
    luaL_newmetatable(L, KLV_LUA_DOCUMENT);
    lua_pushvalue(L, -1);
    klv_compat_setfuncs(L, events, 1);
    lua_newtable(L);
    lua_pushvalue(L, -2);
    klv_compat_setfuncs(L, methods, 1);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, KLV_LUA_DOCUMENT);
    lua_setfield(L, -2, "__name");
    register_memory(L);
    luaL_newmetatable(L, KLV_LUA_ARRAY);
    lua_pushliteral(L, KLV_LUA_ARRAY);
    lua_setfield(L, -2, "__name");
    lua_pop(L, 2);
}

static handle *new_handle(lua_State *L) {
    memory *outside = memory_of(L);
    handle *self = lua_newuserdata(L, sizeof *self);
    *self = (handle){.outside = outside};
    luaL_getmetatable(L, KLV_LUA_DOCUMENT);
    lua_setmetatable(L, -2);
    return self;
}

static void fill(handle *self, klv_document *doc) {
    self->doc = doc;
    self->kilobytes = kilobytes_of(klv_document_memory(doc));
    self->outside->alive += self->kilobytes;
}

void klv_lua_document_move(lua_State *L, klv_document **from) {
    handle *self = new_handle(L);
    fill(self, *from);
    *from = NULL;
}

klv_document **klv_lua_document_pin(lua_State *L, int index, int metatable) {
    return &pin(opened(L, handle_at(L, index, metatable)))->doc;
}

void klv_lua_document_unpin(klv_document **slot) {
    unpin((handle *)(void *)slot);
}

/* Kilobytes outside Lua that are worth a look of the collector, however small the heap. */
#define WORTHWHILE 320

/*
 * Lua 5.4 counts what it is told as if it had allocated it, and collects when that is due; in its
 * generational mode (the interpreter's own), that is at once. So it is told in portions. What was
 * there at two such collections is old, and is left alone until the heap of Lua has doubled, which
 * may be never: so all is collected when what is outside has.
 * Told a size, LuaJIT works at once and never pauses between two cycles: half a millisecond for
 * every document once the heap is large. So its usual pause (wait until as much was allocated as
 * the heap holds) is made here.
 */
static void tell(lua_State *L, memory *outside, size_t kilobytes) {
    outside->owed += kilobytes;
#if LUA_VERSION_NUM >= 503
    if (outside->alive + kilobytes > outside->limit) {
        lua_gc(L, LUA_GCCOLLECT, 0);
        outside->owed = 0;
        outside->limit = LITTLE + 2 * (outside->alive + kilobytes);
    } else if (outside->owed >= WORTHWHILE) {
        lua_gc(L, LUA_GCSTEP, (int)outside->owed);
        outside->owed = 0;
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
        tell(L, memory_of(L), kilobytes_of(bytes));
    }
}

/* nil and the table that tells what is wrong with a text. [-0, +2] */
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
    handle *self = new_handle(L);
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
