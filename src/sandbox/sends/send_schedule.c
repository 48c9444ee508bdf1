/* SPDX-License-Identifier: MIT */
#include "sends/send_schedule.h"

#include <stdlib.h>
#include <string.h>
#include "base/timestamp.h"

#define HOURS 24

/* Thousandths of the recipients of a zone by local hour: few before breakfast, a peak in the
 * morning and a lower one in the evening. Invented, and the same every day. */
static const int reading_hours[HOURS] = {0,  0,  0,  0,  0,  10, 30, 60, 80, 90, 100, 90,
                                         80, 60, 50, 50, 50, 60, 70, 60, 40, 20, 0,   0};

/* A schedule under construction. */
struct builder {
    const sbx_send_request *request;
    sbx_send_schedule *schedule;
    size_t room;
};

static int64_t recipients(const sbx_send_group *group) {
    return group->profiles - group->unconsented;
}

static bool add(struct builder *m, int64_t at, size_t group, int64_t count) {
    if (count == 0)
        return true;
    if (m->schedule->count == m->room) {
        size_t room = m->room * 2 + 16;
        sbx_send *bigger = realloc(m->schedule->sends, room * sizeof *bigger);
        if (!bigger)
            return false;
        m->schedule->sends = bigger;
        m->room = room;
    }
    m->schedule->sends[m->schedule->count++] = (sbx_send){.at = at, .group = group, .count = count};
    return true;
}

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static bool add_static(struct builder *m) {
    const sbx_send_request *q = m->request;
    for (size_t i = 0; i < q->group_count; i++)
        if (!add(m, later(q->send_time, q->now), i, recipients(&q->groups[i])))
            return false;
    return true;
}

static bool add_local(struct builder *m) {
    const sbx_send_request *q = m->request;
    int64_t local = sbx_zone_local(q->send_zone, q->send_time);
    for (size_t i = 0; i < q->group_count; i++) {
        const sbx_send_group *group = &q->groups[i];
        int64_t at = sbx_zone_instant(group->zone, local);
        if (at < q->now && q->passed == SBX_PASSED_SKIP) {
            m->schedule->skipped += recipients(group);
            continue;
        }
        if (at < q->now && q->passed == SBX_PASSED_NEXT_DAY) {
            /* whole days first, since `now` may be far away; then day by day, because of the
             * changes of offset in between */
            int64_t day = local + sbx_floor_div(q->now - at, SBX_DAY) * SBX_DAY;
            while ((at = sbx_zone_instant(group->zone, day)) < q->now)
                day += SBX_DAY;
        }
        if (!add(m, later(at, q->now), i, recipients(group)))
            return false;
    }
    return true;
}

/* Divides a batch among the groups in proportion to their remaining recipients. Rounding the
 * running sum, and not each part, makes the parts add up to the batch; as a batch is never larger
 * than all that remains, no part is larger than what remains of its group. */
static bool divide(struct builder *m, int64_t at, int64_t batch, int64_t total_remaining,
                   int64_t *remaining) {
    int64_t seen = 0, given = 0;
    for (size_t i = 0; i < m->request->group_count; i++) {
        seen += remaining[i];
        int64_t due = batch * seen / total_remaining, count = due - given;
        given = due;
        remaining[i] -= count;
        if (!add(m, at, i, count))
            return false;
    }
    return true;
}

static bool add_throttled(struct builder *m) {
    const sbx_send_request *q = m->request;
    int64_t *remaining = calloc(q->group_count + 1, sizeof *remaining), total = 0, sent = 0;
    int64_t at = later(q->send_time, q->now), step = q->per_minute ? SBX_MINUTE : SBX_HOUR;
    bool ok = remaining != NULL;
    for (size_t i = 0; ok && i < q->group_count; i++)
        total += remaining[i] = recipients(&q->groups[i]);
    for (int percent = q->percentage; ok && sent < total; percent += q->percentage, at += step) {
        int64_t due = percent < 100 ? (total * percent + 50) / 100 : total;
        if (due > sent)
            ok = divide(m, at, due - sent, total - sent, remaining);
        sent = due;
    }
    free(remaining);
    return ok;
}

static bool add_smart(struct builder *m) {
    const sbx_send_request *q = m->request;
    for (size_t i = 0; i < q->group_count; i++) {
        const sbx_send_group *group = &q->groups[i];
        int64_t total = recipients(group), thousandths = 0, sent = 0;
        for (int hour = 0; hour < HOURS; hour++) {
            int64_t at = sbx_zone_instant(group->zone, q->date + hour * SBX_HOUR);
            thousandths += reading_hours[hour];
            int64_t due = total * thousandths / 1000;
            if (!add(m, later(at, q->now), i, due - sent))
                return false;
            sent = due;
        }
    }
    return true;
}

