/* SPDX-License-Identifier: MIT */
#include "api/serialise.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/query_rules.h"
#include "api/shape.h"
#include "api/sparse.h"
#include "base/timestamp.h"

/* The path of a collection, which is also the name of a to-many relationship. */
static const char *const paths[SBX_TYPE_COUNT] = {
    [SBX_TYPE_CAMPAIGN] = "campaigns",
    [SBX_TYPE_AUDIENCE] = "campaign-audiences",
    [SBX_TYPE_MESSAGE] = "campaign-messages",
    [SBX_TYPE_VARIATION] = "campaign-variations",
    [SBX_TYPE_TAG] = "tags",
    [SBX_TYPE_IMAGE] = "images",
    [SBX_TYPE_TRANSLATION] = "translations",
    [SBX_TYPE_SCHEDULE] = "campaign-message-schedule",
    [SBX_TYPE_ESTIMATION_JOB] = "campaign-recipient-estimation-jobs",
    [SBX_TYPE_ESTIMATION] = "campaign-recipient-estimations",
    [SBX_TYPE_LIST] = "lists",
    [SBX_TYPE_SEGMENT] = "segments",
    [SBX_TYPE_TEMPLATE] = "templates",
    [SBX_TYPE_METRIC] = "metrics",
    [SBX_TYPE_ACCOUNT] = "accounts",
};

void sbx_write_time(sbx_text *out, const char *name, int64_t instant) {
    char text[SBX_TIME_SIZE];
    sbx_time_format(instant, text);
    sbx_json_text(out, name, text);
}

static bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/* Ids made by the sandbox need no escapes, so runs of unreserved characters are copied at once. */
static void write_path_segment(sbx_text *out, const char *id) {
    while (*id) {
        size_t plain = 0;
        while (is_unreserved(id[plain]))
            plain++;
        sbx_text_add(out, id, plain);
        id += plain;
        if (*id)
            sbx_text_printf(out, "%%%02X", (unsigned char)*id++);
    }
}

void sbx_write_identifier(sbx_writer *writer, const char *name, sbx_type type, const char *id) {
    sbx_json_open(writer->out, name, '{');
    sbx_json_text(writer->out, "type", sbx_type_names[type]);
    sbx_json_text(writer->out, "id", id);
    sbx_text_puts(writer->out, "}");
}

/* Writes one link of the resource: its address + tail + the relation. */
static void write_link(sbx_writer *writer, const char *name, const char *tail,
                       const char *relation) {
    sbx_text *out = writer->out;
    sbx_json_key(out, name);
    sbx_text_add(out, writer->address->data, writer->address->size);
    sbx_text_puts(out, tail);
    sbx_text_puts(out, relation);
    sbx_text_puts(out, *relation ? "/\"" : "\"");
}

/* Sets the address that the links of a resource begin with: ORIGIN/api/PATH/ID, as the start of a
 * JSON string. */
static void set_address(sbx_writer *writer, sbx_type type, const char *id) {
    sbx_text *address = writer->address;
    sbx_text_clear(address);
    sbx_text_add(address, "\"", 1);
    sbx_text_puts(address, writer->origin);
    sbx_text_add(address, "/api/", 5);
    sbx_text_puts(address, paths[type]);
    sbx_text_add(address, "/", 1);
    write_path_segment(address, id);
    writer->out->failed |= address->failed;
}

static void write_self(sbx_writer *writer) {
    sbx_json_open(writer->out, "links", '{');
    write_link(writer, "self", "/", "");
    sbx_text_puts(writer->out, "}");
}

static void write_relation_links(sbx_writer *writer, const char *relation) {
    sbx_json_open(writer->out, "links", '{');
    write_link(writer, "self", "/relationships/", relation);
    write_link(writer, "related", "/", relation);
    sbx_text_puts(writer->out, "}");
}

/* The guide shows links only for the relationships of a campaign. */
static bool has_links(const sbx_writer *writer, sbx_type type) {
    return writer->dialect != SBX_DIALECT_GUIDE || type == SBX_TYPE_CAMPAIGN;
}

