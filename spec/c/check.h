/* SPDX-License-Identifier: MIT */
#ifndef SPEC_CHECK_H
#define SPEC_CHECK_H

#include <stdio.h>
#include <string.h>

/* Counted assertions: a failure is printed and the program continues. */
struct check_counts {
    int passed, failed;
};
extern struct check_counts check_counts;

#define CHECK(condition) check_that(!!(condition), __FILE__, __LINE__, #condition)
#define CHECK_INT(found, wanted)                                                                   \
    check_int((long long)(found), (long long)(wanted), __FILE__, __LINE__, #found)
#define CHECK_TEXT(found, wanted) check_text(found, wanted, __FILE__, __LINE__, #found)
#define CHECK_HOLDS(text, part)   check_holds(text, part, __FILE__, __LINE__, #text)

void check_that(int good, const char *file, int line, const char *what);
void check_int(long long found, long long wanted, const char *file, int line, const char *what);
void check_text(const char *found, const char *wanted, const char *file, int line,
                const char *what);
void check_holds(const char *text, const char *part, const char *file, int line, const char *what);

void test_basics(void);
void test_filter(void);
void test_query(void);
void test_cursor(void);
void test_sparse(void);
void test_zone(void);
void test_send_schedule(void);
void test_pages(void);

#endif
