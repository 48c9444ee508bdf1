/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include "api/sparse.h"
#include "check.h"

static const char campaign[] =
    "{\"type\":\"campaign\",\"id\":\"1\",\"attributes\":{\"definition\":{\"name\":\"n\","
    "\"color\":null,\"send_settings\":{\"send_timezone\":\"UTC\",\"send_strategy\":\"STATIC\"}},"
    "\"created_at\":\"c\",\"updated_at\":\"u\"},\"relationships\":{},\"links\":{}}";

/* Returns the remaining attributes as compact JSON. Static storage. */
static const char *cut(const char *resource, sbx_type type, sbx_dialect dialect,
                       const char *fields) {
    static char out[500];
    sbx_arena arena = {0};
    sbx_errors errors = {0};
    sbx_sparse sparse;
    json_t *json = json_loads(resource, 0, NULL);
    const sbx_sparse_rule rule = {type, dialect, true, "p"};
    CHECK(sbx_sparse_parse(&arena, &rule, fields, strlen(fields), &errors, &sparse));
    sbx_sparse_apply(&sparse, json);
    char *text = json_dumps(json_object_get(json, "attributes"), JSON_COMPACT);
    snprintf(out, sizeof out, "%s", text);
    free(text);
    json_decref(json);
    sbx_errors_free(&errors);
    sbx_arena_free(&arena);
    return out;
}

static const char *campaign_cut(const char *fields) {
    return cut(campaign, SBX_TYPE_CAMPAIGN, SBX_DIALECT_GUIDE, fields);
}

static void test_apply(void) {
    CHECK_TEXT(campaign_cut("definition.name,created_at"),
               "{\"definition\":{\"name\":\"n\"},\"created_at\":\"c\"}");
    CHECK_TEXT(campaign_cut("created_at"), "{\"created_at\":\"c\"}");
    CHECK_TEXT(campaign_cut(""), "{}");
    CHECK_TEXT(campaign_cut("id"), "{}");
    CHECK_TEXT(campaign_cut("definition.color,definition.color"),
               "{\"definition\":{\"color\":null}}");
    CHECK_TEXT(
        campaign_cut("definition.send_settings.send_strategy,definition.name"),
        "{\"definition\":{\"name\":\"n\",\"send_settings\":{\"send_strategy\":\"STATIC\"}}}");
    CHECK_TEXT(
        campaign_cut("definition.name,definition,updated_at"),
        "{\"definition\":{\"name\":\"n\",\"color\":null,\"send_settings\":{\"send_timezone\":"
        "\"UTC\",\"send_strategy\":\"STATIC\"}},\"updated_at\":\"u\"}");
    CHECK_TEXT(campaign_cut("definition.description"), "{\"definition\":{}}");
    CHECK_TEXT(cut("{\"id\":\"1\",\"attributes\":{\"name\":\"x\",\"definition\":null}}",
                   SBX_TYPE_MESSAGE, SBX_DIALECT_GUIDE, "definition.is_tracking_opens"),
               "{\"definition\":null}");
    CHECK_TEXT(cut("{\"id\":\"1\",\"attributes\":{\"a.b\":1,\"definition.name\":2}}",
                   SBX_TYPE_CAMPAIGN, SBX_DIALECT_GUIDE, "created_at"),
               "{}");
    char key[600], resource[700];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    snprintf(resource, sizeof resource, "{\"id\":\"1\",\"attributes\":{\"%s\":1}}", key);
    CHECK_TEXT(cut(resource, SBX_TYPE_CAMPAIGN, SBX_DIALECT_GUIDE, "created_at"), "{}");

    sbx_sparse everything = {0};
    json_t *json = json_loads(campaign, 0, NULL);
    sbx_sparse_apply(&everything, json);
    CHECK_INT(json_object_size(json_object_get(json, "attributes")), 3);
    CHECK_INT(json_object_size(json), 5);
    json_decref(json);
    json = json_object();
    everything.given = true;
    sbx_sparse_apply(&everything, json); /* no attributes at all */
    json_decref(json);
}

static void test_wants(void) {
    const char *paths[] = {"definition.send_settings", "created_at"};
    sbx_sparse sparse = {.given = true, .paths = paths, .count = 2}, all = {0},
               none = {.given = true};
    CHECK(sbx_sparse_wants(&sparse, "definition"));
    CHECK(sbx_sparse_wants(&sparse, "definition.send_settings"));
    CHECK(sbx_sparse_wants(&sparse, "definition.send_settings.send_timezone"));
    CHECK(sbx_sparse_wants(&sparse, "created_at"));
    CHECK(!sbx_sparse_wants(&sparse, "definition.name"));
    CHECK(!sbx_sparse_wants(&sparse, "definition.send_settings2"));
    CHECK(!sbx_sparse_wants(&sparse, "created"));
    CHECK(sbx_sparse_wants(&all, "anything"));
    CHECK(!sbx_sparse_wants(&none, "definition"));
}

static void refused(sbx_type type, sbx_dialect dialect, const char *fields, int count) {
    sbx_arena arena = {0};
    sbx_errors errors = {0};
    sbx_sparse sparse;
    const sbx_sparse_rule rule = {type, dialect, false, "fields[x]"};
    CHECK(!sbx_sparse_parse(&arena, &rule, fields, strlen(fields), &errors, &sparse));
    CHECK_INT(errors.count, count);
    CHECK_TEXT(errors.list[0].where, "fields[x]");
    CHECK_HOLDS(errors.list[0].detail, "unknown field");
    sbx_errors_free(&errors);
    sbx_arena_free(&arena);
}

void test_sparse(void) {
    test_apply();
    test_wants();
    refused(SBX_TYPE_CAMPAIGN, SBX_DIALECT_GUIDE, "name,definition.naem,created", 3);
    refused(SBX_TYPE_CAMPAIGN, SBX_DIALECT_GUIDE, "created_at, updated_at", 1);
    refused(SBX_TYPE_CAMPAIGN, SBX_DIALECT_GUIDE, ",", 2);
    refused(SBX_TYPE_CAMPAIGN, SBX_DIALECT_OPENAPI_0715,
            "definition.send_settings.throttle_percentage", 1);
    refused(SBX_TYPE_AUDIENCE, SBX_DIALECT_OPENAPI_0715, "audience_name", 1);
    refused(SBX_TYPE_AUDIENCE, SBX_DIALECT_GUIDE, "definition.name", 1);
    refused(SBX_TYPE_LIST, SBX_DIALECT_STABLE, "name,profile_count", 1);
    refused(SBX_TYPE_MESSAGE, SBX_DIALECT_GUIDE, "definition.status", 1);
    refused(SBX_TYPE_VARIATION, SBX_DIALECT_GUIDE, "definition.details.kv_pairs", 1);
}