static bool included(const sbx_writer *writer, sbx_type type) {
    return writer->query && (writer->query->include & SBX_TYPE_BIT(type));
}

/* Reads the id of the next row of a statement of (pk, created, ahead). A page has so many that
 * calling sbx_ulid_write here, and not through SQLite, is measurably faster. False at the end. */
static bool next_id(sbx_writer *writer, sqlite3_stmt *row, char id[SBX_ULID_SIZE]) {
    sbx_store *store = writer->store;
    do
        if (!sbx_store_row(store, row))
            return false;
    while (sbx_column_int(row, 0) > writer->newest);
    sbx_ulid_write(store->ulids.secret, sbx_column_int(row, 0), sbx_column_int(row, 1),
                   sbx_column_int(row, 2), id);
    return true;
}

static void write_identifiers(sbx_writer *writer, sbx_type type, sbx_statement ids, int64_t pk) {
    sqlite3_stmt *row = sbx_store_use(writer->store, ids, "i", pk);
    char id[SBX_ULID_SIZE];
    sbx_json_open(writer->out, "data", '[');
    while (next_id(writer, row, id))
        sbx_write_identifier(writer, NULL, type, id);
    sbx_text_puts(writer->out, "]");
}

/* Writes a to-many relationship. */
static void write_many(sbx_writer *writer, sbx_type type, sbx_type other, sbx_statement ids,
                       int64_t pk) {
    sbx_json_open(writer->out, paths[other], '{');
    write_identifiers(writer, other, ids, pk);
    if (has_links(writer, type))
        write_relation_links(writer, paths[other]);
    sbx_text_puts(writer->out, "}");
}

/* Writes a to-one relationship; without an id, no data (the OpenAPI files do not allow null). */
static void write_one(sbx_writer *writer, sbx_type type, sbx_type other, const char *other_id) {
    sbx_json_open(writer->out, sbx_type_names[other], '{');
    if (other_id)
        sbx_write_identifier(writer, "data", other, other_id);
    if (has_links(writer, type))
        write_relation_links(writer, sbx_type_names[other]);
    sbx_text_puts(writer->out, "}");
}

static void write_bool_column(sbx_text *out, const char *name, sqlite3_stmt *row, int column) {
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        sbx_json_raw(out, name, "null");
    else
        sbx_json_bool(out, name, sbx_column_int(row, column));
}

static void write_int_column(sbx_text *out, const char *name, sqlite3_stmt *row, int column) {
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        sbx_json_raw(out, name, "null");
    else
        sbx_json_int(out, name, sbx_column_int(row, column));
}

static void write_name(sbx_text *out, sqlite3_stmt *row, int named, int name) {
    sbx_json_text(out, "name", sbx_column_int(row, named) ? sbx_column(row, name) : NULL);
}

static bool is_null(sqlite3_stmt *row, int column) {
    return sqlite3_column_type(row, column) == SQLITE_NULL;
}

static void write_send_settings(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "send_settings", '{');
    sbx_json_text(out, "send_timezone", sbx_column(row, SBX_C_TIMEZONE));
    sbx_json_text(out, "send_strategy", sbx_column(row, SBX_C_STRATEGY));
    write_bool_column(out, "send_passed_rltz_immediately", row, SBX_C_PASSED);
    if (writer->dialect == SBX_DIALECT_GUIDE && !is_null(row, SBX_C_PERCENTAGE))
        write_int_column(out, "throttle_percentage", row, SBX_C_PERCENTAGE);
    write_bool_column(out, "exit_condition_enabled", row, SBX_C_EXIT_ENABLED);
    sbx_json_text(out, "exit_condition_conversion_metric_id", sbx_column(row, SBX_C_EXIT_METRIC));
    sbx_text_puts(out, "}");
}

/* A campaign has no relationship to variations. One is written when variations are included without
 * the messages that lead to them: JSON:API requires that every included resource is linked (full
 * linkage). */
