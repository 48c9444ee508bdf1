/* SPDX-License-Identifier: MIT */
#include "sends/results.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/timestamp.h"
#include "sends/ab_test.h"

#define NONE (-1.0)

/* Rates as mailings of shops have them. */
static const struct {
    const char *channel;
    sbx_rates rates;
} typical[] = {
    {"email", {0.012, 0, 0.34, 0.03, 0.0022, 0.0002, 0.0065, 62.5, NONE}},
    {"sms", {0, 0.02, NONE, 0.085, 0.009, NONE, 0.011, 54, 1}},
    {"push", {0, 0.03, 0.045, 0.02, NONE, NONE, 0.004, 48, NONE}},
    {"whatsapp", {0, 0.01, 0.68, 0.12, 0.004, NONE, 0.014, 58, NONE}},
};

const char *const sbx_rate_names[] = {"bounce_rate",     "failed_rate",      "open_rate",
                                      "click_rate",      "unsubscribe_rate", "spam_complaint_rate",
                                      "conversion_rate", "order_value",      NULL};

static double *rate_at(sbx_rates *rates, size_t index) {
    static const size_t places[] = {
        offsetof(sbx_rates, bounce),      offsetof(sbx_rates, fail),
        offsetof(sbx_rates, open),        offsetof(sbx_rates, click),
        offsetof(sbx_rates, unsubscribe), offsetof(sbx_rates, spam),
        offsetof(sbx_rates, conversion),  offsetof(sbx_rates, order_value)};
    return (double *)(void *)((char *)rates + places[index]);
}

static double at_most_one(double value) {
    return value > 1 ? 1 : value < 0 ? 0 : value;
}

const char *sbx_measured_rate(const char *metric) {
    if (metric && strstr(metric, "order"))
        return "conversion_rate";
    return metric && strstr(metric, "click") ? "click_rate" : "open_rate";
}

/* The typical rate of what an A/B test measures; clicks where the channel has no opens. */
static double measured(sbx_rates *rates, const char *metric) {
    for (size_t i = 0; sbx_rate_names[i]; i++)
        if (!strcmp(sbx_rate_names[i], sbx_measured_rate(metric)) && *rate_at(rates, i) > 0)
            return *rate_at(rates, i);
    return rates->click;
}

/* Multiplies what recipients do: whoever likes a variation more opens it, clicks and buys more. */
static void shift(sbx_rates *rates, double factor) {
    double *const places[] = {&rates->open, &rates->click, &rates->conversion};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (*places[i] >= 0)
            *places[i] = at_most_one(*places[i] * factor);
}

sbx_rates sbx_rates_of(sqlite3_stmt *row, const char *channel, const char *metric) {
    sbx_rates rates = typical[0].rates;
    for (size_t i = 0; i < sizeof typical / sizeof *typical; i++)
        if (channel && !strcmp(channel, typical[i].channel))
            rates = typical[i].rates;
    bool seeded = sqlite3_column_type(row, SBX_R_RATE) != SQLITE_NULL;
    double result = sbx_ab_test_rate(row);
    shift(&rates, seeded ? at_most_one(result) / measured(&rates, metric) : 0.75 + result);
    const char *text = sbx_column(row, SBX_R_SEEDS);
    json_t *seeds = text ? json_loads(text, 0, NULL) : NULL;
    for (size_t i = 0; sbx_rate_names[i]; i++) {
        json_t *seed = json_object_get(seeds, sbx_rate_names[i]);
        if (json_is_number(seed))
            *rate_at(&rates, i) = json_number_value(seed);
    }
    json_decref(seeds);
    return rates;
}

/* Returns the part of the i-th of `count` variations when `people` are divided among them. */
static int64_t part_of(int64_t people, int64_t i, int64_t count) {
    return people * (i + 1) / count - people * i / count;
}

int64_t sbx_share_of(const sbx_share *share, int64_t sent, int64_t tested) {
    int64_t shared = sent < tested ? sent : tested;
    return part_of(shared, share->index, share->count) + (share->won ? sent - shared : 0);
}

/* Hours after which half of all who will ever do it have done it. Repeats come later, but not so
 * late that there are ever fewer of all than of the first ones. */
