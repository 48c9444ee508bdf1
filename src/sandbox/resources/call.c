/* SPDX-License-Identifier: MIT */
#include "resources/call.h"

#include <string.h>

sbx_key sbx_call_next_key(sbx_call *call) {
    return sbx_ulid_next(&call->store->ulids, call->now);
}

sbx_key sbx_call_next_message_key(sbx_call *call) {
    sbx_key key = sbx_call_next_key(call);
    return call->short_message_ids ? sbx_key_shortened(key) : key;
}

json_t *sbx_call_at(json_t *from, const char *path) {
    while (from && *path) {
        char name[64];
        size_t length = strcspn(path, "/");
        if (length >= sizeof name)
            return NULL;
        memcpy(name, path, length);
        name[length] = '\0';
        from = json_object_get(from, name);
        path += length + (path[length] == '/');
    }
    return from;
}
