/* SPDX-License-Identifier: MIT */
#ifndef KLV_INTERNAL_H
#define KLV_INTERNAL_H

/*
 * Every header of the core declares its names between these two: they are shared by the files of
 * the module and unseen outside it, where luaopen_* alone is exported. Pragmas and not a compiler
 * flag, because LuaRocks' builtin builder passes no flags; around the declarations alone, because a
 * system function declared hidden could not be linked.
 */
#define KLV_PRIVATE_BEGIN _Pragma("GCC visibility push(hidden)")
#define KLV_PRIVATE_END   _Pragma("GCC visibility pop")

#endif