static void write_campaign_relations(sbx_writer *writer, sqlite3_stmt *row) {
    int64_t pk = sbx_column_int(row, SBX_C_PK);
    sbx_json_open(writer->out, "relationships", '{');
    write_many(writer, SBX_TYPE_CAMPAIGN, SBX_TYPE_AUDIENCE, SBX_SQL_CAMPAIGN_AUDIENCE_IDS, pk);
    write_many(writer, SBX_TYPE_CAMPAIGN, SBX_TYPE_MESSAGE, SBX_SQL_CAMPAIGN_MESSAGE_IDS, pk);
    if (writer->primary == SBX_TYPE_CAMPAIGN && included(writer, SBX_TYPE_VARIATION) &&
        !included(writer, SBX_TYPE_MESSAGE)) {
        sbx_json_open(writer->out, "campaign-variations", '{');
        write_identifiers(writer, SBX_TYPE_VARIATION, SBX_SQL_CAMPAIGN_VARIATION_IDS, pk);
        sbx_text_puts(writer->out, "}");
    }
    sbx_json_open(writer->out, "tags", '{');
    bool guide = writer->dialect == SBX_DIALECT_GUIDE;
    if (!guide || included(writer, SBX_TYPE_TAG)) {
        sbx_json_open(writer->out, "data", '[');
        sqlite3_stmt *tag = sbx_store_use(writer->store, SBX_SQL_CAMPAIGN_TAG_IDS, "i", pk);
        while (sbx_store_row(writer->store, tag))
            sbx_write_identifier(writer, NULL, SBX_TYPE_TAG, sbx_column(tag, 1));
        sbx_text_puts(writer->out, "]");
    }
    if (sbx_op_known(SBX_OP_CAMPAIGN_TAGS, writer->dialect))
        write_relation_links(writer, "tags");
    sbx_text_puts(writer->out, "}}");
}

static void write_campaign(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "attributes", '{');
    sbx_json_open(out, "definition", '{');
    write_name(out, row, SBX_C_NAMED, SBX_C_NAME);
    sbx_json_text(out, "builder", sbx_column(row, SBX_C_BUILDER));
    sbx_json_bool(out, "archived", sbx_column_int(row, SBX_C_ARCHIVED));
    sbx_json_text(out, "color", sbx_column(row, SBX_C_COLOR));
    sbx_json_text(out, "description", sbx_column(row, SBX_C_DESCRIPTION));
    write_send_settings(writer, row);
    sbx_text_puts(out, "}");
    sbx_write_time(out, "created_at", sbx_column_int(row, SBX_C_CREATED));
    sbx_write_time(out, "updated_at", sbx_column_int(row, SBX_C_UPDATED));
    sbx_text_puts(out, "}");
    write_campaign_relations(writer, row);
}

static void write_strings(sbx_text *out, const char *name, const char *json) {
    sbx_json_raw(out, name, json ? json : "null");
}

/* The OpenAPI dialects allow null here, the guide does not. */
static void write_lists(sbx_text *out, const char *name, const char *json, bool guide) {
    sbx_json_raw(out, name, json ? json : guide ? "[]" : "null");
}

static void write_audience_attributes(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    bool guide = writer->dialect == SBX_DIALECT_GUIDE;
    if (!guide)
        sbx_json_open(out, "definition", '{');
    sbx_json_text(out, guide ? "audience_name" : "name", sbx_column(row, SBX_A_NAME));
    write_int_column(out, "priority", row, SBX_A_PRIORITY);
    if (guide)
        sbx_json_bool(out, "has_non_draft_messages", sbx_column_int(row, SBX_A_NON_DRAFT));
    write_lists(out, "included", sbx_column(row, SBX_A_INCLUDED), guide);
    write_lists(out, "excluded", sbx_column(row, SBX_A_EXCLUDED), guide);
    if (guide)
        sbx_json_bool(out, "archived", sbx_column_int(row, SBX_A_ARCHIVED));
    else
        sbx_text_puts(out, "}");
    sbx_write_time(out, guide ? "created_at" : "created", sbx_column_int(row, SBX_A_CREATED));
    sbx_write_time(out, guide ? "updated_at" : "updated", sbx_column_int(row, SBX_A_UPDATED));
}

