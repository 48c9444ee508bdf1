/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_OPTIONS_H
#define KLV_LUA_OPTIONS_H

#include "compat.h"
#include "internal.h"
#include "clock.h"

#include <stddef.h>

KLV_PRIVATE_BEGIN

/*
 * Fields of an options table, by name. A field of another type raises "bad option 'name' (string expected, got
 * table)". Absent (nil) gives the default. Strings are borrowed: they live as long as the table holds them, so they
 * are left in no one's way on the stack. [-0, +0]
 */
const char *klv_option_string(lua_State *L, int table, const char *name, size_t *length, const char *absent);
double klv_option_number(lua_State *L, int table, const char *name, double absent);
bool klv_option_boolean(lua_State *L, int table, const char *name, bool absent);

/* Seconds; 0 and less raise. Absent: `absent`. */
klv_time klv_option_seconds(lua_State *L, int table, const char *name, klv_time absent);

/* A count from `least` to INT_MAX. */
size_t klv_option_count(lua_State *L, int table, const char *name, size_t least, size_t absent);

KLV_PRIVATE_END

#endif
