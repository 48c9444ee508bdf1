/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_VISIBILITY_H
#define SBX_BASE_VISIBILITY_H

/* Everything but the luaopen function stays inside the shared object. The pragma stands around the
 * declarations of a header, and never before a system header: a libc function that is declared
 * hidden would not be found by the dynamic linker. */
#define SBX_HIDDEN_BEGIN _Pragma("GCC visibility push(hidden)")
#define SBX_HIDDEN_END   _Pragma("GCC visibility pop")

#endif
