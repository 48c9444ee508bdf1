/* SPDX-License-Identifier: MIT */
#include "state/settings.h"

#include <stdlib.h>
#include <string.h>

void sbx_settings_free(sbx_settings *settings) {
    free(settings->host);
    free(settings->db);
    for (size_t i = 0; i < settings->key_count; i++)
        free(settings->keys[i]);
    free(settings->keys);
    memset(settings, 0, sizeof *settings);
}
