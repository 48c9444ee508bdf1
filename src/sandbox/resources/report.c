/* SPDX-License-Identifier: MIT */
#include "resources/report.h"

#include <stdlib.h>
#include <string.h>

#include "api/filter.h"
#include "base/timestamp.h"
#include "resources/report_period.h"
#include "resources/report_statistics.h"
#include "resources/responses.h"
#include "sends/results.h"
#include "sends/stored_schedule.h"

#define ATTRIBUTES       "data/attributes"
#define FILTER_POINTER   "/" ATTRIBUTES "/filter"
#define METRIC_POINTER   "/" ATTRIBUTES "/conversion_metric_id"
#define FILTER_ITEMS_MAX 100

#define SCALAR(name)                                                                               \
    { name, SBX_FILTER_EQUALS, SBX_FILTER_CONTAINS_ANY, SBX_FILTER_STRING, "", NULL, 0, NULL }
#define LIST(name)                                                                                 \
    {                                                                                              \
        name, 0, SBX_FILTER_CONTAINS_ANY | SBX_FILTER_CONTAINS_ALL, SBX_FILTER_STRING, "", NULL,   \
            0, NULL                                                                                \
    }

static const sbx_filter_word send_channels[] = {{"email", "email"},
                                                {"sms", "sms"},
                                                {"push-notification", "push-notification"},
                                                {"whatsapp", "whatsapp"},
                                                {0}};

static const sbx_filter_field filters[] = {
    {"send_channel", SBX_FILTER_EQUALS, SBX_FILTER_CONTAINS_ANY, SBX_FILTER_STRING, "", NULL, 0,
     send_channels},
    SCALAR("campaign_id"),
    SCALAR("campaign_message_id"),
    SCALAR("campaign_message_name"),
    SCALAR("variation"),
    SCALAR("variation_name"),
    SCALAR("text_message_format"),
    LIST("tag_id"),
    LIST("tag_name"),
    {0},
};

/* --- checking the body --- */

/* Adds the errors about the filter, which the parser reports as a parameter, as errors of the
 * body. */
static void move_errors(sbx_errors *from, sbx_errors *to) {
    for (size_t i = 0; i < from->count; i++)
        sbx_invalid(to, FILTER_POINTER, "%s", from->list[i].detail);
    to->failed |= from->failed;
    sbx_errors_free(from);
}

/* Each attribute at most once, and each list of at most a hundred. */
static void check_comparisons(const sbx_filter *node, unsigned *seen, sbx_errors *errors) {
    for (const sbx_filter *child = node->first; child; child = child->next) {
        check_comparisons(child, seen, errors);
        if (child->count > FILTER_ITEMS_MAX)
            sbx_invalid(errors, FILTER_POINTER, "A list of a filter has at most %d values.",
                        FILTER_ITEMS_MAX);
        for (size_t i = 0; child->field && filters[i].name; i++) {
            if (strcmp(filters[i].name, child->field))
                continue;
            if (*seen & (1u << i))
                sbx_invalid(errors, FILTER_POINTER, "Only one filter can be used for %s.",
                            child->field);
            *seen |= 1u << i;
        }
    }
}

/* Parses the filter of the body; NULL without one, or after adding errors. */
static const sbx_filter *read_filter(sbx_call *call) {
    json_t *text = sbx_call_at(call->body, ATTRIBUTES "/filter");
    if (!json_is_string(text))
        return NULL;
    sbx_errors errors = {0};
    unsigned seen = 0;
    const sbx_filter *filter =
        sbx_filter_parse(&call->arena, json_string_value(text), json_string_length(text), &errors);
    bool good = filter && sbx_filter_check(&call->arena, filter, filters, &errors);
    move_errors(&errors, &call->errors);
    if (good)
        check_comparisons(filter, &seen, &call->errors);
    return good ? filter : NULL;
}

static bool has_text(json_t *list, const char *text) {
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
        if (json_is_string(item) && !strcmp(json_string_value(item), text))
            return true;
    return false;
}

static void check_group_by(sbx_call *call) {
    static const char *const required[] = {"campaign_id", "campaign_message_id"};
    json_t *group_by = sbx_call_at(call->body, ATTRIBUTES "/group_by");
    for (size_t i = 0; json_is_array(group_by) && i < 2; i++)
        if (!has_text(group_by, required[i]))
            sbx_invalid(&call->errors, "/" ATTRIBUTES "/group_by", "'%s' is required.",
                        required[i]);
}

static void check_metric(sbx_call *call) {
    const char *id = json_string_value(sbx_call_at(call->body, ATTRIBUTES "/conversion_metric_id"));
    if (!id || !*id)
        return;
    sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_METRIC_GET, "t", id);
    if (!sbx_store_row(call->store, row))
        sbx_invalid(&call->errors, METRIC_POINTER, "There is no metric with the id '%.60s'.", id);
    sqlite3_reset(row);
}

void sbx_check_values_report(sbx_call *call) {
    sbx_period period;
    sbx_period_read(call, &period);
    check_group_by(call);
    check_metric(call);
    read_filter(call);
}

/* --- the report --- */

