/* SPDX-License-Identifier: MIT */
#include "api/sparse.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

/* The known names, by type. A name that ends a path includes everything below it. */
struct name {
    const char *path;
    unsigned dialects;
};

#define GUIDE   SBX_DIALECT_GUIDE
#define OPENAPI SBX_DIALECT_ANY_OPENAPI
#define LATER   SBX_DIALECT_SINCE_0715
#define GA      SBX_DIALECT_OPENAPI_1015
#define STABLE  SBX_DIALECT_STABLE
#define BESIDE  SBX_DIALECT_BESIDE
#define ANY     SBX_DIALECT_ANY
/* An attribute that a parameter of its own asks for: requests without that parameter do not know
 * it. */
#define ADDITIONAL (SBX_DIALECT_STABLE << 8)

static const struct name campaign_names[] = {
    {"id", ANY},
    {"definition", ANY},
    {"definition.name", ANY},
    {"definition.builder", ANY},
    {"definition.archived", ANY},
    {"definition.color", ANY},
    {"definition.description", ANY},
    {"definition.send_settings", ANY},
    {"definition.send_settings.send_timezone", ANY},
    {"definition.send_settings.send_strategy", ANY},
    {"definition.send_settings.send_passed_rltz_immediately", ANY},
    {"definition.send_settings.throttle_percentage", GUIDE},
    {"definition.send_settings.exit_condition_enabled", ANY},
    {"definition.send_settings.exit_condition_conversion_metric_id", ANY},
    {"created_at", ANY},
    {"updated_at", ANY},
    {NULL, 0},
};

static const struct name audience_names[] = {
    {"id", ANY},
    {"audience_name", GUIDE},
    {"priority", GUIDE},
    {"has_non_draft_messages", GUIDE},
    {"included", GUIDE},
    {"excluded", GUIDE},
    {"archived", GUIDE},
    {"created_at", GUIDE},
    {"updated_at", GUIDE},
    {"definition", OPENAPI},
    {"definition.name", OPENAPI},
    {"definition.included", OPENAPI},
    {"definition.excluded", OPENAPI},
    {"definition.priority", OPENAPI},
    {"created", OPENAPI},
    {"updated", OPENAPI},
    {NULL, 0},
};

static const struct name message_names[] = {
    {"id", ANY | STABLE},
    {"label", STABLE},
    {"channel", STABLE},
    {"content", STABLE},
    {"created_at", STABLE},
    {"updated_at", STABLE},
    {"name", GUIDE},
    {"status", GUIDE},
    {"definition", ANY},
    {"definition.name", ANY},
    {"definition.is_tracking_opens", GUIDE},
    {"definition.is_tracking_clicks", GUIDE},
    {"scheduling_info", GUIDE},
    {"scheduling_info.send_time", GUIDE},
    {"scheduling_info.strategy", GUIDE},
    {"scheduling_info.throttled_options", GUIDE},
    {"scheduling_info.timezone_options", GUIDE},
    {"tracking_params", GUIDE},
    {"definition.status", OPENAPI},
    {"definition.ab_test", GA},
    {"definition.ab_test.winner_metric", GA},
    {"definition.ab_test.winner_percentage", GA},
    {"definition.ab_test.winner_wait_hours", GA},
    {"definition.tracking_options", OPENAPI},
    {"definition.tracking_options.is_add_utm", OPENAPI},
    {"definition.tracking_options.is_tracking_clicks", OPENAPI},
    {"definition.tracking_options.is_tracking_opens", OPENAPI},
    {"definition.tracking_options.tracking_params", GA},
    {"definition.send_options", OPENAPI},
    {"definition.send_options.is_ignoring_unsubscribes", OPENAPI},
    {"definition.send_options.recipient_percentage", OPENAPI},
    {"definition.send_options.send_strategy", OPENAPI},
    {"definition.send_options.send_time", OPENAPI},
    {"definition.send_options.send_times", OPENAPI},
    {"definition.send_options.throttle_unit", LATER},
    {"definition.send_options.throttling_type", OPENAPI},
    {"created", ANY},
    {"updated", ANY},
    {NULL, 0},
};

