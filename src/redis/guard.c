/* SPDX-License-Identifier: MIT */
#include "guard.h"

/* The longest reply is the state of an operation with thousands of machines. No script of ours
 * gives an array; a small one is an error of its command alone. */
enum { LONGEST_REPLY = 1024 * 1024, MOST_ELEMENTS = 16 };

static bool reject(klv_guard *guard, const char *problem) {
    guard->problem = problem;
    return false;
}

/* A part of an array is no reply. */
static bool is_expected(const redisReadTask *task) {
    klv_guard *guard = task->privdata;
    return task->parent || *guard->expected ||
           reject(guard, "it sent a reply that nobody had asked for");
}

static void *create_string(const redisReadTask *task, char *text, size_t length) {
    const klv_guard *guard = task->privdata;
    return is_expected(task) ? guard->original->createString(task, text, length) : NULL;
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
    return is_expected(task) && ((elements <= MOST_ELEMENTS && !task->parent) ||
                                 reject(task->privdata, "it sent a large array"));
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

void klv_guard_watch(klv_guard *guard, redisContext *context, const size_t *expected) {
    redisReader *reader = context->reader;
    *guard = (klv_guard){.functions = *reader->fn, .original = reader->fn, .expected = expected};
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
