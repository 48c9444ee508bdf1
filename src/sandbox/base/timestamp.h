/* SPDX-License-Identifier: MIT */
#ifndef SBX_BASE_TIMESTAMP_H
#define SBX_BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* An instant is an int64_t of microseconds since 1970-01-01T00:00:00Z, everywhere in the sandbox. A
 * local time has the same form, as if the local clock showed UTC. */
#define SBX_SECOND INT64_C(1000000)
#define SBX_MINUTE (60 * SBX_SECOND)
#define SBX_HOUR   (60 * SBX_MINUTE)
#define SBX_DAY    (24 * SBX_HOUR)

#define SBX_TIME_MIN INT64_C(-62135596800000000) /* 0001-01-01T00:00:00Z */
#define SBX_TIME_MAX INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z */

#define SBX_TIME_SIZE 33 /* "2026-04-14T12:00:00.000000+00:00" and its NUL */

/* Parses YYYY-MM-DDTHH:MM[:SS[.fraction]](Z|+HH:MM|-HH:MM): RFC 3339, but the seconds are optional.
 * Years 0001 to 9999, hours 0 to 23, no leap seconds, an offset of less than a day, one to nine
 * digits of fraction (truncated to microseconds). Returns NULL and sets *out, or returns what is
 * wrong as a phrase of static storage ("the offset is missing: end it with Z or +00:00") and leaves
 * *out alone. */
const char *sbx_time_parse(const char *text, size_t length, int64_t *out);

/* Parses YYYY-MM-DD; *out is its midnight as a local time. Returns as sbx_time_parse does. */
const char *sbx_date_parse(const char *text, size_t length, int64_t *out);

/* Writes the form used on the wire: UTC, six digits of fraction. Clamps instants outside
 * SBX_TIME_MIN..MAX. */
void sbx_time_format(int64_t time, char out[SBX_TIME_SIZE]);

/* Returns the days since 1970-01-01 of a date in the proleptic Gregorian calendar; month 1 to 12.
 */
int64_t sbx_days_from_date(int64_t year, int month, int day);

/* The inverse. */
void sbx_date_from_days(int64_t days, int64_t *year, int *month, int *day);

/* Division rounding down, for dates before 1970. b > 0. */
int64_t sbx_floor_div(int64_t a, int64_t b);

SBX_HIDDEN_END
#endif
