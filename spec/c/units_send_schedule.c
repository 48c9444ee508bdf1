/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include "base/timestamp.h"
#include "check.h"
#include "sends/send_schedule.h"

static sbx_zones *zones;

static const sbx_zone *zone(const char *name) {
    const sbx_zone *found = NULL;
    CHECK_INT(sbx_zones_find(zones, name, &found), SBX_ZONE_OK);
    return found;
}

static int64_t at(const char *text) {
    int64_t time = INT64_MIN;
    CHECK(sbx_time_parse(text, strlen(text), &time) == NULL);
    return time;
}

/* Returns the sends as "DDTHH:MM group:count" joined by spaces. Static storage. */
static const char *sends(const sbx_send_schedule *schedule) {
    static char out[4000];
    size_t size = 0;
    out[0] = '\0';
    for (size_t i = 0; i < schedule->count && size < sizeof out - 60; i++) {
        char time[SBX_TIME_SIZE];
        sbx_time_format(schedule->sends[i].at, time);
        size += (size_t)snprintf(out + size, sizeof out - size, "%s%.8s %zu:%lld", i ? ", " : "",
                                 time + 8, schedule->sends[i].group,
                                 (long long)schedule->sends[i].count);
    }
    return out;
}

/* What holds for every schedule. */
static void check_sums(const sbx_send_request *request, const sbx_send_schedule *schedule) {
    int64_t profiles = 0, sent = 0, by_group[SBX_SEND_GROUPS_MAX] = {0};
    int ordered = 1;
    for (size_t i = 0; i < request->group_count; i++)
        profiles += request->groups[i].profiles;
    for (size_t i = 0; i < schedule->count; i++) {
        const sbx_send *send = &schedule->sends[i], *before = i ? send - 1 : NULL;
        sent += send->count;
        by_group[send->group] += send->count;
        ordered = ordered && send->count > 0 && send->sent == sent && send->at >= request->now;
        if (before)
            ordered = ordered && (before->at < send->at ||
                                  (before->at == send->at && before->group < send->group));
    }
    CHECK(ordered);
    CHECK_INT(sent, schedule->total);
    CHECK_INT(schedule->total + schedule->skipped + schedule->unconsented, profiles);
    CHECK_INT(sbx_send_schedule_sent_by(schedule, INT64_MAX), schedule->total);
    int whole = 1;
    for (size_t i = 0; i < request->group_count; i++) {
        int64_t due = request->groups[i].profiles - request->groups[i].unconsented;
        whole = whole && (by_group[i] == due || (by_group[i] == 0 && schedule->skipped >= due));
    }
    CHECK(whole);
}

static sbx_send_schedule make(const sbx_send_request *request) {
    sbx_send_schedule schedule;
    const char *wrong = sbx_send_schedule_make(request, &schedule);
    if (wrong)
        fprintf(stderr, "%s\n", wrong);
    CHECK(wrong == NULL);
    check_sums(request, &schedule);
    return schedule;
}

static void test_static(void) {
    const sbx_send_group groups[] = {
        {zone("UTC"), 100, 10}, {zone("Asia/Tokyo"), 5, 5}, {zone("Europe/Berlin"), 7, 0}};
    sbx_send_request request = {.strategy = SBX_STRATEGY_STATIC,
                                .now = at("2026-06-01T12:00:00Z"),
                                .send_time = at("2026-06-01T14:00:00Z"),
                                .groups = groups,
                                .group_count = 3};
    sbx_send_schedule schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T14:00 0:90, 01T14:00 2:7");
    CHECK_INT(schedule.unconsented, 15);
    CHECK(schedule.first == request.send_time && schedule.last == request.send_time);
    CHECK_INT(sbx_send_schedule_sent_by(&schedule, request.send_time - 1), 0);
    CHECK_INT(sbx_send_schedule_sent_by(&schedule, request.send_time), 97);
    int64_t next;
    CHECK(sbx_send_schedule_next(&schedule, request.now, &next) && next == request.send_time);
    CHECK(!sbx_send_schedule_next(&schedule, request.send_time, &next));
    sbx_send_schedule_free(&schedule);

    request.group_count = 0;
    schedule = make(&request);
    CHECK(schedule.count == 0 && schedule.first == request.send_time);
    CHECK(sbx_send_schedule_by_hour(&schedule, NULL, 0) == 0 &&
          !sbx_send_schedule_next(&schedule, 0, &next));
    sbx_send_schedule_free(&schedule);
    request.groups = groups + 1; /* nobody has consented */
    request.group_count = 1;
    schedule = make(&request);
    CHECK(schedule.count == 0 && schedule.unconsented == 5);
    sbx_send_schedule_free(&schedule);
}

