/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <string.h>

/* The longest reply is the state of an operation with thousands of machines. No script of ours
 * gives an array; a small one is an error of its command alone. */
enum { LONGEST_REPLY = 1024 * 1024, MOST_ELEMENTS = 16 };

static bool reject(klv_guard *guard, const char *problem) {
    guard->problem = problem;
    return false;
}

/* The reply to SUBSCRIBE is the word, the channel, and how many channels there are. */
static bool is_of_subscription(const redisReadTask *task) {
    static const int types[] = {REDIS_REPLY_STRING, REDIS_REPLY_STRING, REDIS_REPLY_INTEGER};
    return task->parent ? task->idx >= 0 && task->idx < 3 && task->type == types[task->idx]
                        : task->type == REDIS_REPLY_ERROR || task->type == REDIS_REPLY_ARRAY;
}

/* A part of an array is no reply. */
static bool is_expected(const redisReadTask *task) {
    klv_guard *guard = task->privdata;
    if (!task->parent && !*guard->expected) {
        return reject(guard, "it sent a reply that nobody had asked for");
    } else if (!task->parent && !*guard->callbacks &&
               !(guard->subscribes && *guard->expected == 1)) {
        return reject(guard, "out of memory");
    } else if (guard->subscribes && (task->parent || *guard->expected == 1) &&
               !is_of_subscription(task)) {
        return reject(guard, "it answers as no Redis does");
    }
    return true;
}

/* Whether a text may come here: the first of the reply to SUBSCRIBE is that word. */
static bool is_word(const redisReadTask *task, const char *text, size_t length) {
    const klv_guard *guard = task->privdata;
    bool first = guard->subscribes && task->parent && task->idx == 0;
    return !first || (length == 9 && memcmp(text, "subscribe", 9) == 0) ||
           reject(task->privdata, "it answers as no Redis does");
}

static void *create_string(const redisReadTask *task, char *text, size_t length) {
    const klv_guard *guard = task->privdata;
    return is_expected(task) && is_word(task, text, length)
               ? guard->original->createString(task, text, length)
               : NULL;
}

static void *create_integer(const redisReadTask *task, long long value) {
    const klv_guard *guard = task->privdata;
    return is_expected(task) ? guard->original->createInteger(task, value) : NULL;
}

static void *create_nil(const redisReadTask *task) {
    const klv_guard *guard = task->privdata;
    return is_expected(task) ? guard->original->createNil(task) : NULL;
}

static bool may_be_array(const redisReadTask *task, size_t elements) {
    const klv_guard *guard = task->privdata;
    if (!is_expected(task)) {
        return false;
    } else if (task->parent || elements > MOST_ELEMENTS) {
        return reject(task->privdata, "it sent a large array");
    }
    return !guard->subscribes || elements == 3 ||
           reject(task->privdata, "it answers as no Redis does");
}

#if HIREDIS_MAJOR >= 1
static void *create_array(const redisReadTask *task, size_t elements) {
    const klv_guard *guard = task->privdata;
    return may_be_array(task, elements) ? guard->original->createArray(task, elements) : NULL;
}

static void *create_double(const redisReadTask *task, double value, char *text, size_t length) {
    const klv_guard *guard = task->privdata;
    return is_expected(task) ? guard->original->createDouble(task, value, text, length) : NULL;
}

static void *create_bool(const redisReadTask *task, int value) {
    const klv_guard *guard = task->privdata;
    return is_expected(task) ? guard->original->createBool(task, value) : NULL;
}
#else
static void *create_array(const redisReadTask *task, int elements) {
    const klv_guard *guard = task->privdata;
    return may_be_array(task, (size_t)elements) ? guard->original->createArray(task, elements)
                                                : NULL;
}
#endif

void klv_guard_install(klv_guard *guard, redisAsyncContext *context, const size_t *expected,
                       bool subscribes) {
    redisReader *reader = context->c.reader;
    *guard = (klv_guard){.functions = *reader->fn,
                         .original = reader->fn,
                         .expected = expected,
                         .callbacks = &context->replies.head,
                         .subscribes = subscribes};
    guard->functions.createString = create_string;
    guard->functions.createArray = create_array;
    guard->functions.createInteger = create_integer;
    guard->functions.createNil = create_nil;
#if HIREDIS_MAJOR >= 1
    guard->functions.createDouble = create_double;
    guard->functions.createBool = create_bool;
#endif
    reader->fn = &guard->functions;
    reader->privdata = guard;
}

bool klv_guard_fits(klv_guard *guard, const redisContext *context) {
    return context->reader->len - context->reader->pos <= LONGEST_REPLY ||
           reject(guard, "it sent a reply that is too long");
}
