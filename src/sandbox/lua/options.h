/* SPDX-License-Identifier: MIT */
#ifndef SBX_LUA_OPTIONS_H
#define SBX_LUA_OPTIONS_H

#include <lua.h>
#include <stdbool.h>
#include "state/settings.h"

SBX_HIDDEN_BEGIN

/* Reads tables of options. All of these raise for a mistake of the caller, and hold no memory when
 * they do. */

/* Raises when the table has a name that is not in `known` (NULL-terminated), listing the known
 * names. Does nothing for nil. */
void sbx_options_check(lua_State *L, int table, const char *function, const char *const *known);

/* The string is valid as long as it is in the table. */
const char *sbx_option_string(lua_State *L, int table, const char *name, const char *otherwise);
bool sbx_option_boolean(lua_State *L, int table, const char *name, bool otherwise);
double sbx_option_number(lua_State *L, int table, const char *name, double otherwise, double low,
                         double high);
int64_t sbx_option_integer(lua_State *L, int table, const char *name, int64_t otherwise,
                           int64_t low, int64_t high);

/* Reads a duration in microseconds: a number of seconds, or "90s", "30m", "2h", "1d". `what` is its
 * name in a message. */
int64_t sbx_duration_at(lua_State *L, int index, const char *what);
/* Reads an instant: ISO 8601 with an offset. */
int64_t sbx_instant_at(lua_State *L, int index, const char *what);

/* Reads the options of start{}. The strings of *out are copies; false when out of memory. */
bool sbx_options_read(lua_State *L, int table, sbx_settings *out);

SBX_HIDDEN_END
#endif
