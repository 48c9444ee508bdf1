/* SPDX-License-Identifier: MIT */
#include "check.h"

struct check_counts check_counts;

void check_that(int good, const char *file, int line, const char *what) {
    if (good) {
        check_counts.passed++;
        return;
    }
    check_counts.failed++;
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
}

void check_int(long long found, long long wanted, const char *file, int line, const char *what) {
    check_that(found == wanted, file, line, what);
    if (found != wanted)
        fprintf(stderr, "    found %lld, wanted %lld\n", found, wanted);
}

void check_text(const char *found, const char *wanted, const char *file, int line,
                const char *what) {
    int same = found && strcmp(found, wanted) == 0;
    check_that(same, file, line, what);
    if (!same)
        fprintf(stderr, "    found  %s\n    wanted %s\n", found ? found : "(null)", wanted);
}

void check_holds(const char *text, const char *part, const char *file, int line, const char *what) {
    int holds = text && strstr(text, part);
    check_that(holds, file, line, what);
    if (!holds)
        fprintf(stderr, "    found  %s\n    wanted %s in it\n", text ? text : "(null)", part);
}
