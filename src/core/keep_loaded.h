/* SPDX-License-Identifier: MIT */
#ifndef KLV_KEEP_LOADED_H
#define KLV_KEEP_LOADED_H

#include "internal.h"

KLV_PRIVATE_BEGIN

/* Keeps the module that holds `inside`, an address in it, loaded when Lua closes the state: a
 * thread of ours may run on. May be called again. */
void klv_keep_loaded(const void *inside);

KLV_PRIVATE_END

#endif
