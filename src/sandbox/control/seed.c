/* SPDX-License-Identifier: MIT */
#include "control/seed.h"

#include <stdlib.h>
#include <string.h>

#include "sends/send_schedule.h"

static json_t *member(sbx_control *control, const char *name) {
    return json_object_get(control->body, name);
}

/* Reads zones = { ["Europe/Paris"] = 3, ... } by weight, or a list of names with equal weights. */
static json_t *read_zones(sbx_control *control) {
    json_t *given = member(control, "zones"), *zones = json_object(), *value;
    const char *name;
    size_t index;
    if (json_is_array(given)) {
        json_array_foreach(given, index, value)
            if (json_is_string(value))
                json_object_set_new(zones, json_string_value(value), json_integer(1));
            else
                sbx_invalid(&control->errors, "/zones", "A list of zones must hold names.");
    } else if (json_is_object(given)) {
        json_object_foreach(given, name, value)
            if (json_is_number(value) && json_number_value(value) >= 0)
                json_object_set(zones, name, value);
            else
                sbx_invalid(&control->errors, "/zones", "The weight of '%.60s' is not a number.",
                            name);
    } else if (given && !json_is_null(given)) {
        sbx_invalid(&control->errors, "/zones",
                    "Must be a list of time zones, or an object of their weights.");
    }
    json_object_foreach(zones, name, value) {
        const sbx_zone *zone;
        if (sbx_zones_find(control->instance->zones, name, &zone) != SBX_ZONE_OK)
            sbx_invalid(&control->errors, "/zones", "'%.60s' is not a time zone.", name);
    }
    return zones;
}

/* Reads `consented`: a number of people (whole, or above 1), or a fraction of the size (0 to 1). */
static int64_t consented_of(sbx_control *control, int64_t size) {
    json_t *given = member(control, "consented");
    if (!given)
        return size;
    double value = json_number_value(given);
    int64_t people =
        json_is_real(given) && value <= 1 ? (int64_t)((double)size * value + 0.5) : (int64_t)value;
    if (value < 0 || people > size)
        sbx_invalid(&control->errors, "/consented",
                    "Must be a fraction from 0.0 to 1.0, or a number of people up to the size.");
    return people;
}

/* Seeds a list or a segment: to a send they are the same. */
static void seed_list(sbx_control *control, bool segment) {
    json_t *given = member(control, "size");
    int64_t size = given ? json_integer_value(given) : 1000;
    if (size < 0 || size > SBX_SEND_PROFILES_MAX) {
        sbx_invalid(&control->errors, "/size", "Must be between 0 and %lld.",
                    (long long)SBX_SEND_PROFILES_MAX);
        return;
    }
    json_t *zones = read_zones(control);
    int64_t consented = consented_of(control, size);
    const char *id = sbx_control_text(control, "id", "");
    if (!control->errors.count)
        sbx_store_run(&control->instance->store, SBX_SQL_LIST_SET, "ttiiiijii", id,
                      sbx_control_text(control, "name", id), (int64_t)segment,
                      (int64_t)!json_is_false(member(control, "is_active")),
                      (int64_t)json_is_true(member(control, "is_starred")), size,
                      json_object_size(zones) ? zones : NULL, consented,
                      sbx_clock_now(&control->instance->clock));
    json_decref(zones);
}

void sbx_control_list(sbx_control *control) {
    seed_list(control, false);
}

void sbx_control_segment(sbx_control *control) {
    seed_list(control, true);
}

void sbx_control_lists_get(sbx_control *control) {
    sqlite3_stmt *row = sbx_store_use(&control->instance->store, SBX_SQL_LISTS, "");
    sbx_json_open(control->out, NULL, '[');
    while (sbx_store_row(&control->instance->store, row)) {
        const char *zones = sbx_column(row, 2);
        sbx_json_open(control->out, NULL, '{');
        sbx_json_text(control->out, "id", sbx_column(row, 0));
        sbx_json_int(control->out, "size", sbx_column_int(row, 1));
        sbx_json_raw(control->out, "zones", zones ? zones : "null");
        sbx_json_int(control->out, "consented", sbx_column_int(row, 3));
        sbx_json_text(control->out, "name", sbx_column(row, 4));
        sbx_json_bool(control->out, "segment", sbx_column_int(row, 5));
        sbx_text_puts(control->out, "}");
    }
    sbx_text_puts(control->out, "]");
}

static void next_id(sbx_control *control, char id[SBX_ULID_SIZE]) {
    sbx_ulid_source *source = &control->instance->store.ulids;
    int64_t now = sbx_clock_now(&control->instance->clock);
    sbx_key key = sbx_ulid_next(source, now);
    sbx_ulid_write(source->secret, key.pk, now, key.ahead, id);
}

static void respond_id(sbx_control *control, const char *id) {
    sbx_json_open(control->out, NULL, '{');
    sbx_json_text(control->out, "id", id);
    sbx_text_puts(control->out, "}");
}

