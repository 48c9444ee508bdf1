/* SPDX-License-Identifier: MIT */
#include "control/seed_campaign.h"

#include <string.h>

/* The details of each channel where nothing was filled in. */
static json_t *empty_details(const char *channel) {
    if (!strcmp(channel, "sms"))
        return json_pack("{s:s,s:s,s:n}", "channel", "sms", "body", "", "template_id");
    if (!strcmp(channel, "mobile_push"))
        return json_pack("{s:s,s:s,s:s,s:s,s:s}", "channel", "push", "title", "", "body", "",
                         "ios_deep_link", "", "android_deep_link", "");
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:n}", "channel", "email", "subject", "", "preview_text",
                     "", "from_email", "", "from_label", "", "template_id");
}

/* The keys of the rows of one campaign. */
enum { CAMPAIGN, AUDIENCE, MESSAGE, VARIATION, ROWS };

static void insert_rows(sbx_control *control, const sbx_key keys[ROWS], json_t *details,
                        json_t *lists, int64_t now) {
    sbx_store *store = &control->instance->store;
    const char *name = sbx_control_text(control, "name", "");
    json_t *none = json_array();
    sbx_store_run(store, SBX_SQL_CAMPAIGN_INSERT, "iiittittttinitii", keys[CAMPAIGN].pk,
                  keys[CAMPAIGN].ahead, (int64_t)1, name, "wizard", (int64_t)0, "", "", "UTC",
                  "STATIC", (int64_t)0, (int64_t)0, "", now, now);
    sbx_store_run(store, SBX_SQL_AUDIENCE_INSERT, "iiitijjii", keys[AUDIENCE].pk,
                  keys[AUDIENCE].ahead, keys[CAMPAIGN].pk, "", (int64_t)0, lists, none, now, now);
    sbx_store_run(store, SBX_SQL_MESSAGE_INSERT, "iiiiitiiininniin", keys[MESSAGE].pk,
                  keys[MESSAGE].ahead, keys[CAMPAIGN].pk, keys[AUDIENCE].pk, (int64_t)1, name,
                  (int64_t)1, (int64_t)1, (int64_t)0, (int64_t)0, now, now);
    sbx_store_run(store, SBX_SQL_VARIATION_INSERT, "iiitjnii", keys[VARIATION].pk,
                  keys[VARIATION].ahead, keys[MESSAGE].pk, "", details, now, now);
    json_decref(none);
}

void sbx_control_single_channel(sbx_control *control) {
    static const char *const names[ROWS] = {"campaign", "audience", "message", "variation"};
    sbx_ulid_source *source = &control->instance->store.ulids;
    int64_t now = sbx_clock_now(&control->instance->clock);
    sbx_key keys[ROWS];
    sbx_json_open(control->out, NULL, '{');
    for (int i = 0; i < ROWS; i++) {
        char id[SBX_ULID_SIZE];
        keys[i] = sbx_ulid_next(source, now);
        if (i == MESSAGE)
            keys[i] = sbx_key_shortened(keys[i]);
        sbx_ulid_write(source->secret, keys[i].pk, now, keys[i].ahead, id);
        sbx_json_text(control->out, names[i], id);
    }
    sbx_text_puts(control->out, "}");
    json_t *details = empty_details(sbx_control_text(control, "channel", "email"));
    json_t *lists = json_pack("[s]", sbx_control_text(control, "list", "LIST"));
    if (details && lists)
        insert_rows(control, keys, details, lists, now);
    else
        control->errors.failed = true;
    json_decref(details);
    json_decref(lists);
}