static void test_local(void) {
    const sbx_send_group groups[] = {{zone("America/New_York"), 10, 0},
                                     {zone("America/Los_Angeles"), 20, 1},
                                     {zone("Asia/Tokyo"), 30, 0},
                                     {zone("Europe/Berlin"), 40, 0}};
    /* 10:00 in New York; in Berlin 10:00 was at 08:00Z, in Tokyo at 01:00Z. */
    sbx_send_request request = {.strategy = SBX_STRATEGY_LOCAL_TIMEZONE,
                                .now = at("2026-06-01T07:30:00Z"),
                                .send_time = at("2026-06-01T14:00:00Z"),
                                .send_zone = zone("America/New_York"),
                                .passed = SBX_PASSED_SKIP,
                                .groups = groups,
                                .group_count = 4};
    sbx_send_schedule schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T08:00 3:40, 01T14:00 0:10, 01T17:00 1:19");
    CHECK_INT(schedule.skipped, 30);
    sbx_send_schedule_free(&schedule);

    request.passed = SBX_PASSED_AT_ONCE;
    schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T07:30 2:30, 01T08:00 3:40, 01T14:00 0:10, 01T17:00 1:19");
    sbx_send_schedule_free(&schedule);

    request.passed = SBX_PASSED_NEXT_DAY;
    schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T08:00 3:40, 01T14:00 0:10, 01T17:00 1:19, 02T01:00 2:30");
    sbx_send_hour hours[8];
    CHECK_INT(sbx_send_schedule_by_hour(&schedule, hours, 8), 4);
    CHECK(hours[3].hour == at("2026-06-02T01:00:00Z") && hours[3].count == 30);
    CHECK_INT(sbx_send_schedule_by_hour(&schedule, hours, 2), 4);
    sbx_send_schedule_free(&schedule);

    /* exactly now has not passed */
    request.now = at("2026-06-01T01:00:00Z");
    request.passed = SBX_PASSED_SKIP;
    schedule = make(&request);
    CHECK(schedule.skipped == 0 && schedule.first == request.now);
    sbx_send_schedule_free(&schedule);
    request.passed = SBX_PASSED_NEXT_DAY;
    schedule = make(&request);
    CHECK(schedule.first == request.now);
    sbx_send_schedule_free(&schedule);
}

/* The local time is kept across a change of offset, and days later. */
static void test_local_summer_time(void) {
    const sbx_send_group groups[] = {{zone("America/New_York"), 1, 0},
                                     {zone("Pacific/Kiritimati"), 1, 0},
                                     {zone("Pacific/Pago_Pago"), 1, 0}};
    sbx_send_request request = {.strategy = SBX_STRATEGY_LOCAL_TIMEZONE,
                                .now = at("2026-03-07T20:00:00Z"),
                                .send_time = at("2026-03-07T19:00:00Z"),
                                .send_zone = zone("UTC"),
                                .passed = SBX_PASSED_NEXT_DAY,
                                .groups = groups,
                                .group_count = 2};
    sbx_send_schedule schedule =
        make(&request); /* 19:00: still to come in New York; on Kiritimati it is tomorrow's */
    CHECK_TEXT(sends(&schedule), "08T00:00 0:1, 08T05:00 1:1");
    sbx_send_schedule_free(&schedule);
    request.now = at("2026-03-08T00:00:01Z");
    schedule = make(&request); /* 19:00 in New York again, an hour earlier in UTC */
    CHECK_TEXT(sends(&schedule), "08T05:00 1:1, 08T23:00 0:1");
    sbx_send_schedule_free(&schedule);
    request.now = at("2036-03-07T20:00:00Z"); /* ten years later */
    request.group_count = 3;
    schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "08T00:00 0:1, 08T05:00 1:1, 08T06:00 2:1");
    sbx_send_schedule_free(&schedule);
}

