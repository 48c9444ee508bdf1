/* SPDX-License-Identifier: MIT */
#include "api/media_type.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool sbx_media_type_is(const char *text, size_t length, const char *type) {
    size_t name = 0;
    while (name < length && text[name] != ';')
        name++;
    for (size_t i = name; i + 2 < length; i++) {
        if (tolower((unsigned char)text[i]) != 'q' || text[i + 1] != '=' || text[i + 2] != '0')
            continue;
        size_t digits = i + 3 + (i + 3 < length && text[i + 3] == '.');
        while (digits < length && text[digits] == '0')
            digits++;
        if (digits >= length || !isdigit((unsigned char)text[digits]))
            return false;
    }
    while (name && isspace((unsigned char)text[name - 1]))
        name--;
    return name == strlen(type) && !strncasecmp(text, type, name);
}

bool sbx_media_type_is_json(const char *content_type) {
    size_t length = content_type ? strlen(content_type) : 0;
    return length && (sbx_media_type_is(content_type, length, SBX_JSON_API) ||
                      sbx_media_type_is(content_type, length, SBX_JSON));
}
