/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_VISIBILITY_H
#define SBX_BASE_VISIBILITY_H

/* Hides every symbol but the luaopen function. The pragma encloses the declarations of a header and
 * never a system header: a libc function declared hidden would not be found by the dynamic linker.
 */
#define SBX_HIDDEN_BEGIN _Pragma("GCC visibility push(hidden)")
#define SBX_HIDDEN_END   _Pragma("GCC visibility pop")

#endif
