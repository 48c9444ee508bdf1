/* SPDX-License-Identifier: MIT */
#ifndef SBX_SENDS_AB_TEST_H
#define SBX_SENDS_AB_TEST_H

#include "sends/send_schedule.h"
#include "store/store.h"

SBX_HIDDEN_BEGIN

/* Reads the test in a message's `ab_test`, as it is stored; NULL: none. It runs when it names a
 * percentage. Percentage and wait are brought into the range that a send schedule allows, since the
 * API stores any number. */
sbx_ab_test sbx_ab_test_read(const char *stored);

/* Returns the result of a variation from a row of VARIATIONS_SENDABLE: the one that was seeded, or
 * one that follows from its key. */
double sbx_ab_test_rate(sqlite3_stmt *row);

/* Stores the winner of the test of a message, unless it has one: the variation with the highest
 * result, and of several the first. Within the caller's transaction; false when the store failed.
 */
bool sbx_ab_test_decide(sbx_store *store, int64_t message);

SBX_HIDDEN_END
#endif
