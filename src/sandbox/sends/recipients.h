/* SPDX-License-Identifier: MIT */
#ifndef SBX_SENDS_RECIPIENTS_H
#define SBX_SENDS_RECIPIENTS_H

#include "sends/send_schedule.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* Lists that nobody seeded have this many people, all in the campaign's zone, all with consent. */
#define SBX_LIST_SIZE 1000

/* The people an audience reaches, by zone. */
typedef struct sbx_recipients {
    sbx_send_group *groups;
    size_t count;
} sbx_recipients;

/* Adds up the included lists of an audience (each once, without the excluded ones) and takes
 * `percentage` of them. Lists are taken to have nobody in common. `zone` is where people are who
 * are in no zone of their own. False when memory was at its end or the store failed; free with
 * sbx_recipients_free. */
bool sbx_recipients_of(sbx_store *store, sbx_zones *zones, int64_t audience, const sbx_zone *zone,
                       int percentage, sbx_recipients *out);
void sbx_recipients_free(sbx_recipients *recipients);

SBX_HIDDEN_END
#endif
