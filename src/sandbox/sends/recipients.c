/* SPDX-License-Identifier: MIT */
#include "sends/recipients.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void sbx_recipients_free(sbx_recipients *recipients) {
    free(recipients->groups);
    memset(recipients, 0, sizeof *recipients);
}

/* Returns the group of a zone, adding it when it is new. */
static sbx_send_group *group_of(sbx_recipients *recipients, const sbx_zone *zone) {
    for (size_t i = 0; i < recipients->count; i++)
        if (recipients->groups[i].zone == zone)
            return &recipients->groups[i];
    sbx_send_group *groups = realloc(recipients->groups, (recipients->count + 1) * sizeof *groups);
    if (!groups)
        return NULL;
    recipients->groups = groups;
    groups[recipients->count] = (sbx_send_group){.zone = zone};
    return &groups[recipients->count++];
}

static bool add(sbx_recipients *recipients, const sbx_zone *zone, int64_t people,
                int64_t consented) {
    sbx_send_group *group = people > 0 ? group_of(recipients, zone) : NULL;
    if (!group)
        return people <= 0;
    group->profiles += people;
    group->unconsented += people - consented;
    return true;
}

/* Distributes the people of a list, and those with consent, over its zones by weight. The last zone
 * gets the rounding. */
static bool spread(sbx_zones *known, sbx_recipients *recipients, json_t *zones,
                   const sbx_zone *zone, int64_t size, int64_t consented) {
    double whole = 0;
    const char *name;
    json_t *weight;
    json_object_foreach(zones, name, weight)
        whole += json_number_value(weight);
    if (whole <= 0)
        return add(recipients, zone, size, consented);
    double before = 0;
    int64_t people = 0, with = 0;
    json_object_foreach(zones, name, weight) {
        const sbx_zone *own;
        before += json_number_value(weight);
        int64_t upto = (int64_t)((double)size * before / whole + 0.5);
        int64_t with_upto = (int64_t)((double)consented * before / whole + 0.5);
        if (with_upto - with > upto - people)
            with_upto = with + upto - people;
        if (sbx_zones_find(known, name, &own) != SBX_ZONE_OK)
            own = zone;
        if (!add(recipients, own, upto - people, with_upto - with))
            return false;
        people = upto;
        with = with_upto;
    }
    return true;
}

static bool add_list(sbx_store *store, sbx_zones *known, sbx_recipients *recipients, const char *id,
                     const sbx_zone *zone) {
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_LIST_GET, "t", id);
    if (!sbx_store_row(store, row))
        return !store->failed && add(recipients, zone, SBX_LIST_SIZE, SBX_LIST_SIZE);
    const char *text = sbx_column(row, 1);
    json_t *zones = text ? json_loads(text, 0, NULL) : NULL;
    bool good =
        spread(known, recipients, zones, zone, sbx_column_int(row, 0), sbx_column_int(row, 2));
    json_decref(zones);
    sqlite3_reset(row);
    return good;
}

static bool has(json_t *ids, size_t count, json_t *id) {
    for (size_t i = 0; i < count; i++)
        if (json_equal(json_array_get(ids, i), id))
            return true;
    return false;
}

static void take_percentage(sbx_recipients *recipients, int percentage) {
    for (size_t i = 0; i < recipients->count; i++) {
        sbx_send_group *group = &recipients->groups[i];
        group->profiles = group->profiles * percentage / 100;
        group->unconsented = group->unconsented * percentage / 100;
    }
}

bool sbx_recipients_of(sbx_store *store, sbx_zones *zones, int64_t audience, const sbx_zone *zone,
                       int percentage, sbx_recipients *out) {
    memset(out, 0, sizeof *out);
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_AUDIENCE_BY_PK, "i", audience);
    if (!sbx_store_row(store, row))
        return false;
    const char *text = sbx_column(row, SBX_A_INCLUDED);
    json_t *included = text ? json_loads(text, 0, NULL) : NULL;
    text = sbx_column(row, SBX_A_EXCLUDED);
    json_t *excluded = text ? json_loads(text, 0, NULL) : NULL;
    sqlite3_reset(row);
    bool good = true;
    for (size_t i = 0; good && i < json_array_size(included); i++) {
        json_t *id = json_array_get(included, i);
        if (!has(included, i, id) && !has(excluded, json_array_size(excluded), id))
            good = add_list(store, zones, out, json_string_value(id), zone);
    }
    json_decref(included);
    json_decref(excluded);
    if (good)
        take_percentage(out, percentage);
    else
        sbx_recipients_free(out);
    return good;
}
