/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_WEB_PAGE_H
#define SBX_SERVE_WEB_PAGE_H

#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* The web page at "/": one HTML document that shows /_sandbox/campaigns. */
extern const char sbx_web_page[];

SBX_HIDDEN_END
#endif