static const struct name variation_names[] = {
    {"id", ANY},
    {"definition", ANY},
    {"definition.name", ANY},
    {"definition.details", ANY},
    {"definition.details.channel", ANY},
    {"definition.details.template_id", ANY},
    {"definition.details.subject", ANY},
    {"definition.details.preview_text", ANY},
    {"definition.details.from_email", ANY},
    {"definition.details.from_label", ANY},
    {"definition.details.reply_to_email", ANY},
    {"definition.details.cc_email", ANY},
    {"definition.details.bcc_email", ANY},
    {"definition.details.body", ANY},
    {"definition.details.shorten_links", ANY},
    {"definition.details.include_contact_card", ANY},
    {"definition.details.title", ANY},
    {"definition.details.static_asset_id", ANY},
    {"definition.details.ios_deep_link", ANY},
    {"definition.details.android_deep_link", ANY},
    {"definition.details.sound", ANY},
    {"definition.details.badge", ANY},
    {"definition.details.action_buttons", OPENAPI},
    {"definition.details.add_info_link", OPENAPI},
    {"definition.details.add_opt_out_language", OPENAPI},
    {"definition.details.add_org_prefix", OPENAPI},
    {"definition.details.badge_config", OPENAPI},
    {"definition.details.badge_value", OPENAPI},
    {"definition.details.content_available", OPENAPI},
    {"definition.details.cost", OPENAPI},
    {"definition.details.dynamic_media_template", OPENAPI},
    {"definition.details.kv_pairs", OPENAPI},
    {"definition.details.message_hierarchy", OPENAPI},
    {"definition.details.mms_dynamic_image_template", OPENAPI},
    {"definition.details.mms_static_image_asset_id", OPENAPI},
    {"definition.details.mutable_content", OPENAPI},
    {"definition.details.open_action", OPENAPI},
    {"definition.details.push_type", OPENAPI},
    {"definition.details.sound_file_name", OPENAPI},
    {"definition.details.text_message_type", OPENAPI},
    {"definition.details.video_asset_id", OPENAPI},
    {"definition.details.web_url", OPENAPI},
    {"created", ANY},
    {"updated", ANY},
    {NULL, 0},
};

static const struct name tag_names[] = {{"id", ANY | STABLE}, {"name", ANY | STABLE}, {NULL, 0}};

static const struct name image_names[] = {
    {"id", ANY},   {"format", ANY}, {"hidden", ANY},     {"image_url", ANY},
    {"name", ANY}, {"size", ANY},   {"updated_at", ANY}, {NULL, 0},
};

static const struct name translation_names[] = {
    {"id", ANY},       {"channel", ANY},       {"created", ANY},        {"fallback_locale", ANY},
    {"metadata", ANY}, {"source_locale", ANY}, {"target_locales", ANY}, {"updated", ANY},
    {NULL, 0},
};

static const struct name schedule_names[] = {
    {"id", ANY},
    {"send_date", OPENAPI},
    {"send_time", ANY},
    {"strategy", ANY},
    {"throttle_unit", LATER},
    {"throttling_percentage", LATER},
    {"throttled_options", GUIDE},
    {"timezone_options", GUIDE},
    {NULL, 0},
};

static const struct name estimation_job_names[] = {{"id", BESIDE}, {"status", BESIDE}, {NULL, 0}};

static const struct name estimation_names[] = {
    {"id", BESIDE}, {"estimated_recipient_count", BESIDE}, {NULL, 0}};

static const struct name list_names[] = {{"id", BESIDE},
                                         {"created", BESIDE},
                                         {"name", BESIDE},
                                         {"opt_in_process", BESIDE},
                                         {"profile_count", BESIDE | ADDITIONAL},
                                         {"updated", BESIDE},
                                         {NULL, 0}};

static const struct name segment_names[] = {{"id", BESIDE},
                                            {"created", BESIDE},
                                            {"definition", BESIDE},
                                            {"is_active", BESIDE},
                                            {"is_processing", BESIDE},
                                            {"is_starred", BESIDE},
                                            {"name", BESIDE},
                                            {"profile_count", BESIDE | ADDITIONAL},
                                            {"updated", BESIDE},
                                            {NULL, 0}};

static const struct name template_names[] = {
    {"id", BESIDE},          {"amp", BESIDE},     {"created", BESIDE},
    {"editor_type", BESIDE}, {"html", BESIDE},    {"name", BESIDE},
    {"text", BESIDE},        {"updated", BESIDE}, {NULL, 0}};

static const struct name metric_names[] = {{"id", BESIDE},          {"created", BESIDE},
                                           {"integration", BESIDE}, {"name", BESIDE},
                                           {"updated", BESIDE},     {NULL, 0}};

static const struct name account_names[] = {{"id", BESIDE},
                                            {"contact_information", BESIDE},
                                            {"contact_information.default_sender_email", BESIDE},
                                            {"contact_information.default_sender_name", BESIDE},
                                            {"contact_information.organization_name", BESIDE},
                                            {"contact_information.street_address", BESIDE},
                                            {"contact_information.website_url", BESIDE},
                                            {"industry", BESIDE},
                                            {"locale", BESIDE},
                                            {"preferred_currency", BESIDE},
                                            {"public_api_key", BESIDE},
                                            {"test_account", BESIDE},
                                            {"timezone", BESIDE},
                                            {NULL, 0}};

static const struct name report_names[] = {{"id", BESIDE}, {"results", BESIDE}, {NULL, 0}};

