/* SPDX-License-Identifier: MIT */
#ifndef SBX_SENDS_RESULTS_H
#define SBX_SENDS_RESULTS_H

#include "sends/send_schedule.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* Simulated results: what recipients did after a send. A pure function of the sends, the rates and
 * the present, so that the same sandbox reports the same, and every count grows with the clock. */

typedef enum sbx_count {
    SBX_COUNT_RECIPIENTS,
    SBX_COUNT_BOUNCED,
    SBX_COUNT_FAILED,
    SBX_COUNT_DELIVERED,
    SBX_COUNT_OPENS,
    SBX_COUNT_OPENS_UNIQUE,
    SBX_COUNT_CLICKS,
    SBX_COUNT_CLICKS_UNIQUE,
    SBX_COUNT_UNSUBSCRIBES,
    SBX_COUNT_UNSUBSCRIBE_UNIQUES,
    SBX_COUNT_SPAM_COMPLAINTS,
    SBX_COUNT_CONVERSIONS,
    SBX_COUNT_CONVERSION_UNIQUES,
    SBX_COUNT_CONVERSION_VALUE, /* money, with cents */
    SBX_COUNT_TEXT_SEGMENTS,
    SBX_COUNT_COUNT
} sbx_count;

/* The counts of some recipients. A channel that has no such thing, such as opens of an SMS, leaves
 * `known` false. Zeroed by its owner. */
typedef struct sbx_tally {
    double counts[SBX_COUNT_COUNT];
    bool known[SBX_COUNT_COUNT];
} sbx_tally;

/* What becomes of a recipient, each from 0 to 1 but for the last two; below 0: the channel has no
 * such thing. */
typedef struct sbx_rates {
    double bounce, fail;                               /* of those sent to */
    double open, click, unsubscribe, spam, conversion; /* of those delivered to */
    double order_value;                                /* money for each conversion */
    double segments;                                   /* text messages for each recipient */
} sbx_rates;

/* Columns of VARIATION_RESULTS, which begins like VARIATIONS_SENDABLE. */
enum { SBX_R_PK, SBX_R_ID, SBX_R_NAME, SBX_R_RATE, SBX_R_DETAILS, SBX_R_SEEDS };

/* The rates that can be seeded, by their names; NULL ends the list. Their places are those of
 * sbx_rates. */
extern const char *const sbx_rate_names[];

/* Returns the name of the rate that an A/B test with this winner_metric measures (NULL: opens). */
const char *sbx_measured_rate(const char *metric);

/* Returns the rates of a variation from a row of VARIATION_RESULTS: those of its channel, shifted
 * by its result in an A/B test (`metric`: what the test measures; NULL: opens), and replaced by
 * those that were seeded. */
sbx_rates sbx_rates_of(sqlite3_stmt *row, const char *channel, const char *metric);

/* The share of a message that one of its variations has. */
typedef struct sbx_share {
    int64_t index, count; /* the index-th of `count` variations */
    bool won;             /* the A/B test, so that it got the rest */
} sbx_share;

/* Returns how many of the first `sent` recipients got the variation. Without a winner all
 * variations share them; with one they share the test, which comes before all other sends. */
int64_t sbx_share_of(const sbx_share *share, int64_t sent, int64_t tested);

/* Adds up what came of the sends at or after `from` and before `till`, as of `now`. Sends after
 * `until` did not happen. */
void sbx_results_tally(const sbx_send_schedule *schedule, const sbx_share *share,
                       const sbx_rates *rates, int64_t from, int64_t till, int64_t until,
                       int64_t now, sbx_tally *out);

/* Adds the counts of one to the other. */
void sbx_tally_add(sbx_tally *sum, const sbx_tally *more);

SBX_HIDDEN_END
#endif
