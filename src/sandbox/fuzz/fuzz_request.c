/* SPDX-License-Identifier: MIT */
/* Sends a request to any operation, in any dialect, to a store with one campaign. Whatever it says,
 * the response is not a 5xx, its body is JSON, and it has errors if and only if its status is 400
 * or more. Byte 0: the operation; byte 1: the dialect and the id in the path; then the query, a
 * line feed and the body, in which $C $A $M $V stand for the existing ids. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "serve/pipeline.h"

static const struct {
    const char *method, *path; /* '*' stands for the id */
} operations[] = {
    {"GET", "campaigns"},
    {"POST", "campaigns"},
    {"GET", "campaigns/*"},
    {"PATCH", "campaigns/*"},
    {"DELETE", "campaigns/*"},
    {"POST", "campaign-clone"},
    {"GET", "campaign-audiences"},
    {"POST", "campaign-audiences"},
    {"GET", "campaign-audiences/*"},
    {"PATCH", "campaign-audiences/*"},
    {"DELETE", "campaign-audiences/*"},
    {"POST", "campaign-audience-clone"},
    {"GET", "campaign-messages"},
    {"POST", "campaign-messages"},
    {"GET", "campaign-messages/*"},
    {"PATCH", "campaign-messages/*"},
    {"DELETE", "campaign-messages/*"},
    {"POST", "campaign-message-clone"},
    {"GET", "campaign-variations"},
    {"POST", "campaign-variations"},
    {"GET", "campaign-variations/*"},
    {"PATCH", "campaign-variations/*"},
    {"DELETE", "campaign-variations/*"},
    {"POST", "campaign-message-schedule"},
    {"PATCH", "campaign-message-schedule/*"},
    {"GET", "campaigns/*/campaign-messages"},
    {"GET", "campaigns/*/relationships/campaign-audiences"},
    {"GET", "campaign-messages/*/campaign-variations"},
    {"GET", "campaign-variations/*/image"},
    {"PUT", "campaigns/*"},
    {"GET", "campaigns/*/tags"},
    {"POST", "campaign-recipient-estimation-jobs"},
    {"GET", "campaign-recipient-estimation-jobs/*"},
    {"GET", "campaign-recipient-estimations/*"},
    {"POST", "campaign-message-assign-template"},
    {"POST", "template-render"},
};
#define OPERATIONS (sizeof operations / sizeof operations[0])

static const char *const revisions[] = {"2026-04-15.pre", "2026-07-15.pre", "2026-10-15",
                                        "2026-07-15"};

#define REVISIONS (sizeof revisions / sizeof revisions[0])

static sbx_instance *instance;
static char ids[4][SBX_ULID_SIZE]; /* campaign, audience, message, variation */

static void fuzz_require(int good, const char *what, const char *detail) {
    if (!good) {
        fprintf(stderr, "%s: %s\n", what, detail);
        abort();
    }
}

static void send(const char *method, const char *path, const char *query, const char *revision,
                 const char *body, size_t size, sbx_response *response) {
    const sbx_request request = {.method = method,
                                 .path = path,
                                 .query = query,
                                 .body = body,
                                 .body_size = size,
                                 .authorization = "Klaviyo-API-Key pk_fuzz",
                                 .revision = revision,
                                 .content_type = size ? "application/vnd.api+json" : NULL,
                                 .host = "127.0.0.1"};
    memset(response, 0, sizeof *response);
    sbx_pipeline(instance, &request, response);
}

static void take_id(json_t *from, const char *relationship, char out[SBX_ULID_SIZE]) {
    json_t *data = json_object_get(from, "data");
    if (relationship)
        data = json_array_get(
            json_object_get(json_object_get(json_object_get(data, "relationships"), relationship),
                            "data"),
            0);
    const char *id = json_string_value(json_object_get(data, "id"));
    fuzz_require(id && strlen(id) == SBX_ULID_LENGTH, "seed", relationship ? relationship : "id");
    memcpy(out, id, SBX_ULID_SIZE);
}

static json_t *seed(const char *method, const char *path, const char *body) {
    sbx_response response;
    send(method, path, "", revisions[0], body, strlen(body), &response);
    json_t *json = json_loadb(response.body.data, response.body.size, 0, NULL);
    fuzz_require(json && response.status < 300, "seed", response.body.data);
    sbx_response_free(&response);
    return json;
}

