/* SPDX-License-Identifier: MIT */
#include "conceal.h"
#include "mask.h"

#include <string.h>

bool klv_conceal(const klv_request *request, char *text, size_t length) {
    bool found = klv_auth_mask(&request->client->auth, text, length);
    found = klv_auth_mask(&request->token, text, length) || found;
    const char *line = request->conceal.data;
    const char *end = line ? line + request->conceal.length : NULL;
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next : end;
        found = klv_mask(text, length, line, (size_t)(next - line)) || found;
        line = next + 1;
    }
    return found;
}
