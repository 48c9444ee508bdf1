/* SPDX-License-Identifier: MIT */
#include "serve/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sends/lifecycle.h"
#include "serve/listen.h"
#include "state/persist.h"
#include "serve/server.h"

void sbx_settings_free(sbx_settings *settings) {
    free(settings->host);
    free(settings->db);
    for (size_t i = 0; i < settings->key_count; i++)
        free(settings->keys[i]);
    free(settings->keys);
    memset(settings, 0, sizeof *settings);
}

static void free_box(sbx_box *box) {
    sbx_store_close(&box->store);
    sbx_zones_free(box->zones);
    for (size_t i = 0; i < box->revoked_count; i++)
        free(box->revoked[i]);
    free(box->revoked);
    sbx_faults_clear(&box->faults);
    sbx_journal_free(&box->journal);
    sbx_limits_free(&box->limits);
    sbx_persist_forget(box);
    sbx_certificate_free(&box->certificate);
    free(box->origin);
    sbx_settings_free(&box->settings);
    pthread_mutex_destroy(&box->lock);
    free(box);
}

static bool make_certificate(sbx_box *box, char **problem) {
    if (!box->settings.tls)
        return true;
    const char *bad = sbx_certificate_make(box->settings.host, time(NULL), NULL, &box->certificate);
    *problem = bad ? strdup(bad) : NULL;
    return !bad;
}

/* The address is known before anybody is served: every answer has links. */
static bool serve(sbx_box *box, char **problem) {
    bool v6 = strchr(box->settings.host, ':') != NULL;
    int fd = sbx_listen(box->settings.host, box->settings.port, &box->port, problem);
    if (fd < 0)
        return false;
    if (asprintf(&box->origin, "%s://%s%s%s:%d", box->settings.tls ? "https" : "http",
                 v6 ? "[" : "", box->settings.host, v6 ? "]" : "", box->port) < 0) {
        box->origin = NULL;
        close(fd);
        return false;
    }
    box->server = sbx_server_start(box, fd, problem);
    return box->server != NULL;
}

static bool open_box(sbx_box *box, const char **kind, char **problem) {
    *kind = "storage";
    if (!sbx_store_open(&box->store, box->settings.db, problem))
        return false;
    sbx_persist_start_clock(box);
    if (box->settings.has_start || box->settings.has_rate)
        sbx_persist_clock(box);
    sbx_lifecycle_refresh(box);
    *kind = "tls";
    if (!make_certificate(box, problem))
        return false;
    *kind = "listen";
    return serve(box, problem);
}

sbx_box *sbx_box_start(sbx_settings *settings, const char **kind, char **problem) {
    *problem = NULL;
    *kind = "memory";
    sbx_box *box = calloc(1, sizeof *box);
    if (!box) {
        sbx_settings_free(settings);
        return NULL;
    }
    box->settings = *settings;
    memset(settings, 0, sizeof *settings);
    pthread_mutex_init(&box->lock, NULL);
    box->next_event = INT64_MAX;
    box->zones = sbx_zones_new(NULL);
    if (box->zones && open_box(box, kind, problem))
        return box;
    sbx_server_stop(box->server);
    free_box(box);
    return NULL;
}

void sbx_box_stop(sbx_box *box) {
    if (!box)
        return;
    sbx_server_stop(box->server);
    free_box(box);
}

void sbx_box_stamp(sbx_box *box, sbx_answer *answer) {
    answer->date = sbx_clock_now(&box->clock);
    char digits[24], *at = digits + sizeof digits;
    uint64_t count = ++box->answered;
    *--at = '\0';
    do
        *--at = (char)('0' + count % 10);
    while (count /= 10);
    memcpy(answer->id, "sbx-", 4);
    memcpy(answer->id + 4, at, (size_t)(digits + sizeof digits - at));
}