static void write_audience(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_json_open(writer->out, "attributes", '{');
    write_audience_attributes(writer, row);
    sbx_text_puts(writer->out, "}");
    sbx_json_open(writer->out, "relationships", '{');
    write_one(writer, SBX_TYPE_AUDIENCE, SBX_TYPE_CAMPAIGN, sbx_column(row, SBX_A_CAMPAIGN_ID));
    write_many(writer, SBX_TYPE_AUDIENCE, SBX_TYPE_MESSAGE, SBX_SQL_AUDIENCE_MESSAGE_IDS,
               sbx_column_int(row, SBX_A_PK));
    sbx_text_puts(writer->out, "}");
}

/* Writes the schedule of a message as the guide shows it; also the attributes of the guide's
 * schedule resource. */
static void write_scheduling(sbx_text *out, sqlite3_stmt *row) {
    if (is_null(row, SBX_M_SEND_TIME))
        sbx_json_raw(out, "send_time", "null");
    else
        sbx_write_time(out, "send_time", sbx_column_int(row, SBX_M_SEND_TIME));
    sbx_json_text(out, "strategy", sbx_column(row, SBX_M_STRATEGY));
    if (!is_null(row, SBX_M_PERCENTAGE)) {
        sbx_json_open(out, "throttled_options", '{');
        write_int_column(out, "throttling_percentage", row, SBX_M_PERCENTAGE);
        sbx_text_puts(out, "}");
    }
    if (!is_null(row, SBX_M_PAST_TOMORROW)) {
        sbx_json_open(out, "timezone_options", '{');
        write_bool_column(out, "send_past_timezones_tomorrow", row, SBX_M_PAST_TOMORROW);
        sbx_text_puts(out, "}");
    }
}

static void write_message_guide(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    write_name(out, row, SBX_M_NAMED, SBX_M_NAME);
    sbx_json_text(out, "status", sbx_column(row, SBX_M_STATUS));
    sbx_write_time(out, "created", sbx_column_int(row, SBX_M_CREATED));
    sbx_write_time(out, "updated", sbx_column_int(row, SBX_M_UPDATED));
    sbx_json_open(out, "definition", '{');
    write_name(out, row, SBX_M_NAMED, SBX_M_NAME);
    write_bool_column(out, "is_tracking_opens", row, SBX_M_TRACK_OPENS);
    write_bool_column(out, "is_tracking_clicks", row, SBX_M_TRACK_CLICKS);
    sbx_text_puts(out, "}");
    if (is_null(row, SBX_M_STRATEGY)) {
        sbx_json_raw(out, "scheduling_info", "null");
    } else {
        sbx_json_open(out, "scheduling_info", '{');
        write_scheduling(out, row);
        sbx_text_puts(out, "}");
    }
    write_strings(out, "tracking_params", sbx_column(row, SBX_M_TRACKING_PARAMS));
}

/* "Keyed by variation ID": for smart send time, each variation has the start of its day. */
static void write_send_times(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    if (is_null(row, SBX_M_SEND_DATE)) {
        sbx_json_raw(out, "send_times", "null");
        return;
    }
    sbx_json_open(out, "send_times", '{');
    sqlite3_stmt *variation = sbx_store_use(writer->store, SBX_SQL_MESSAGE_VARIATION_IDS, "i",
                                            sbx_column_int(row, SBX_M_PK));
    char id[SBX_ULID_SIZE];
    while (next_id(writer, variation, id)) {
        sbx_json_key(out, id);
        sbx_text_printf(out, "\"%sT00:00:00.000000+00:00\"", sbx_column(row, SBX_M_SEND_DATE));
    }
    sbx_text_puts(out, "}");
}

