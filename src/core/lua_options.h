/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_OPTIONS_H
#define KLV_LUA_OPTIONS_H

#include "compat.h"
#include "internal.h"
#include "clock.h"

#include <stddef.h>

KLV_PRIVATE_BEGIN

/*
 * Returns the value on top of the stack as that of an option. Another type raises "bad option
 * 'name' (string expected, got table)". Strings are borrowed: they live as long as their table
 * holds them. `length` NULL: the text ends at its NUL, and an embedded NUL raises. [-0, +0]
 */
const char *klv_value_string(lua_State *L, const char *name, size_t *length);
bool klv_value_boolean(lua_State *L, const char *name);
klv_time klv_value_seconds(lua_State *L, const char *name);     /* 0 and less raise */
int klv_value_count(lua_State *L, const char *name, int least); /* from `least` to INT_MAX */

/* The same for a field of an options table; `absent` if it is nil. A string stays on the stack,
 * which keeps it alive whatever becomes of the table. [-0, +1] */
const char *klv_option_string(lua_State *L, int table, const char *name, size_t *length,
                              const char *absent);

/* The others. [-0, +0] */
bool klv_option_boolean(lua_State *L, int table, const char *name, bool absent);
klv_time klv_option_seconds(lua_State *L, int table, const char *name, klv_time absent);
size_t klv_option_count(lua_State *L, int table, const char *name, int least, size_t absent);

KLV_PRIVATE_END

#endif
