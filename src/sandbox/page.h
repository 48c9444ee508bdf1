/* SPDX-License-Identifier: MIT */
#ifndef SBX_PAGE_H
#define SBX_PAGE_H

#include "visibility.h"

SBX_HIDDEN_BEGIN

/* The page for people at "/": one HTML document that asks /_sandbox/campaigns. */
extern const char sbx_page[];

SBX_HIDDEN_END
#endif