static void write_send_options(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    const char *strategy = sbx_column(row, SBX_M_STRATEGY);
    sbx_json_open(out, "send_options", '{');
    if (is_null(row, SBX_M_SEND_TIME))
        sbx_json_raw(out, "send_time", "null");
    else
        sbx_write_time(out, "send_time", sbx_column_int(row, SBX_M_SEND_TIME));
    write_send_times(writer, row);
    sbx_json_text(out, "send_strategy",
                  strategy && !strcmp(strategy, "smart_send_time") ? "send_time_optimization"
                                                                   : strategy);
    write_int_column(out, "recipient_percentage", row, SBX_M_RECIPIENTS);
    sbx_json_text(out, "throttling_type", sbx_column(row, SBX_M_THROTTLING));
    if (writer->dialect & SBX_DIALECT_SINCE_0715)
        sbx_json_text(out, "throttle_unit", sbx_column(row, SBX_M_UNIT));
    write_bool_column(out, "is_ignoring_unsubscribes", row, SBX_M_IGNORING);
    sbx_text_puts(out, "}");
}

static void write_message_openapi(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    char status[16] = "";
    const char *stored = sbx_column(row, SBX_M_STATUS);
    for (size_t i = 0; stored && stored[i] && i + 1 < sizeof status; i++)
        status[i] = (char)tolower((unsigned char)stored[i]);
    sbx_json_open(out, "definition", '{');
    write_name(out, row, SBX_M_NAMED, SBX_M_NAME);
    sbx_json_text(out, "status", status);
    sbx_json_open(out, "tracking_options", '{');
    write_bool_column(out, "is_add_utm", row, SBX_M_ADD_UTM);
    write_bool_column(out, "is_tracking_clicks", row, SBX_M_TRACK_CLICKS);
    write_bool_column(out, "is_tracking_opens", row, SBX_M_TRACK_OPENS);
    bool later = writer->dialect == SBX_DIALECT_OPENAPI_1015;
    if (later)
        write_strings(out, "tracking_params", sbx_column(row, SBX_M_TRACKING_PARAMS));
    sbx_text_puts(out, "}");
    if (later)
        write_strings(out, "ab_test", sbx_column(row, SBX_M_AB_TEST));
    write_send_options(writer, row);
    sbx_text_puts(out, "}");
    sbx_write_time(out, "created", sbx_column_int(row, SBX_M_CREATED));
    sbx_write_time(out, "updated", sbx_column_int(row, SBX_M_UPDATED));
}

/* Writes the first variation as the content of a message, which had one of them before campaigns
 * had several messages. */
static void write_content(sbx_writer *writer, int64_t message) {
    sqlite3_stmt *row = sbx_store_use(writer->store, SBX_SQL_MESSAGE_VARIATIONS, "i", message);
    json_t *details = NULL;
    if (sbx_store_row(writer->store, row)) {
        const char *stored = sbx_column(row, SBX_V_DETAILS);
        details = stored ? json_loads(stored, 0, NULL) : NULL;
        sqlite3_reset(row);
    }
    const char *channel = json_string_value(json_object_get(details, "channel"));
    static const char *const names[] = {
        "subject",        "preview_text", "from_email", "from_label",
        "reply_to_email", "cc_email",     "bcc_email",  "body"};
    sbx_json_text(writer->out, "channel", channel ? channel : "email");
    sbx_json_open(writer->out, "content", '{');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = json_string_value(json_object_get(details, names[i]));
        if (value)
            sbx_json_text(writer->out, names[i], value);
    }
    sbx_text_puts(writer->out, "}");
    json_decref(details);
}

static void write_message_stable(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_json_text(writer->out, "label", sbx_column(row, SBX_M_NAME));
    write_content(writer, sbx_column_int(row, SBX_M_PK));
    sbx_write_time(writer->out, "created_at", sbx_column_int(row, SBX_M_CREATED));
    sbx_write_time(writer->out, "updated_at", sbx_column_int(row, SBX_M_UPDATED));
}

