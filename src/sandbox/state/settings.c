/* SPDX-License-Identifier: MIT */
#include "state/settings.h"

#include <stdlib.h>
#include <string.h>

static void free_strings(char **strings, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(strings[i]);
    free(strings);
}

void sbx_settings_free(sbx_settings *settings) {
    free(settings->host);
    free(settings->db);
    free_strings(settings->keys, settings->key_count);
    free_strings(settings->allowed_hosts, settings->allowed_host_count);
    memset(settings, 0, sizeof *settings);
}
