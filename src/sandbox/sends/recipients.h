/* SPDX-License-Identifier: MIT */
#ifndef SBX_SENDS_RECIPIENTS_H
#define SBX_SENDS_RECIPIENTS_H

#include "sends/send_schedule.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* The size of a list that was not seeded; its people are in the zone of the campaign and have
 * consented. */
#define SBX_LIST_SIZE 1000

/* The recipients of an audience, by zone. */
typedef struct sbx_recipients {
    sbx_send_group *groups;
    size_t count;
} sbx_recipients;

/* Adds up the included lists of an audience (each once, without the excluded ones), as if they had
 * no people in common, and takes `percentage` of the sum. People without a zone are in `zone`.
 * False when out of memory or when the store failed; free with sbx_recipients_free. */
bool sbx_recipients_of(sbx_store *store, sbx_zones *zones, int64_t audience, const sbx_zone *zone,
                       int percentage, sbx_recipients *out);
void sbx_recipients_free(sbx_recipients *recipients);

SBX_HIDDEN_END
#endif