static void write_message(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_json_open(writer->out, "attributes", '{');
    if (writer->dialect == SBX_DIALECT_STABLE) {
        write_message_stable(writer, row);
        sbx_text_puts(writer->out, "}");
        return;
    }
    if (writer->dialect == SBX_DIALECT_GUIDE)
        write_message_guide(writer, row);
    else
        write_message_openapi(writer, row);
    sbx_text_puts(writer->out, "}");
    sbx_json_open(writer->out, "relationships", '{');
    write_one(writer, SBX_TYPE_MESSAGE, SBX_TYPE_CAMPAIGN, sbx_column(row, SBX_M_CAMPAIGN_ID));
    write_one(writer, SBX_TYPE_MESSAGE, SBX_TYPE_AUDIENCE, sbx_column(row, SBX_M_AUDIENCE_ID));
    write_many(writer, SBX_TYPE_MESSAGE, SBX_TYPE_VARIATION, SBX_SQL_MESSAGE_VARIATION_IDS,
               sbx_column_int(row, SBX_M_PK));
    sbx_text_puts(writer->out, "}");
}

/* The details were validated when they were stored. A field that was never given has its default;
 * fields of the other dialect are left out. */
static void write_details(sbx_writer *writer, const char *stored) {
    json_t *details = stored ? json_loads(stored, 0, NULL) : NULL;
    const char *channel = json_string_value(json_object_get(details, "channel"));
    const sbx_shape *shape = sbx_channel_shape(writer->dialect, channel);
    if (!shape) {
        sbx_json_raw(writer->out, "details", "null");
        json_decref(details);
        return;
    }
    sbx_json_open(writer->out, "details", '{');
    for (const sbx_field *field = shape->fields; field->name; field++) {
        json_t *value = json_object_get(details, field->name);
        char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
        if (value && !text)
            writer->out->failed = true;
        else
            sbx_json_raw(writer->out, field->name, value ? text : field->absent);
        free(text);
    }
    sbx_text_puts(writer->out, "}");
    json_decref(details);
}

static void write_variation(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "attributes", '{');
    sbx_write_time(out, "created", sbx_column_int(row, SBX_V_CREATED));
    sbx_write_time(out, "updated", sbx_column_int(row, SBX_V_UPDATED));
    sbx_json_open(out, "definition", '{');
    sbx_json_text(out, "name", sbx_column(row, SBX_V_NAME));
    write_details(writer, sbx_column(row, SBX_V_DETAILS));
    sbx_text_puts(out, "}}");
    sbx_json_open(out, "relationships", '{');
    write_one(writer, SBX_TYPE_VARIATION, SBX_TYPE_MESSAGE, sbx_column(row, SBX_V_MESSAGE_ID));
    if (writer->dialect != SBX_DIALECT_GUIDE) {
        write_one(writer, SBX_TYPE_VARIATION, SBX_TYPE_TRANSLATION,
                  sbx_column(row, SBX_V_TRANSLATION));
        write_one(writer, SBX_TYPE_VARIATION, SBX_TYPE_IMAGE, sbx_column(row, SBX_V_IMAGE));
    }
    sbx_text_puts(out, "}");
}

static void write_tag(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_json_open(writer->out, "attributes", '{');
    sbx_json_text(writer->out, "name", sbx_column(row, SBX_N_NAME));
    sbx_text_puts(writer->out, "}");
}

static void write_image(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "attributes", '{');
    sbx_json_text(out, "name", sbx_column(row, 1));
    sbx_json_text(out, "image_url", sbx_column(row, 2));
    sbx_json_text(out, "format", sbx_column(row, 3));
    write_int_column(out, "size", row, 4);
    write_bool_column(out, "hidden", row, 5);
    sbx_write_time(out, "updated_at", sbx_column_int(row, 6));
    sbx_text_puts(out, "}");
}

static void write_translation(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "attributes", '{');
    sbx_json_text(out, "source_locale", sbx_column(row, 1));
    write_strings(out, "target_locales", sbx_column(row, 2));
    sbx_json_text(out, "fallback_locale", sbx_column(row, 3));
    sbx_json_text(out, "channel", sbx_column(row, 4));
    write_strings(out, "metadata", sbx_column(row, 5));
    sbx_write_time(out, "created", sbx_column_int(row, 6));
    sbx_write_time(out, "updated", sbx_column_int(row, 7));
    sbx_text_puts(out, "}");
}