static int by_time(const void *a, const void *b) {
    const sbx_send *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

/* Sorts the sends, merges those of the same instant and group, and computes the running sums. */
static void finish(struct builder *m) {
    sbx_send_schedule *schedule = m->schedule;
    size_t kept = 0;
    schedule->total = 0;
    if (schedule->count)
        qsort(schedule->sends, schedule->count, sizeof *schedule->sends, by_time);
    for (size_t i = 0; i < schedule->count; i++) {
        sbx_send *send = &schedule->sends[i], *last = kept ? &schedule->sends[kept - 1] : NULL;
        schedule->total += send->count;
        if (last && last->at == send->at && last->group == send->group)
            last->count += send->count;
        else
            schedule->sends[kept++] = *send;
        schedule->sends[kept - 1].sent = schedule->total;
    }
    schedule->count = kept;
    schedule->first = schedule->last = m->request->strategy == SBX_STRATEGY_SMART_SEND_TIME
                                           ? m->request->date
                                           : m->request->send_time;
    if (kept) {
        schedule->first = schedule->sends[0].at;
        schedule->last = schedule->sends[kept - 1].at;
    }
}

/* Splits the sends of an A/B test: the test goes out as scheduled, and the rest in the same order
 * from the moment the winner is known. */
static bool split(struct builder *m) {
    sbx_send_schedule *schedule = m->schedule;
    const sbx_ab_test *test = &m->request->test;
    int64_t total = schedule->total;
    schedule->tested = total;
    if (!test->runs || !total)
        return true;
    schedule->tested = (int64_t)((double)total * test->share / 100 + 0.5);
    if (schedule->tested >= total) {
        schedule->tested = total;
        return true;
    }
    size_t count = schedule->count;
    sbx_send *sends = schedule->sends;
    int64_t given = 0, first = schedule->first, last_tested = first;
    schedule->sends = NULL;
    schedule->count = m->room = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        /* rounding the running sum makes the parts add up */
        int64_t due = schedule->tested * sends[i].sent / total, part = due - given;
        given = due;
        if (part)
            last_tested = sends[i].at;
        sends[i].count -= part;
        ok = add(m, sends[i].at, sends[i].group, part);
    }
    schedule->decided = last_tested + test->wait;
    for (size_t i = 0; ok && i < count; i++)
        ok = add(m, sends[i].at - first + schedule->decided, sends[i].group, sends[i].count);
    free(sends);
    finish(m);
    return ok;
}

static const char *check(const sbx_send_request *q) {
    int64_t profiles = 0;
    if (q->group_count > SBX_SEND_GROUPS_MAX)
        return "too many groups of recipients";
    for (size_t i = 0; i < q->group_count; i++) {
        const sbx_send_group *group = &q->groups[i];
        if (group->profiles < 0 || group->unconsented < 0 || group->unconsented > group->profiles)
            return "of each group, unconsented must be 0 to profiles";
        if (group->profiles > SBX_SEND_PROFILES_MAX - profiles)
            return "too many profiles";
        profiles += group->profiles;
    }
    if (q->strategy == SBX_STRATEGY_THROTTLED && (q->percentage < 1 || q->percentage > 100))
        return "the percentage must be 1 to 100";
    if (q->test.runs && !(q->test.share >= 0 && q->test.share <= 100 && q->test.wait >= 0 &&
                          q->test.wait <= SBX_AB_WAIT_MAX))
        return "of an A/B test, the share must be 0 to 100 and the wait at most a year";
    if (q->strategy == SBX_STRATEGY_LOCAL_TIMEZONE && !q->send_zone)
        return "local_timezone needs the zone of the send time";
    return NULL;
}

const char *sbx_send_schedule_make(const sbx_send_request *request, sbx_send_schedule *schedule) {
    struct builder m = {.request = request, .schedule = schedule};
    const char *wrong = check(request);
    bool ok = false;
    *schedule = (sbx_send_schedule){0};
    if (wrong)
        return wrong;
    for (size_t i = 0; i < request->group_count; i++)
        schedule->unconsented += request->groups[i].unconsented;
    switch (request->strategy) {
    case SBX_STRATEGY_STATIC:
        ok = add_static(&m);
        break;
    case SBX_STRATEGY_LOCAL_TIMEZONE:
        ok = add_local(&m);
        break;
    case SBX_STRATEGY_THROTTLED:
        ok = add_throttled(&m);
        break;
    case SBX_STRATEGY_SMART_SEND_TIME:
        ok = add_smart(&m);
        break;
    }
    if (ok) {
        finish(&m);
        ok = split(&m);
    }
    if (ok)
        return NULL;
    sbx_send_schedule_free(schedule);
    return "out of memory";
}

void sbx_send_schedule_free(sbx_send_schedule *schedule) {
    free(schedule->sends);
    *schedule = (sbx_send_schedule){0};
}

/* Counts the sends at or before an instant. */
static size_t due_by(const sbx_send_schedule *schedule, int64_t instant) {
    size_t low = 0, high = schedule->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (schedule->sends[middle].at <= instant)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t sbx_send_schedule_sent_by(const sbx_send_schedule *schedule, int64_t instant) {
    size_t due = due_by(schedule, instant);
    return due ? schedule->sends[due - 1].sent : 0;
}

bool sbx_send_schedule_next(const sbx_send_schedule *schedule, int64_t instant, int64_t *at) {
    size_t due = due_by(schedule, instant);
    if (due == schedule->count)
        return false;
    *at = schedule->sends[due].at;
    return true;
}

size_t sbx_send_schedule_by_hour(const sbx_send_schedule *schedule, sbx_send_hour *hours,
                                 size_t room) {
    size_t count = 0;
    int64_t current = 0;
    for (size_t i = 0; i < schedule->count; i++) {
        int64_t hour = sbx_floor_div(schedule->sends[i].at, SBX_HOUR) * SBX_HOUR;
        if (count == 0 || hour != current) {
            current = hour;
            if (count++ < room)
                hours[count - 1] = (sbx_send_hour){.hour = hour};
        }
        if (count <= room)
            hours[count - 1].count += schedule->sends[i].count;
    }
    return count;
}