static const double half_lives[SBX_COUNT_COUNT] = {
    [SBX_COUNT_OPENS] = 4,
    [SBX_COUNT_OPENS_UNIQUE] = 3,
    [SBX_COUNT_CLICKS] = 5,
    [SBX_COUNT_CLICKS_UNIQUE] = 4,
    [SBX_COUNT_UNSUBSCRIBES] = 6,
    [SBX_COUNT_UNSUBSCRIBE_UNIQUES] = 6,
    [SBX_COUNT_SPAM_COMPLAINTS] = 8,
    [SBX_COUNT_CONVERSIONS] = 13,
    [SBX_COUNT_CONVERSION_UNIQUES] = 12,
};

/* The share of those who will ever do it that has done it after `age`. */
static double reached(sbx_count count, int64_t age) {
    double half_life = half_lives[count];
    return half_life > 0 ? 1 - exp2(-(double)age / ((double)SBX_HOUR * half_life)) : 1;
}

/* Who does it at last: a share of those delivered to, and how often each does it. */
static double expected(sbx_count count, const sbx_rates *rates) {
    switch (count) {
    case SBX_COUNT_OPENS:
        return rates->open < 0 ? NONE : rates->open * 1.4;
    case SBX_COUNT_OPENS_UNIQUE:
        return rates->open;
    case SBX_COUNT_CLICKS:
        return rates->click < 0 ? NONE : rates->click * 1.3;
    case SBX_COUNT_CLICKS_UNIQUE:
        return rates->click;
    case SBX_COUNT_UNSUBSCRIBES:
    case SBX_COUNT_UNSUBSCRIBE_UNIQUES:
        return rates->unsubscribe;
    case SBX_COUNT_SPAM_COMPLAINTS:
        return rates->spam;
    case SBX_COUNT_CONVERSIONS:
        return rates->conversion < 0 ? NONE : rates->conversion * 1.1;
    case SBX_COUNT_CONVERSION_UNIQUES:
        return rates->conversion;
    case SBX_COUNT_TEXT_SEGMENTS:
        return rates->segments;
    default:
        return NONE;
    }
}

static void set(sbx_tally *out, sbx_count count, double value) {
    out->counts[count] = value;
    out->known[count] = true;
}

void sbx_results_tally(const sbx_send_schedule *schedule, const sbx_share *share,
                       const sbx_rates *rates, int64_t from, int64_t till, int64_t until,
                       int64_t now, sbx_tally *out) {
    double people = 0, done[SBX_COUNT_COUNT] = {0};
    int64_t before = 0;
    for (size_t i = 0; i < schedule->count; i++) {
        const sbx_send *send = &schedule->sends[i];
        int64_t upto = sbx_share_of(share, send->sent, schedule->tested);
        double more = (double)(upto - before);
        before = upto;
        if (send->at < from || send->at >= till || send->at > until)
            continue;
        people += more;
        for (sbx_count count = 0; count < SBX_COUNT_COUNT; count++)
            done[count] += more * reached(count, now - send->at);
    }
    double bounced = round(people * rates->bounce), failed = round(people * rates->fail);
    double delivered = people - bounced - failed;
    set(out, SBX_COUNT_RECIPIENTS, people);
    set(out, SBX_COUNT_BOUNCED, bounced);
    set(out, SBX_COUNT_FAILED, failed);
    set(out, SBX_COUNT_DELIVERED, delivered);
    for (sbx_count count = SBX_COUNT_OPENS; people > 0 && count < SBX_COUNT_COUNT; count++)
        if (expected(count, rates) >= 0)
            set(out, count, round(done[count] * delivered / people * expected(count, rates)));
    if (out->known[SBX_COUNT_CONVERSIONS])
        set(out, SBX_COUNT_CONVERSION_VALUE,
            round(out->counts[SBX_COUNT_CONVERSIONS] * rates->order_value * 100) / 100);
}

void sbx_tally_add(sbx_tally *sum, const sbx_tally *more) {
    for (sbx_count count = 0; count < SBX_COUNT_COUNT; count++) {
        sum->counts[count] += more->counts[count];
        sum->known[count] |= more->known[count];
    }
}