/* The row is that of the message. */
static void write_schedule(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "attributes", '{');
    if (writer->dialect == SBX_DIALECT_GUIDE) {
        write_scheduling(out, row);
    } else {
        if (is_null(row, SBX_M_SEND_TIME))
            sbx_json_raw(out, "send_time", "null");
        else
            sbx_write_time(out, "send_time", sbx_column_int(row, SBX_M_SEND_TIME));
        sbx_json_text(out, "send_date", sbx_column(row, SBX_M_SEND_DATE));
        sbx_json_text(out, "strategy", sbx_column(row, SBX_M_STRATEGY));
    }
    if (writer->dialect & SBX_DIALECT_SINCE_0715) {
        write_int_column(out, "throttling_percentage", row, SBX_M_PERCENTAGE);
        sbx_json_text(out, "throttle_unit", sbx_column(row, SBX_M_UNIT));
    }
    sbx_text_puts(out, "}");
    sbx_json_open(out, "relationships", '{');
    sbx_json_open(out, "campaign-message", '{');
    sbx_write_identifier(writer, "data", SBX_TYPE_MESSAGE, sbx_column(row, SBX_M_ID));
    sbx_text_puts(out, "}}");
}

/* The rows of the next two are of ESTIMATION. */
static void write_estimation_job(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_json_open(writer->out, "attributes", '{');
    sbx_json_text(writer->out, "status", sbx_column(row, 1));
    sbx_text_puts(writer->out, "}");
}

static void write_estimation(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_json_open(writer->out, "attributes", '{');
    write_int_column(writer->out, "estimated_recipient_count", row, 2);
    sbx_text_puts(writer->out, "}");
}

static void write_dates(sbx_text *out, sqlite3_stmt *row) {
    sbx_write_time(out, "created", sbx_column_int(row, SBX_N_CREATED));
    sbx_write_time(out, "updated", sbx_column_int(row, SBX_N_UPDATED));
}

/* The size of a list or segment, where it was asked for. */
static void write_count(sbx_writer *writer, sqlite3_stmt *row) {
    if (writer->query && writer->query->counted)
        write_int_column(writer->out, "profile_count", row, SBX_N_SIZE);
}

static void write_list(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "attributes", '{');
    sbx_json_text(out, "name", sbx_column(row, SBX_N_NAME));
    write_dates(out, row);
    sbx_json_text(out, "opt_in_process", "single_opt_in");
    write_count(writer, row);
    sbx_text_puts(out, "}");
}

/* Segments are counts here: the definition has no conditions. */
static void write_segment(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "attributes", '{');
    sbx_json_text(out, "name", sbx_column(row, SBX_N_NAME));
    sbx_json_raw(out, "definition", "{\"condition_groups\":[]}");
    write_dates(out, row);
    sbx_json_bool(out, "is_active", sbx_column_int(row, SBX_N_ACTIVE));
    sbx_json_bool(out, "is_processing", false);
    sbx_json_bool(out, "is_starred", sbx_column_int(row, SBX_N_STARRED));
    write_count(writer, row);
    sbx_text_puts(out, "}");
}

static void write_template(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "attributes", '{');
    sbx_json_text(out, "name", sbx_column(row, SBX_N_NAME));
    sbx_json_text(out, "editor_type", sbx_column(row, SBX_N_EDITOR));
    sbx_json_text(out, "html", sbx_column(row, SBX_N_HTML));
    sbx_json_text(out, "text", sbx_column(row, SBX_N_TEXT));
    sbx_json_raw(out, "amp", "null");
    write_dates(out, row);
    sbx_text_puts(out, "}");
}

static void write_metric(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    sbx_json_open(out, "attributes", '{');
    sbx_json_text(out, "name", sbx_column(row, SBX_N_NAME));
    write_dates(out, row);
    sbx_json_open(out, "integration", '{');
    sbx_json_text(out, "object", "integration");
    sbx_json_text(out, "name", sbx_column(row, SBX_N_INTEGRATION));
    sbx_json_text(out, "category", sbx_column(row, SBX_N_CATEGORY));
    sbx_text_puts(out, "}}");
}