static const struct name *const names_of[SBX_TYPE_COUNT] = {
    [SBX_TYPE_CAMPAIGN] = campaign_names,
    [SBX_TYPE_AUDIENCE] = audience_names,
    [SBX_TYPE_MESSAGE] = message_names,
    [SBX_TYPE_VARIATION] = variation_names,
    [SBX_TYPE_TAG] = tag_names,
    [SBX_TYPE_IMAGE] = image_names,
    [SBX_TYPE_TRANSLATION] = translation_names,
    [SBX_TYPE_SCHEDULE] = schedule_names,
    [SBX_TYPE_ESTIMATION_JOB] = estimation_job_names,
    [SBX_TYPE_ESTIMATION] = estimation_names,
    [SBX_TYPE_LIST] = list_names,
    [SBX_TYPE_SEGMENT] = segment_names,
    [SBX_TYPE_TEMPLATE] = template_names,
    [SBX_TYPE_METRIC] = metric_names,
    [SBX_TYPE_ACCOUNT] = account_names,
    [SBX_TYPE_VALUES_REPORT] = report_names,
};

static bool is_known(const struct name *name, const sbx_sparse_rule *rule) {
    return (name->dialects & rule->dialect) &&
           (rule->with_additional || !(name->dialects & ADDITIONAL));
}

/* Returns the name as the table spells it, or NULL. */
static const char *find_name(const sbx_sparse_rule *rule, const char *path, size_t length) {
    for (const struct name *name = names_of[rule->type]; name->path; name++)
        if (is_known(name, rule) && strlen(name->path) == length &&
            memcmp(name->path, path, length) == 0)
            return name->path;
    return NULL;
}

static void unknown_name(sbx_arena *arena, const sbx_sparse_rule *rule, const char *path,
                         size_t length, sbx_errors *errors) {
    sbx_text known = {0};
    for (const struct name *name = names_of[rule->type]; name->path; name++)
        if (is_known(name, rule))
            sbx_text_printf(&known, "%s%s", known.size ? ", " : "", name->path);
    sbx_bad_parameter(errors, rule->parameter, "unknown field %s; known: %s",
                      sbx_arena_quote(arena, path, length), known.data ? known.data : "others");
    sbx_text_free(&known);
}

/* Whether the path `inner` is `outer` or below it. */
static bool below(const char *inner, const char *outer) {
    size_t length = strlen(outer);
    return strncmp(inner, outer, length) == 0 && (inner[length] == '\0' || inner[length] == '.');
}

static void add_path(sbx_sparse *sparse, const char *path) {
    size_t kept = 0;
    for (size_t i = 0; i < sparse->count; i++)
        if (below(path, sparse->paths[i]))
            return;
    for (size_t i = 0; i < sparse->count; i++)
        if (!below(sparse->paths[i], path))
            sparse->paths[kept++] = sparse->paths[i];
    sparse->paths[kept++] = path;
    sparse->count = kept;
}

bool sbx_sparse_parse(sbx_arena *arena, const sbx_sparse_rule *rule, const char *value,
                      size_t length, sbx_errors *errors, sbx_sparse *out) {
    size_t known = 0;
    bool ok = true;
    while (names_of[rule->type][known].path)
        known++;
    *out = (sbx_sparse){.given = true, .paths = sbx_arena_alloc(arena, known * sizeof *out->paths)};
    if (!out->paths)
        return false;
    for (size_t start = 0, end; length && start <= length; start = end + 1) {
        const char *comma = memchr(value + start, ',', length - start);
        end = comma ? (size_t)(comma - value) : length;
        const char *path = find_name(rule, value + start, end - start);
        if (!path) {
            unknown_name(arena, rule, value + start, end - start, errors);
            ok = false;
        } else if (strcmp(path, "id") != 0) {
            add_path(out, path);
        }
    }
    return ok;
}

enum wanted { DROP, PART, WHOLE };

static enum wanted wanted(const sbx_sparse *sparse, const char *path) {
    enum wanted response = sparse->given ? DROP : WHOLE;
    for (size_t i = 0; i < sparse->count && response != WHOLE; i++) {
        if (below(path, sparse->paths[i]))
            response = WHOLE;
        else if (below(sparse->paths[i], path))
            response = PART;
    }
    return response;
}

bool sbx_sparse_wants(const sbx_sparse *sparse, const char *path) {
    return wanted(sparse, path) != DROP;
}

/* `prefix` is the path of `object` followed by a dot, or "". */
static void cut(const sbx_sparse *sparse, json_t *object, const char *prefix) {
    char path[256];
    const char *key;
    void *next;
    json_t *value;
    json_object_foreach_safe(object, next, key, value) {
        int length = snprintf(path, sizeof path - 1, "%s%s", prefix, key);
        bool fits = length > 0 && (size_t)length < sizeof path - 1;
        enum wanted response = fits ? wanted(sparse, path) : DROP;
        if (response == DROP) {
            json_object_del(object, key);
        } else if (response == PART && json_is_object(value)) {
            path[length] = '.';
            path[length + 1] = '\0';
            cut(sparse, value, path);
        }
    }
}

void sbx_sparse_apply(const sbx_sparse *sparse, json_t *resource) {
    json_t *attributes = json_object_get(resource, "attributes");
    if (sparse->given && attributes)
        cut(sparse, attributes, "");
}