static void test_throttled(void) {
    const sbx_send_group one[] = {{zone("UTC"), 1000, 0}};
    sbx_send_request request = {.strategy = SBX_STRATEGY_THROTTLED,
                                .now = at("2026-06-01T12:00:00Z"),
                                .send_time = at("2026-06-01T14:00:00Z"),
                                .percentage = 25,
                                .groups = one,
                                .group_count = 1};
    sbx_send_schedule schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T14:00 0:250, 01T15:00 0:250, 01T16:00 0:250, 01T17:00 0:250");
    CHECK_INT(sbx_send_schedule_sent_by(&schedule, at("2026-06-01T15:59:59Z")), 500);
    CHECK(schedule.last == at("2026-06-01T17:00:00Z"));
    sbx_send_schedule_free(&schedule);

    request.per_minute = true;
    request.percentage = 33;
    schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T14:00 0:330, 01T14:01 0:330, 01T14:02 0:330, 01T14:03 0:10");
    sbx_send_schedule_free(&schedule);
    request.percentage = 100;
    schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T14:00 0:1000");
    sbx_send_schedule_free(&schedule);

    /* fewer people than steps: nobody twice, nobody missed */
    const sbx_send_group few[] = {{zone("UTC"), 3, 0}};
    request.groups = few;
    request.percentage = 10;
    request.per_minute = false;
    schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T15:00 0:1, 01T18:00 0:1, 01T22:00 0:1");
    sbx_send_schedule_free(&schedule);
}

/* Every documented percentage, with numbers that do not divide evenly. */
static void test_throttled_rounding(void) {
    static const int percentages[] = {10, 11, 13, 14, 17, 20, 25, 33, 50};
    static const int steps[] = {10, 10, 8, 8, 6, 5, 4, 4, 2};
    const int64_t sizes[] = {1, 2, 7, 99, 100, 101, 1000, 99991, INT64_C(333333333)};
    for (size_t p = 0; p < 9; p++)
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            const sbx_send_group groups[] = {{zone("UTC"), sizes[s], sizes[s] / 3},
                                             {zone("Asia/Tokyo"), 1, 0},
                                             {zone("Europe/Berlin"), sizes[s], 0},
                                             {zone("NZ"), 0, 0}};
            sbx_send_request request = {.strategy = SBX_STRATEGY_THROTTLED,
                                        .percentage = percentages[p],
                                        .groups = groups,
                                        .group_count = 4};
            sbx_send_schedule schedule = make(&request);
            CHECK(schedule.last <= (steps[p] - 1) * SBX_HOUR);
            if (sizes[s] >= 100)
                CHECK_INT(schedule.last, (steps[p] - 1) * SBX_HOUR);
            int64_t first = sbx_send_schedule_sent_by(&schedule, 0),
                    due = schedule.total * percentages[p];
            CHECK(first * 100 <= due + 50 && first * 100 > due - 100);
            sbx_send_schedule_free(&schedule);
        }
}

static void test_smart(void) {
    const sbx_send_group groups[] = {{zone("America/New_York"), 1000, 0},
                                     {zone("Asia/Tokyo"), 3, 0}};
    int64_t date;
    CHECK(sbx_date_parse("2026-03-08", 10, &date) ==
          NULL); /* the offset of New York changes on this day */
    sbx_send_request request = {.strategy = SBX_STRATEGY_SMART_SEND_TIME,
                                .now = at("2026-03-01T00:00:00Z"),
                                .date = date,
                                .groups = groups,
                                .group_count = 2};
    sbx_send_schedule schedule = make(&request);
    CHECK(schedule.first >= date - 9 * SBX_HOUR && schedule.last < date + 28 * SBX_HOUR);
    CHECK(schedule.count > 15);
    CHECK_INT(sbx_send_schedule_sent_by(&schedule, at("2026-03-08T08:59:59Z")),
              2); /* the evening in Tokyo */
    CHECK_INT(sbx_send_schedule_sent_by(&schedule, at("2026-03-08T09:00:00Z")),
              12); /* and New York's 05:00 */
    sbx_send_schedule_free(&schedule);

    request.now = at("2026-03-08T20:30:00Z"); /* 16:30 there: sixteen hours have passed */
    schedule = make(&request);
    CHECK_INT(schedule.first, request.now);
    CHECK_INT(schedule.sends[0].count, 750);
    CHECK_INT(sbx_send_schedule_sent_by(&schedule, request.now), 753);
    sbx_send_schedule_free(&schedule);

    request.now = date + 5 * SBX_DAY; /* all hours have passed */
    schedule = make(&request);
    CHECK_INT(schedule.count, 2);
    sbx_send_schedule_free(&schedule);
}

