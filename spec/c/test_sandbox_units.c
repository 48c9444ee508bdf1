/* SPDX-License-Identifier: MIT */
/* The pure functions of the sandbox, without a server. From src/sandbox:
 *   T=../../spec/c; cc -std=c11 -D_GNU_SOURCE -I. -I$T $T/test_sandbox_units.c $T/check.c $T/units_*.c \
 *       $T/sandbox_db.c arena.c sql.c text.c errors.c timestamp.c ulid.c keys.c filter.c filter_sql.c \
 *       query.c query_rules.c cursor.c sparse.c zone.c posix_tz.c plan.c \
 *       -ljansson -lsqlite3 -o /tmp/test_sandbox_units && /tmp/test_sandbox_units */
#include "check.h"

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
