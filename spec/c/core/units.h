/* SPDX-License-Identifier: MIT */
#ifndef SPEC_CORE_UNITS_H
#define SPEC_CORE_UNITS_H

#include "../check.h"

/* Whether a time is within a span; in microseconds. */
#define CHECK_BETWEEN(found, low, high) CHECK((found) >= (low) && (found) <= (high))

void test_retry(void);
void test_headers(void);
void test_content_coding(void);
void test_url(void);
void test_proxy(void);
void test_auth(void);
void test_mask(void);
void test_pages(void);
void test_limits(void);
void test_pool(void);
void test_scan(void);

#endif
