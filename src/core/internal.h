/* SPDX-License-Identifier: MIT */
#ifndef KLV_INTERNAL_H
#define KLV_INTERNAL_H

/*
 * Every header of the core declares its names between these two: they are shared by the files of
 * the module and invisible outside, where only luaopen_* is exported. Pragmas instead of a
 * compiler flag, because LuaRocks' builtin build passes no flags; around declarations only,
 * because a system function that is declared hidden cannot be linked.
 */
#define KLV_PRIVATE_BEGIN _Pragma("GCC visibility push(hidden)")
#define KLV_PRIVATE_END   _Pragma("GCC visibility pop")

#endif