/* The row is of ACCOUNT; what was not seeded is made up. */
static void write_account(sbx_writer *writer, sqlite3_stmt *row) {
    sbx_text *out = writer->out;
    const char *website = sbx_column(row, SBX_ACCOUNT_WEBSITE);
    sbx_json_open(out, "attributes", '{');
    sbx_json_bool(out, "test_account", true);
    sbx_json_open(out, "contact_information", '{');
    sbx_json_text(out, "default_sender_name", sbx_column(row, SBX_ACCOUNT_SENDER_NAME));
    sbx_json_text(out, "default_sender_email", sbx_column(row, SBX_ACCOUNT_SENDER_EMAIL));
    sbx_json_text(out, "website_url", website);
    sbx_json_text(out, "organization_name", sbx_column(row, SBX_ACCOUNT_ORGANIZATION));
    sbx_json_raw(out, "street_address",
                 "{\"address1\":null,\"address2\":null,\"city\":null,\"region\":null,"
                 "\"country\":null,\"zip\":null}");
    sbx_text_puts(out, "}");
    sbx_json_raw(out, "industry", "null");
    sbx_json_text(out, "timezone", sbx_column(row, SBX_ACCOUNT_TIMEZONE));
    sbx_json_text(out, "preferred_currency", sbx_column(row, SBX_ACCOUNT_CURRENCY));
    sbx_json_text(out, "public_api_key", sbx_column(row, 0));
    sbx_json_text(out, "locale", "en-US");
    sbx_text_puts(out, "}");
}

static void write_whole(sbx_writer *writer, sbx_type type, sqlite3_stmt *row) {
    static void (*const writers[SBX_TYPE_COUNT])(sbx_writer *, sqlite3_stmt *) = {
        [SBX_TYPE_CAMPAIGN] = write_campaign,
        [SBX_TYPE_AUDIENCE] = write_audience,
        [SBX_TYPE_MESSAGE] = write_message,
        [SBX_TYPE_VARIATION] = write_variation,
        [SBX_TYPE_TAG] = write_tag,
        [SBX_TYPE_IMAGE] = write_image,
        [SBX_TYPE_TRANSLATION] = write_translation,
        [SBX_TYPE_SCHEDULE] = write_schedule,
        [SBX_TYPE_ESTIMATION_JOB] = write_estimation_job,
        [SBX_TYPE_ESTIMATION] = write_estimation,
        [SBX_TYPE_LIST] = write_list,
        [SBX_TYPE_SEGMENT] = write_segment,
        [SBX_TYPE_TEMPLATE] = write_template,
        [SBX_TYPE_METRIC] = write_metric,
        [SBX_TYPE_ACCOUNT] = write_account,
    };
    const char *id = sbx_column(row, SBX_TYPE_KEYED(type) ? 1 : 0);
    sbx_json_open(writer->out, NULL, '{');
    sbx_json_text(writer->out, "type", sbx_type_names[type]);
    sbx_json_text(writer->out, "id", id);
    set_address(writer, type, id);
    writers[type](writer, row);
    write_self(writer);
    sbx_text_puts(writer->out, "}");
}

/* Writes the whole resource, then removes what the sparse fields leave out. */
static void write_sparse(sbx_writer *writer, sbx_type type, sqlite3_stmt *row,
                         const sbx_sparse *sparse) {
    sbx_text whole = {0}, *out = writer->out;
    writer->out = &whole;
    write_whole(writer, type, row);
    writer->out = out;
    json_t *resource = whole.failed ? NULL : json_loadb(whole.data, whole.size, 0, NULL);
    char *text = NULL;
    if (resource) {
        sbx_sparse_apply(sparse, resource);
        text = json_dumps(resource, JSON_COMPACT);
    }
    if (text)
        sbx_json_raw(writer->out, NULL, text);
    else
        writer->out->failed = true;
    free(text);
    json_decref(resource);
    sbx_text_free(&whole);
}

void sbx_write_resource(sbx_writer *writer, sbx_type type, sqlite3_stmt *row) {
    const sbx_sparse *sparse = writer->query ? &writer->query->fields[type] : NULL;
    if (sparse && sparse->given)
        write_sparse(writer, type, row, sparse);
    else
        write_whole(writer, type, row);
}