void sbx_control_template(sbx_control *control) {
    char made[SBX_ULID_SIZE];
    next_id(control, made);
    const char *id = sbx_control_text(control, "id", made);
    sbx_store_run(&control->instance->store, SBX_SQL_TEMPLATE_SET, "ttttti", id,
                  sbx_control_text(control, "name", id),
                  sbx_control_text(control, "editor_type", "CODE"),
                  sbx_control_text(control, "html", ""), sbx_control_text(control, "text", NULL),
                  sbx_clock_now(&control->instance->clock));
    respond_id(control, id);
}

void sbx_control_metric(sbx_control *control) {
    char made[SBX_ULID_SIZE];
    next_id(control, made);
    const char *id = sbx_control_text(control, "id", made);
    sbx_store_run(
        &control->instance->store, SBX_SQL_METRIC_SET, "tttti", id,
        sbx_control_text(control, "name", id), sbx_control_text(control, "integration", "API"),
        sbx_control_text(control, "category", "API"), sbx_clock_now(&control->instance->clock));
    respond_id(control, id);
}

void sbx_control_account(sbx_control *control) {
    sbx_store_run(&control->instance->store, SBX_SQL_META_SET, "tj", "account", control->body);
}

/* Seeds a tag and attaches it to a campaign, a message, both or neither. */
void sbx_control_tag(sbx_control *control) {
    sbx_store *store = &control->instance->store;
    char made[SBX_ULID_SIZE];
    int64_t campaign = sbx_control_key(control, SBX_SQL_CAMPAIGN_BY_PK, "campaign");
    int64_t message = sbx_control_key(control, SBX_SQL_MESSAGE_BY_PK, "message");
    if (control->errors.count)
        return;
    next_id(control, made);
    const char *id = sbx_control_text(control, "id", made);
    sbx_store_run(store, SBX_SQL_TAG_SET, "tt", id, sbx_control_text(control, "name", ""));
    if (campaign)
        sbx_store_run(store, SBX_SQL_CAMPAIGN_TAG_ADD, "it", campaign, id);
    if (message)
        sbx_store_run(store, SBX_SQL_MESSAGE_TAG_ADD, "it", message, id);
    respond_id(control, id);
}

void sbx_control_image(sbx_control *control) {
    sbx_store *store = &control->instance->store;
    const char *id = sbx_control_text(control, "id", "");
    int64_t variation = sbx_control_key(control, SBX_SQL_VARIATION_BY_PK, "variation");
    json_t *size = member(control, "size");
    sbx_store_run(store, SBX_SQL_IMAGE_SET, "ttttiii", id, sbx_control_text(control, "name", id),
                  sbx_control_text(control, "image_url", "https://images.example.com/image.png"),
                  sbx_control_text(control, "format", "png"),
                  (int64_t)(size ? json_integer_value(size) : 1024),
                  (int64_t)json_is_true(member(control, "hidden")),
                  sbx_clock_now(&control->instance->clock));
    if (variation)
        sbx_store_run(store, SBX_SQL_VARIATION_IMAGE, "ti", id, variation);
    respond_id(control, id);
}

/* Seeds a translation. Its id is "{resource_type}::{qualifier}::{collection_id}", unless one is
 * given. */
void sbx_control_translation(sbx_control *control) {
    sbx_store *store = &control->instance->store;
    char made[SBX_ULID_SIZE + 32] = "campaign-variation::content::";
    int64_t variation = sbx_control_key(control, SBX_SQL_VARIATION_BY_PK, "variation");
    int64_t now = sbx_clock_now(&control->instance->clock);
    if (!variation)
        return;
    next_id(control, made + strlen(made));
    const char *id = sbx_control_text(control, "id", made);
    json_t *none = json_array(), *targets = member(control, "target_locales");
    sbx_store_run(store, SBX_SQL_TRANSLATION_SET, "ttjttjii", id,
                  sbx_control_text(control, "source_locale", "en"), targets ? targets : none,
                  sbx_control_text(control, "fallback_locale", NULL),
                  sbx_control_text(control, "channel", "email"), member(control, "metadata"), now,
                  now);
    json_decref(none);
    sbx_store_run(store, SBX_SQL_VARIATION_TRANSLATION, "ti", id, variation);
    respond_id(control, id);
}

/* Sets the UTM parameters of one message, or those of the account: of all messages, present and
 * future. */
void sbx_control_tracking(sbx_control *control) {
    sbx_store *store = &control->instance->store;
    json_t *params = member(control, "params");
    int64_t message = sbx_control_key(control, SBX_SQL_MESSAGE_BY_PK, "message");
    if (control->errors.count)
        return;
    if (message) {
        sbx_store_run(store, SBX_SQL_MESSAGE_TRACKING, "ji", params, message);
        return;
    }
    sbx_store_run(store, SBX_SQL_META_SET, "tj", "tracking_params", params);
    sbx_store_run(store, SBX_SQL_MESSAGES_TRACKING, "j", params);
}
