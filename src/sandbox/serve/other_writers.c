/* SPDX-License-Identifier: MIT */
#include "serve/other_writers.h"

#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "serve/pipeline.h"

/* Changes every percentage in a document. Returns whether there is one. */
static bool change_percentages(json_t *value) {
    const char *name;
    json_t *member;
    bool changed = json_is_integer(value);
    if (changed)
        json_integer_set(value, json_integer_value(value) == 10 ? 20 : 10);
    json_object_foreach(value, name, member)
        changed |= change_percentages(member);
    return changed;
}

/* Moves a time by an hour and a date by a day, and swaps the two actions on a schedule. */
static void change_text(json_t *string) {
    const char *text = json_string_value(string);
    char moved[SBX_TIME_SIZE], midnight[SBX_TIME_SIZE];
    int64_t instant;
    snprintf(midnight, sizeof midnight, "%.10sT00:00:00Z", text);
    if (!sbx_time_parse(text, json_string_length(string), &instant)) {
        sbx_time_format(instant + 3600 * SBX_SECOND, moved);
        json_string_set(string, moved);
    } else if (strlen(text) == 10 && !sbx_time_parse(midnight, strlen(midnight), &instant)) {
        sbx_time_format(instant + SBX_DAY, moved);
        json_string_setn(string, moved, 10);
    } else if (!strcmp(text, "cancel")) {
        json_string_set(string, "revert");
    } else if (!strcmp(text, "revert")) {
        json_string_set(string, "cancel");
    }
}

static void change_texts(json_t *value) {
    const char *name;
    json_t *member;
    if (json_is_string(value))
        change_text(value);
    json_object_foreach(value, name, member)
        change_texts(member);
}

/* Changes one thing of a request about a schedule: the percentage; without one, the time; or the
 * action. */
static void change_schedule(json_t *body) {
    if (!change_percentages(body))
        change_texts(body);
}

static const char *id_of(json_t *document) {
    return json_string_value(json_object_get(json_object_get(document, "data"), "id"));
}

/* Changes what a twin created, below its name. */
static void change_content(sbx_instance *instance, const char *id) {
    sbx_store *store = &instance->store;
    pthread_mutex_lock(&instance->lock);
    int64_t pk = sbx_ulid_key(store->ulids.secret, id, strlen(id));
    if (pk && sbx_store_begin(store)) {
        int before = sqlite3_total_changes(store->db);
        sbx_store_run(store, SBX_SQL_VARIATIONS_REWORD, "i", pk);
        sbx_store_run(store, SBX_SQL_AUDIENCE_RETARGET, "i", pk);
        if (sqlite3_total_changes(store->db) == before) {
            sbx_store_run(store, SBX_SQL_MESSAGE_RETRACK, "i", pk);
            sbx_store_run(store, SBX_SQL_CAMPAIGN_REWORD, "i", pk);
        }
        sbx_store_end(store, true);
    }
    pthread_mutex_unlock(&instance->lock);
}

static void write_twin(sbx_instance *instance, const sbx_request *request, bool other) {
    json_t *body = json_loadb(request->body ? request->body : "", request->body_size, 0, NULL);
    bool schedules = strstr(request->path, "campaign-message-schedule") != NULL;
    if (other && schedules)
        change_schedule(body);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    sbx_request twin = *request;
    sbx_response response = {0};
    twin.body = text;
    twin.body_size = text ? strlen(text) : 0;
    twin.by = "twin";
    sbx_pipeline(instance, &twin, &response);
    if (other && !schedules && response.status == 201) {
        json_t *document = json_loadb(response.body.data, response.body.size, 0, NULL);
        const char *id = id_of(document);
        if (id)
            change_content(instance, id);
        json_decref(document);
    }
    sbx_response_free(&response);
    free(text);
    json_decref(body);
}

static void write_campaign(sbx_instance *instance, const sbx_request *request, int64_t number) {
    char body[256];
    int size = snprintf(body, sizeof body,
                        "{\"data\":{\"type\":\"campaign\",\"attributes\":{\"definition\":"
                        "{\"name\":\"Crowd %lld\"},\"audiences\":[{\"temporary_id\":\"a\","
                        "\"included\":[\"CROWD\"],\"excluded\":[]}],\"messages\":[]}}}",
                        (long long)number);
    sbx_request one = {.method = "POST",
                       .path = "/api/campaigns",
                       .query = "",
                       .body = body,
                       .body_size = (size_t)size,
                       .authorization = request->authorization,
                       .revision = request->revision,
                       .content_type = SBX_JSON_API,
                       .by = "crowd"};
    sbx_response response = {0};
    sbx_pipeline(instance, &one, &response);
    sbx_response_free(&response);
}

void sbx_other_writers(sbx_instance *instance, const sbx_request *request, const sbx_fault *fault) {
    if (fault->twin)
        write_twin(instance, request, fault->twin == SBX_TWIN_OTHER);
    for (int64_t i = 1; i <= fault->crowd; i++)
        write_campaign(instance, request, i);
}