/* What is reported of one variation of a message: the values of all attributes that it can be
 * grouped and filtered by, and its counts. */
typedef struct leaf {
    json_t *attributes; /* by name; tag_id and tag_name are lists */
    sbx_tally tally;
} leaf;

typedef struct group {
    json_t *groupings;
    sbx_tally tally;
} group;

/* A report in the making. The groups of a message are `open` until all of its variations are in. */
typedef struct report {
    sbx_call *call;
    sbx_period period;
    const sbx_filter *filter;
    json_t *group_by, *statistics, *results;
    group *open;
    size_t open_count;
    bool failed;
} report;

static bool is_value(const sbx_filter_value *value, json_t *text) {
    return json_is_string(text) && json_string_length(text) == value->value.length &&
           !memcmp(json_string_value(text), value->value.text, value->value.length);
}

/* Whether an attribute, or any of a list, is the value. */
static bool has_value(json_t *attribute, const sbx_filter_value *value) {
    size_t index;
    json_t *item;
    json_array_foreach(attribute, index, item)
        if (is_value(value, item))
            return true;
    return is_value(value, attribute);
}

static bool matches(const sbx_filter *node, json_t *attributes) {
    if (!node->field) {
        for (const sbx_filter *child = node->first; child; child = child->next)
            if (!matches(child, attributes))
                return false;
        return true;
    }
    json_t *attribute = json_object_get(attributes, node->field);
    bool all = node->op == SBX_FILTER_CONTAINS_ALL;
    for (size_t i = 0; i < node->count; i++)
        if (has_value(attribute, &node->values[i]) != all)
            return !all;
    return all;
}

static group *group_of(report *r, json_t *groupings) {
    for (size_t i = 0; i < r->open_count; i++)
        if (json_equal(r->open[i].groupings, groupings))
            return &r->open[i];
    group *open = realloc(r->open, (r->open_count + 1) * sizeof *open);
    if (!open)
        return NULL;
    r->open = open;
    open[r->open_count] = (group){.groupings = json_incref(groupings)};
    return &open[r->open_count++];
}

/* Adds a leaf to its group, or to that of its tag-th tag. */
static void add_leaf(report *r, const leaf *of, size_t tag) {
    json_t *groupings = json_object(), *name;
    size_t index;
    json_array_foreach(r->group_by, index, name) {
        json_t *value = json_object_get(of->attributes, json_string_value(name));
        if (json_is_array(value))
            value = json_array_get(value, tag);
        json_object_set_new(groupings, json_string_value(name),
                            value ? json_incref(value) : json_null());
    }
    group *found = group_of(r, groupings);
    if (found)
        sbx_tally_add(&found->tally, &of->tally);
    r->failed |= !found;
    json_decref(groupings);
}

/* What is grouped by tags counts for each of them. */
static void add(report *r, const leaf *of) {
    bool by_tag = has_text(r->group_by, "tag_id") || has_text(r->group_by, "tag_name");
    size_t tags = json_array_size(json_object_get(of->attributes, "tag_id"));
    if (of->tally.counts[SBX_COUNT_RECIPIENTS] <= 0 ||
        (r->filter && !matches(r->filter, of->attributes)))
        return;
    for (size_t tag = 0; tag < (by_tag && tags ? tags : 1); tag++)
        add_leaf(r, of, tag);
}

static void close_groups(report *r) {
    for (size_t i = 0; i < r->open_count; i++) {
        json_array_append_new(
            r->results, json_pack("{s:O,s:o}", "groupings", r->open[i].groupings, "statistics",
                                  sbx_statistics_of(&r->open[i].tally, r->statistics)));
        json_decref(r->open[i].groupings);
    }
    r->open_count = 0;
}

static json_t *text_of(const char *text) {
    return text ? json_string(text) : json_null();
}

/* The attributes that all variations of a message have in common. */
static json_t *attributes_of(report *r, sqlite3_stmt *message) {
    json_t *ids = json_array(), *names = json_array();
    sqlite3_stmt *row =
        sbx_store_use(r->call->store, SBX_SQL_MESSAGE_ALL_TAGS, "ii",
                      sbx_column_int(message, SBX_M_CAMPAIGN), sbx_column_int(message, SBX_M_PK));
    while (sbx_store_row(r->call->store, row)) {
        json_array_append_new(ids, text_of(sbx_column(row, SBX_N_ID)));
        json_array_append_new(names, text_of(sbx_column(row, SBX_N_NAME)));
    }
    bool named = sbx_column_int(message, SBX_M_NAMED);
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:o}", "campaign_id", text_of(sbx_column(message, SBX_M_CAMPAIGN_ID)),
        "campaign_message_id", text_of(sbx_column(message, SBX_M_ID)), "campaign_message_name",
        text_of(named ? sbx_column(message, SBX_M_NAME) : NULL), "tag_id", ids, "tag_name", names);
}

