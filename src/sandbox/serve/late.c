/* SPDX-License-Identifier: MIT */
#include "serve/late.h"

#include <stdlib.h>
#include <string.h>

#include "serve/pipeline.h"

/* A request that outlives its connection; its strings follow in the same allocation. */
typedef struct late {
    sbx_fault_players *players;
    sbx_instance *instance;
    uint64_t reset_count;
    sbx_request request;
    char text[];
} late;

static const char **texts_of(sbx_request *request, size_t i) {
    const char **const texts[] = {
        &request->method,        &request->path,     &request->query,
        &request->authorization, &request->revision, &request->content_type,
        &request->accept,        &request->host,     &request->forwarded_proto};
    return i < sizeof texts / sizeof *texts ? texts[i] : NULL;
}

static late *copy(const sbx_request *request) {
    sbx_request copied = *request;
    size_t size = copied.body_size + 1;
    const char **text;
    for (size_t i = 0; (text = texts_of(&copied, i)); i++)
        size += *text ? strlen(*text) + 1 : 0;
    late *it = malloc(sizeof *it + size);
    if (!it)
        return NULL;
    it->request = copied;
    char *at = it->text;
    for (size_t i = 0; (text = texts_of(&it->request, i)); i++)
        if (*text) {
            size_t length = strlen(*text) + 1;
            *text = memcpy(at, *text, length);
            at += length;
        }
    if (copied.body_size)
        memcpy(at, copied.body, copied.body_size);
    at[copied.body_size] = '\0';
    it->request.body = at;
    it->request.by = "late";
    return it;
}

static void execute(void *context) {
    late *it = context;
    pthread_mutex_lock(&it->instance->lock);
    bool wanted = it->instance->reset_count == it->reset_count;
    pthread_mutex_unlock(&it->instance->lock);
    if (wanted && !sbx_fault_players_stopping(it->players)) {
        sbx_response response = {0};
        sbx_pipeline(it->instance, &it->request, &response);
        sbx_response_free(&response);
    }
    free(it);
}

bool sbx_late_start(sbx_fault_players *players, sbx_instance *instance, const sbx_request *request,
                    int64_t after) {
    late *it = copy(request);
    if (!it)
        return false;
    it->players = players;
    it->instance = instance;
    pthread_mutex_lock(&instance->lock);
    it->reset_count = instance->reset_count;
    pthread_mutex_unlock(&instance->lock);
    sbx_fault_script script = {.fd = -1, .latency = after, .done = execute, .context = it};
    if (sbx_fault_player_start(players, &script))
        return true;
    free(it);
    return false;
}
