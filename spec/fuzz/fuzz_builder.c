/* SPDX-License-Identifier: MIT */
/* A filter that the client builds is parsed by the sandbox: whatever the values hold, the sandbox
 * reads the comparisons that were meant, with the values that were given. Client and sandbox share
 * no code. */
#include "api/filter.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool good, const char *what, const char *filter) {
    if (!good) {
        fprintf(stderr, "%s: %s\n", what, filter);
        abort();
    }
}

static lua_State *begin(void) {
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    if (luaL_dofile(L, "spec/fuzz/builder.lua")) {
        require(false, "builder.lua", lua_tostring(L, -1));
    }
    return L;
}

/* Pushes the next expected value. */
static void push_next(lua_State *L, int expected, int *at) {
    lua_rawgeti(L, expected, ++*at);
}

static void check_values(lua_State *L, int expected, int *at, const sbx_filter *node,
                         const char *text) {
    push_next(L, expected, at);
    size_t count = (size_t)lua_tointeger(L, -1);
    require(count == node->count, "values", text);
    for (size_t i = 0; i < count; i++) {
        const sbx_filter_value *value = &node->values[i];
        push_next(L, expected, at);
        if (lua_isstring(L, -1) && value->type == SBX_FILTER_STRING) {
            size_t length;
            const char *wanted = lua_tolstring(L, -1, &length);
            require(length == value->value.length && memcmp(wanted, value->value.text, length) == 0,
                    "value", text);
        }
        lua_pop(L, 1);
    }
}

static void check_tree(lua_State *L, int expected, const sbx_filter *root, const char *text) {
    int at = 0;
    const sbx_filter *node = root->first;
    if (node && node->op == SBX_FILTER_AND && !node->next) {
        node = node->first;
    }
    for (; node; node = node->next) {
        push_next(L, expected, &at);
        bool has = strcmp(lua_tostring(L, -1), "has") == 0;
        require(!has || node->op == SBX_FILTER_HAS, "operator", text);
        push_next(L, expected, &at);
        require(node->field && strcmp(lua_tostring(L, -1), node->field) == 0, "field", text);
        check_values(L, expected, &at, node, text);
        lua_settop(L, expected);
    }
    push_next(L, expected, &at);
    require(lua_isnil(L, -1), "fewer comparisons than were meant", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static lua_State *L;
    if (!L) {
        L = begin();
    }
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    lua_pushlstring(L, (const char *)data, size);
    if (lua_pcall(L, 1, 3, 0)) {
        require(false, "raised", lua_tostring(L, -1));
    }
    size_t length;
    const char *text = lua_isstring(L, 2) ? lua_tolstring(L, 2, &length) : NULL;
    if (text && lua_toboolean(L, 3) && length <= SBX_FILTER_LENGTH_MAX) {
        sbx_arena arena = {0};
        sbx_errors errors = {0};
        const sbx_filter *root = sbx_filter_parse(&arena, text, length, &errors);
        require(root != NULL, "refused", text);
        check_tree(L, 4, root, text);
        sbx_errors_free(&errors);
        sbx_arena_free(&arena);
    }
    return 0;
}