/* Creates one campaign, audience, message and variation. */
static void prepare(void) {
    char path[100];
    json_t *json =
        seed("POST", "/api/campaigns",
             "{\"data\":{\"type\":\"campaign\",\"attributes\":{\"definition\":{\"name\":\"Seed\"},"
             "\"audiences\":[{\"temporary_id\":\"a\",\"included\":[\"L\"]}],\"messages\":[{"
             "\"audience_temporary_id\":\"a\",\"definition\":{\"name\":\"m\",\"variations\":[{"
             "\"definition\":{\"details\":{\"channel\":\"email\"}}}]}}]}}}");
    take_id(json, NULL, ids[0]);
    take_id(json, "campaign-audiences", ids[1]);
    take_id(json, "campaign-messages", ids[2]);
    json_decref(json);
    snprintf(path, sizeof path, "/api/campaign-messages/%s", ids[2]);
    json = seed("GET", path, "");
    take_id(json, "campaign-variations", ids[3]);
    json_decref(json);
}

static void start(void) {
    static sbx_settings settings;
    char *problem;
    settings.host = strdup("127.0.0.1");
    settings.db = strdup(":memory:");
    settings.revert_margin = 300 * INT64_C(1000000);
    instance = sbx_instance_new(&settings);
    fuzz_require(instance && sbx_instance_open(instance, &problem), "start", "instance");
    instance->origin = strdup("http://127.0.0.1");
    prepare();
}

/* Returns the text with $C $A $M $V replaced. The caller frees it. */
static char *fill(const char *text, size_t size, size_t *filled) {
    char *out = malloc(size * (SBX_ULID_LENGTH + 1) + 1);
    *filled = 0;
    fuzz_require(out != NULL, "malloc", "");
    for (size_t i = 0; i < size; i++) {
        const char *letter =
            text[i] == '$' && i + 1 < size && text[i + 1] ? strchr("CAMV", text[i + 1]) : NULL;
        if (letter) {
            memcpy(out + *filled, ids[letter - "CAMV"], SBX_ULID_LENGTH);
            *filled += SBX_ULID_LENGTH;
            i++;
        } else {
            out[(*filled)++] = text[i];
        }
    }
    out[*filled] = '\0';
    return out;
}

static void check(const sbx_response *response) {
    json_t *json =
        json_loadb(response->body.data ? response->body.data : "", response->body.size, 0, NULL);
    json_t *errors = json_object_get(json, "errors");
    fuzz_require(response->status >= 200 && response->status < 500, "status",
                 response->body.data ? response->body.data : "");
    fuzz_require(response->status == 204 ? response->body.size == 0 : json != NULL, "no JSON",
                 response->body.data ? response->body.data : "");
    fuzz_require((response->status >= 400) == (json_array_size(errors) > 0), "errors",
                 response->body.data);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static unsigned runs;
    char path[200], *text;
    size_t filled;
    sbx_response response;
    if (size < 3)
        return 0;
    if (!instance)
        start();
    if (++runs % 500 == 0) { /* resources must not pile up */
        fuzz_require(sbx_instance_reset(instance), "reset", "");
        prepare();
    }
    const char *pattern = operations[data[0] % OPERATIONS].path, *star = strchr(pattern, '*');
    const char *revision = revisions[data[1] % REVISIONS], *id = ids[data[1] / REVISIONS % 4];
    if (star)
        snprintf(path, sizeof path, "/api/%.*s%s%s", (int)(star - pattern), pattern, id, star + 1);
    else
        snprintf(path, sizeof path, "/api/%s", pattern);
    text = fill((const char *)data + 2, size - 2, &filled);
    char *line = memchr(text, '\n', filled);
    size_t query = line ? (size_t)(line - text) : 0, body = line ? query + 1 : 0;
    text[query] = line ? '\0' : text[query];
    if (line && strlen(text) == query) /* a query has no NUL */
        send(operations[data[0] % OPERATIONS].method, path, text, revision, text + body,
             filled - body, &response);
    else
        send(operations[data[0] % OPERATIONS].method, path, "", revision, text, filled, &response);
    check(&response);
    sbx_response_free(&response);
    free(text);
    return 0;
}
