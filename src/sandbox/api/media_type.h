/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_MEDIA_TYPE_H
#define SBX_API_MEDIA_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

#define SBX_JSON_API "application/vnd.api+json"
#define SBX_JSON     "application/json"

/* Whether the first `length` bytes, a media range of an Accept header or a Content-Type, name this
 * type; parameters are ignored, except q=0. */
bool sbx_media_type_is(const char *text, size_t length, const char *type);

/* Whether a body of this Content-Type (NULL: the header was not sent) is read: JSON:API or JSON. */
bool sbx_media_type_is_json(const char *content_type);

SBX_HIDDEN_END
#endif
