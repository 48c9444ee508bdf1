/* SPDX-License-Identifier: MIT */
#include "state/limits.h"

#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"

#define ACCOUNTS_MAX 100000

struct sbx_window {
    uint64_t account; /* the key, with op, see key_of; op is SBX_OP_COUNT in a free slot */
    int op;
    int64_t burst_start, steady_start, daily_start;
    int burst, steady, daily; /* requests so far */
};

/* Requests per second, per minute, and per day (0: no such limit). */
typedef struct tier {
    int burst, steady, daily;
} tier;

/* All operations on campaigns have the same limit, except the reads of tags in the later revisions.
 */
static tier tier_of(sbx_op op, sbx_dialect dialect) {
    switch (op) {
    case SBX_OP_MESSAGE_TAGS:
    case SBX_OP_MESSAGE_TAGS_IDS:
    case SBX_OP_CAMPAIGN_TAGS:
    case SBX_OP_CAMPAIGN_TAGS_IDS:
        return dialect & SBX_DIALECT_SINCE_0715 ? (tier){3, 60, 0} : (tier){10, 150, 0};
    case SBX_OP_TAG_LIST:
    case SBX_OP_TAG_CREATE:
    case SBX_OP_TAG_ATTACH:
    case SBX_OP_TAG_DETACH:
    case SBX_OP_TEMPLATE_RENDER:
        return (tier){3, 60, 0};
    case SBX_OP_LIST_LIST:
    case SBX_OP_LIST_GET:
    case SBX_OP_SEGMENT_LIST:
    case SBX_OP_SEGMENT_GET:
    case SBX_OP_TEMPLATE_LIST:
    case SBX_OP_TEMPLATE_GET:
        return (tier){75, 750, 0};
    case SBX_OP_VALUES_REPORT:
        return (tier){1, 2, 225};
    case SBX_OP_ACCOUNT_LIST:
        return (tier){1, 15, 0};
    default:
        return (tier){10, 150, 0};
    }
}

void sbx_limits_free(sbx_limits *limits) {
    free(limits->windows);
    memset(limits, 0, sizeof *limits);
}

static struct sbx_window *slot_of(struct sbx_window *windows, uint32_t room, uint64_t account,
                                  int op) {
    uint64_t hash = (account ^ ((uint64_t)op << 32)) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t at = (uint32_t)(hash >> 32) & (room - 1);
    while (windows[at].op != SBX_OP_COUNT &&
           (windows[at].account != account || windows[at].op != op))
        at = (at + 1) & (room - 1);
    return &windows[at];
}

static bool grow(sbx_limits *limits) {
    uint32_t room = limits->room ? limits->room * 2 : 64;
    struct sbx_window *windows = calloc(room, sizeof *windows);
    if (!windows)
        return false;
    for (uint32_t i = 0; i < room; i++)
        windows[i].op = SBX_OP_COUNT;
    for (uint32_t i = 0; i < limits->room; i++) {
        const struct sbx_window *old = &limits->windows[i];
        if (old->op != SBX_OP_COUNT)
            *slot_of(windows, room, old->account, old->op) = *old;
    }
    free(limits->windows);
    limits->windows = windows;
    limits->room = room;
    return true;
}

static struct sbx_window *window_of(sbx_limits *limits, uint64_t account, int op, int64_t now) {
    if (limits->used >= ACCOUNTS_MAX)
        sbx_limits_free(limits); /* somebody invents accounts: forget all of them */
    if (limits->used * 2 >= limits->room && !grow(limits))
        return NULL;
    struct sbx_window *window = slot_of(limits->windows, limits->room, account, op);
    if (window->op == SBX_OP_COUNT) {
        *window = (struct sbx_window){.account = account,
                                      .op = op,
                                      .burst_start = now,
                                      .steady_start = now,
                                      .daily_start = now};
        limits->used++;
    }
    return window;
}

/* Starts a new window if the last one is over. Returns the time until this one ends. */
static int64_t start_window(int64_t *start, int *count, int64_t length, int64_t now) {
    if (now - *start >= length) {
        *start = now - (now - *start) % length;
        *count = 0;
    }
    return *start + length - now;
}

/* Requests that count profiles have a window beside that of their operation. */
static int key_of(sbx_op op, bool counts) {
    return counts ? (int)SBX_OP_COUNT + 1 + (int)op : (int)op;
}

bool sbx_limits_count(sbx_limits *limits, uint64_t account, sbx_op op, sbx_dialect dialect,
                      bool counts, double scale, int64_t now, sbx_response *response) {
    struct sbx_window *window = window_of(limits, account, key_of(op, counts), now);
    if (!window)
        return true;
    tier allowed = counts ? (tier){1, 15, 0} : tier_of(op, dialect);
    int64_t burst_ends_in = start_window(&window->burst_start, &window->burst,
                                         (int64_t)((double)SBX_SECOND / scale), now);
    int64_t steady_ends_in = start_window(&window->steady_start, &window->steady,
                                          (int64_t)((double)SBX_MINUTE / scale), now);
    int64_t daily_ends_in =
        start_window(&window->daily_start, &window->daily, (int64_t)((double)SBX_DAY / scale), now);
    bool spent = allowed.daily && window->daily >= allowed.daily;
    if (spent || window->burst >= allowed.burst || window->steady >= allowed.steady) {
        int64_t wait = window->steady >= allowed.steady ? steady_ends_in : burst_ends_in;
        wait = spent ? daily_ends_in : wait;
        double seconds = (double)wait / (double)SBX_SECOND;
        /* whole seconds like the service, unless the windows are shorter than that */
        response->retry_after =
            scale > 1 ? seconds : (double)((wait + SBX_SECOND - 1) / SBX_SECOND);
        return false;
    }
    window->burst++;
    window->steady++;
    window->daily++;
    response->limited = true;
    response->limit = allowed.steady;
    response->burst_limit = dialect == SBX_DIALECT_OPENAPI_1015 ? allowed.burst : 0;
    response->remaining = allowed.steady - window->steady;
    response->reset = scale > 1 ? (double)steady_ends_in / (double)SBX_SECOND
                                : (double)((steady_ends_in + SBX_SECOND - 1) / SBX_SECOND);
    return true;
}