static void test_ab(void) {
    const sbx_send_group groups[] = {{zone("UTC"), 100, 10}, {zone("Asia/Tokyo"), 11, 0}};
    sbx_send_request request = {.strategy = SBX_STRATEGY_STATIC,
                                .now = at("2026-06-01T00:00:00Z"),
                                .send_time = at("2026-06-01T12:00:00Z"),
                                .send_zone = zone("UTC"),
                                .test = {.runs = true, .share = 20, .wait = 4 * SBX_HOUR},
                                .groups = groups,
                                .group_count = 2};
    sbx_send_schedule schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T12:00 0:17, 01T12:00 1:3, 01T16:00 0:73, 01T16:00 1:8");
    CHECK_INT(schedule.tested, 20);
    CHECK_INT(schedule.decided, at("2026-06-01T16:00:00Z"));
    sbx_send_schedule_free(&schedule);
    request.test.wait = 0; /* both at once */
    schedule = make(&request);
    CHECK_TEXT(sends(&schedule), "01T12:00 0:90, 01T12:00 1:11");
    CHECK_INT(schedule.tested, 20);
    CHECK_INT(schedule.decided, schedule.last);
    sbx_send_schedule_free(&schedule);
    request.test = (sbx_ab_test){.runs = true, .share = 100, .wait = SBX_HOUR}; /* no rest */
    schedule = make(&request);
    CHECK_INT(schedule.tested, schedule.total);
    CHECK_INT(schedule.last, request.send_time);
    sbx_send_schedule_free(&schedule);
    request.test = (sbx_ab_test){.runs = true, .share = 0, .wait = SBX_HOUR}; /* no test */
    schedule = make(&request);
    CHECK_INT(schedule.tested, 0);
    CHECK_INT(schedule.first, at("2026-06-01T13:00:00Z"));
    CHECK_INT(schedule.decided, schedule.first);
    sbx_send_schedule_free(&schedule);
    request.strategy = SBX_STRATEGY_THROTTLED; /* the rest keeps the pace */
    request.percentage = 50;
    request.test = (sbx_ab_test){.runs = true, .share = 50, .wait = 10 * SBX_HOUR};
    schedule = make(&request);
    CHECK_INT(schedule.decided, at("2026-06-01T23:00:00Z"));
    CHECK_INT(schedule.last, at("2026-06-02T00:00:00Z"));
    CHECK_INT(sbx_send_schedule_sent_by(&schedule, schedule.decided - 1), schedule.tested);
    sbx_send_schedule_free(&schedule);
    request.group_count = 0;
    schedule = make(&request);
    CHECK_INT(schedule.tested, 0);
    CHECK_INT(schedule.last, request.send_time);
    sbx_send_schedule_free(&schedule);
}

static void refused(sbx_send_request request, const char *why) {
    sbx_send_schedule schedule;
    CHECK_HOLDS(sbx_send_schedule_make(&request, &schedule), why);
    CHECK(schedule.sends == NULL && schedule.count == 0);
}

static void test_refusals(void) {
    const sbx_send_group negative = {zone("UTC"), -1, 0}, more = {zone("UTC"), 1, 2};
    const sbx_send_group many[] = {{zone("UTC"), SBX_SEND_PROFILES_MAX, 0}, {zone("UTC"), 1, 0}};
    refused((sbx_send_request){.groups = &negative, .group_count = 1}, "unconsented must be");
    refused((sbx_send_request){.groups = &more, .group_count = 1}, "unconsented must be");
    refused((sbx_send_request){.groups = many, .group_count = 2}, "too many profiles");
    refused((sbx_send_request){.group_count = SBX_SEND_GROUPS_MAX + 1}, "too many groups");
    refused((sbx_send_request){.strategy = SBX_STRATEGY_THROTTLED}, "percentage");
    refused((sbx_send_request){.strategy = SBX_STRATEGY_THROTTLED, .percentage = 101},
            "percentage");
    refused((sbx_send_request){.strategy = SBX_STRATEGY_LOCAL_TIMEZONE}, "zone");
    refused((sbx_send_request){.test = {.runs = true, .share = 101}}, "A/B test");
    refused((sbx_send_request){.test = {.runs = true, .wait = -1}}, "A/B test");
}

void test_send_schedule(void) {
    zones = sbx_zones_new(NULL);
    test_static();
    test_local();
    test_local_summer_time();
    test_throttled();
    test_throttled_rounding();
    test_smart();
    test_ab();
    test_refusals();
    sbx_zones_free(zones);
}
