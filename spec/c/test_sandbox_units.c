/* SPDX-License-Identifier: MIT */
/* The pure functions of the sandbox, without a server. From src/sandbox:
 *   T=../../spec/c; cc -std=c11 -D_GNU_SOURCE -I. -I$T $T/test_sandbox_units.c $T/units_*.c \
 *       $T/sandbox_db.c arena.c sql.c text.c errors.c timestamp.c ulid.c filter.c filter_sql.c \
 *       query.c query_rules.c cursor.c sparse.c zone.c posix_tz.c plan.c \
 *       -ljansson -lsqlite3 -o /tmp/test_sandbox_units && /tmp/test_sandbox_units */
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

int main(void) {
    test_basics();
    test_filter();
    test_query();
    test_cursor();
    test_sparse();
    test_zone();
    test_plan();
    test_pages();
    printf("%d passed, %d failed\n", check_counts.passed, check_counts.failed);
    return check_counts.failed != 0;
}