/* Adds what is known of the variation alone. */
static void describe_variation(json_t *attributes, sqlite3_stmt *row, json_t *details) {
    const char *channel = json_string_value(json_object_get(details, "channel"));
    bool push = channel && !strcmp(channel, "push"), sms = channel && !strcmp(channel, "sms");
    const char *format = json_string_value(json_object_get(details, "text_message_type"));
    json_object_set_new(attributes, "send_channel", text_of(push ? "push-notification" : channel));
    json_object_set_new(attributes, "variation", text_of(sbx_column(row, SBX_R_ID)));
    json_object_set_new(attributes, "variation_name", text_of(sbx_column(row, SBX_R_NAME)));
    json_object_set_new(attributes, "text_message_format",
                        text_of(sms ? (format ? format : "SMS") : NULL));
}

static void add_variations(report *r, sqlite3_stmt *message, const sbx_send_schedule *schedule,
                           const char *metric) {
    sbx_store *store = r->call->store;
    int64_t pk = sbx_column_int(message, SBX_M_PK), winner = sbx_column_int(message, SBX_M_WINNER);
    bool stopped = sqlite3_column_type(message, SBX_M_STOPPED) != SQLITE_NULL;
    int64_t until = stopped ? sbx_column_int(message, SBX_M_STOPPED) : r->call->now;
    sbx_share share = {.count = sbx_store_int(store, SBX_SQL_VARIATIONS_SENDABLE_COUNT, "i", pk)};
    json_t *common = attributes_of(r, message);
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_VARIATION_RESULTS, "i", pk);
    for (; sbx_store_row(store, row); share.index++) {
        const char *text = sbx_column(row, SBX_R_DETAILS);
        json_t *details = text ? json_loads(text, 0, NULL) : NULL;
        sbx_rates rates =
            sbx_rates_of(row, json_string_value(json_object_get(details, "channel")), metric);
        leaf one = {.attributes = json_copy(common)};
        share.won = winner && sbx_column_int(row, SBX_R_PK) == winner;
        describe_variation(one.attributes, row, details);
        sbx_results_tally(schedule, &share, &rates, r->period.from, r->period.till, until,
                          r->call->now, &one.tally);
        add(r, &one);
        json_decref(one.attributes);
        json_decref(details);
    }
    json_decref(common);
}

static void add_message(report *r, sqlite3_stmt *message) {
    sbx_send_schedule schedule;
    const char *text = sbx_column(message, SBX_M_AB_TEST);
    json_t *test = text ? json_loads(text, 0, NULL) : NULL;
    if (sbx_send_schedule_from_json(r->call->zones, sbx_column(message, SBX_M_PLAN), &schedule)) {
        add_variations(r, message, &schedule,
                       json_string_value(json_object_get(test, "winner_metric")));
        sbx_send_schedule_free(&schedule);
    } else {
        r->failed = true;
    }
    json_decref(test);
    close_groups(r);
}

/* Adds messages until the page is full. Returns the key of the last one if there are more, or 0. */
static int64_t fill_page(report *r) {
    sbx_store *store = r->call->store;
    int64_t last = r->call->query.cursor ? r->call->query.cursor->row : 0;
    sqlite3_stmt *row = sbx_store_use(store, SBX_SQL_MESSAGES_PLANNED, "i", last);
    while (sbx_store_row(store, row)) {
        size_t before = json_array_size(r->results);
        if (before >= r->call->query.page_size) {
            sqlite3_reset(row);
            return last;
        }
        add_message(r, row);
        last = sbx_column_int(row, SBX_M_PK);
    }
    return 0;
}

static void respond(sbx_call *call, json_t *results, int64_t last) {
    sbx_text *out = &call->response->body;
    const sbx_sparse *sparse = &call->query.fields[SBX_TYPE_VALUES_REPORT];
    char *text = json_dumps(results, JSON_COMPACT | JSON_REAL_PRECISION(12));
    call->errors.failed |= !text;
    sbx_json_open(out, NULL, '{');
    sbx_json_open(out, "data", '{');
    sbx_json_text(out, "type", "campaign-values-report");
    sbx_json_open(out, "attributes", '{');
    if (text && sbx_sparse_wants(sparse, "results"))
        sbx_json_raw(out, "results", text);
    sbx_text_puts(out, "}}");
    sbx_json_open(out, "links", '{');
    sbx_write_request_link(call, "self", NULL);
    if (last) {
        sbx_cursor position = {.row = last};
        sbx_write_cursor_link(
            call, "next", "page_cursor",
            sbx_cursor_encode(&call->arena, call->query.sort, &position, call->query.binding));
    }
    sbx_text_puts(out, "}}");
    call->response->status = 200;
    free(text);
}

void sbx_handle_values_report(sbx_call *call) {
    json_t *given = sbx_call_at(call->body, ATTRIBUTES "/group_by");
    report r = {.call = call,
                .filter = read_filter(call),
                .group_by = json_is_array(given) ? json_incref(given)
                                                 : json_pack("[s,s,s]", "campaign_id",
                                                             "campaign_message_id", "send_channel"),
                .statistics = sbx_call_at(call->body, ATTRIBUTES "/statistics"),
                .results = json_array()};
    if (sbx_period_read(call, &r.period)) {
        int64_t last = fill_page(&r);
        respond(call, r.results, last);
    }
    call->errors.failed |= r.failed;
    json_decref(r.group_by);
    json_decref(r.results);
    free(r.open);
}
