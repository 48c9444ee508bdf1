/* SPDX-License-Identifier: MIT */
#include "resources/report_statistics.h"

#include <string.h>

#define COUNT(name) SBX_COUNT_##name
#define NOTHING     SBX_COUNT_COUNT
#define SPEND       0.015 /* money for each text message */

/* A statistic: a count, the sum of two, or the quotient of two. */
static const struct statistic {
    const char *name;
    sbx_count count, plus, by; /* NOTHING: none */
} statistics[] = {
    {"recipients", COUNT(RECIPIENTS), NOTHING, NOTHING},
    {"delivered", COUNT(DELIVERED), NOTHING, NOTHING},
    {"delivery_rate", COUNT(DELIVERED), NOTHING, COUNT(RECIPIENTS)},
    {"bounced", COUNT(BOUNCED), NOTHING, NOTHING},
    {"bounce_rate", COUNT(BOUNCED), NOTHING, COUNT(RECIPIENTS)},
    {"failed", COUNT(FAILED), NOTHING, NOTHING},
    {"failed_rate", COUNT(FAILED), NOTHING, COUNT(RECIPIENTS)},
    {"bounced_or_failed", COUNT(BOUNCED), COUNT(FAILED), NOTHING},
    {"bounced_or_failed_rate", COUNT(BOUNCED), COUNT(FAILED), COUNT(RECIPIENTS)},
    {"opens", COUNT(OPENS), NOTHING, NOTHING},
    {"opens_unique", COUNT(OPENS_UNIQUE), NOTHING, NOTHING},
    {"open_rate", COUNT(OPENS_UNIQUE), NOTHING, COUNT(DELIVERED)},
    {"clicks", COUNT(CLICKS), NOTHING, NOTHING},
    {"clicks_unique", COUNT(CLICKS_UNIQUE), NOTHING, NOTHING},
    {"click_rate", COUNT(CLICKS_UNIQUE), NOTHING, COUNT(DELIVERED)},
    {"click_to_open_rate", COUNT(CLICKS_UNIQUE), NOTHING, COUNT(OPENS_UNIQUE)},
    {"unsubscribes", COUNT(UNSUBSCRIBES), NOTHING, NOTHING},
    {"unsubscribe_uniques", COUNT(UNSUBSCRIBE_UNIQUES), NOTHING, NOTHING},
    {"unsubscribe_rate", COUNT(UNSUBSCRIBE_UNIQUES), NOTHING, COUNT(DELIVERED)},
    {"spam_complaints", COUNT(SPAM_COMPLAINTS), NOTHING, NOTHING},
    {"spam_complaint_rate", COUNT(SPAM_COMPLAINTS), NOTHING, COUNT(DELIVERED)},
    {"conversions", COUNT(CONVERSIONS), NOTHING, NOTHING},
    {"conversion_uniques", COUNT(CONVERSION_UNIQUES), NOTHING, NOTHING},
    {"conversion_rate", COUNT(CONVERSION_UNIQUES), NOTHING, COUNT(DELIVERED)},
    {"conversion_value", COUNT(CONVERSION_VALUE), NOTHING, NOTHING},
    {"average_order_value", COUNT(CONVERSION_VALUE), NOTHING, COUNT(CONVERSIONS)},
    {"revenue_per_recipient", COUNT(CONVERSION_VALUE), NOTHING, COUNT(RECIPIENTS)},
    {"message_segment_count_sum", COUNT(TEXT_SEGMENTS), NOTHING, NOTHING},
    {"text_message_credit_usage_amount", COUNT(TEXT_SEGMENTS), NOTHING, NOTHING},
};

static json_t *number_of(sbx_count count, double value) {
    return count == COUNT(CONVERSION_VALUE) ? json_real(value) : json_integer((json_int_t)value);
}

static json_t *value_of(const struct statistic *s, const sbx_tally *tally) {
    if (!tally->known[s->count] || (s->plus != NOTHING && !tally->known[s->plus]))
        return json_null();
    double value = tally->counts[s->count] + (s->plus == NOTHING ? 0 : tally->counts[s->plus]);
    if (s->by == NOTHING)
        return number_of(s->count, value);
    if (!tally->known[s->by] || tally->counts[s->by] <= 0)
        return json_null();
    return json_real(value / tally->counts[s->by]);
}

/* What text messages cost, and what came of it. */
static json_t *money_of(const char *name, const sbx_tally *tally) {
    double spend = tally->counts[COUNT(TEXT_SEGMENTS)] * SPEND;
    if (!tally->known[COUNT(TEXT_SEGMENTS)] || spend <= 0)
        return json_null();
    bool roi = !strcmp(name, "text_message_roi");
    return json_real(roi ? tally->counts[COUNT(CONVERSION_VALUE)] / spend : spend);
}

json_t *sbx_statistics_of(const sbx_tally *tally, json_t *names) {
    json_t *out = json_object(), *name;
    size_t index;
    json_array_foreach(names, index, name) {
        const char *text = json_string_value(name);
        json_t *value = NULL;
        for (size_t i = 0; i < sizeof statistics / sizeof *statistics; i++)
            if (!strcmp(statistics[i].name, text))
                value = value_of(&statistics[i], tally);
        json_object_set_new(out, text, value ? value : money_of(text, tally));
    }
    return out;
}
