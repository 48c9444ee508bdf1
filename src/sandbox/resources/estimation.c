/* SPDX-License-Identifier: MIT */
#include "resources/estimation.h"

#include <string.h>

#include "resources/find.h"
#include "resources/responses.h"
#include "sends/recipients.h"

static const char source_pointer[] = "/data/id";

/* Returns the key of the campaign; 0 after adding a 404. */
static int64_t campaign_of(sbx_call *call, const char *id, const char *pointer) {
    sqlite3_stmt *row = sbx_find(call, SBX_TYPE_CAMPAIGN, id, pointer);
    int64_t pk = row ? sbx_column_int(row, SBX_C_PK) : 0;
    sqlite3_reset(row);
    return pk;
}

/* Returns the recipients with consent of one audience; -1 on failure. Nobody is sent anything, so
 * the zone does not matter. */
static int64_t recipients_of(sbx_call *call, int64_t audience) {
    const sbx_zone *zone;
    sbx_recipients recipients;
    if (sbx_zones_find(call->zones, "UTC", &zone) != SBX_ZONE_OK ||
        !sbx_recipients_of(call->store, call->zones, audience, zone, 100, &recipients))
        return -1;
    int64_t count = 0;
    for (size_t i = 0; i < recipients.count; i++)
        count += recipients.groups[i].profiles - recipients.groups[i].unconsented;
    sbx_recipients_free(&recipients);
    return count;
}

static int64_t count_recipients(sbx_call *call, int64_t campaign) {
    int64_t count = 0;
    sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_CAMPAIGN_AUDIENCE_IDS, "i", campaign);
    while (sbx_store_row(call->store, row)) {
        int64_t more = recipients_of(call, sbx_column_int(row, 0));
        call->errors.failed |= more < 0;
        count += more;
    }
    return count;
}

/* Responds with the job or the estimation of a campaign, or adds a 404. */
static void respond(sbx_call *call, int status, sbx_type type, int64_t campaign) {
    int count_column = 2;
    sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_ESTIMATION, "i", campaign);
    bool found = sbx_store_row(call->store, row);
    if (found && type == SBX_TYPE_ESTIMATION)
        found = sqlite3_column_type(row, count_column) != SQLITE_NULL;
    if (found) {
        sbx_respond_row(call, status, type, row);
        return;
    }
    sqlite3_reset(row);
    sbx_errors_add(&call->errors, 404, "not_found", "Not found.", SBX_SOURCE_NONE, NULL,
                   "The campaign has no estimation: create a campaign-recipient-estimation-job, "
                   "and wait until it is complete.");
}

void sbx_handle_estimation_create(sbx_call *call) {
    const char *id = json_string_value(sbx_call_at(call->body, source_pointer + 1));
    int64_t campaign = campaign_of(call, id, source_pointer);
    if (!campaign)
        return;
    int64_t count = count_recipients(call, campaign);
    sbx_store_run(call->store, SBX_SQL_ESTIMATION_ASK, "ii", campaign, count);
    respond(call, 202, SBX_TYPE_ESTIMATION_JOB, campaign);
}

/* Every read of a job advances it, so that a client which polls sees each status, whatever the
 * clock does. */
void sbx_handle_estimation_job(sbx_call *call) {
    int64_t campaign = campaign_of(call, call->id, NULL);
    if (!campaign)
        return;
    sbx_store_run(call->store, SBX_SQL_ESTIMATION_ADVANCE, "i", campaign);
    respond(call, 200, SBX_TYPE_ESTIMATION_JOB, campaign);
}

void sbx_handle_estimation(sbx_call *call) {
    int64_t campaign = campaign_of(call, call->id, NULL);
    if (campaign)
        respond(call, 200, SBX_TYPE_ESTIMATION, campaign);
}
