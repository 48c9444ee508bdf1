/* SPDX-License-Identifier: MIT */
/* The pure functions of the sandbox, without a server: `make units` builds and runs them. */
#include "check.h"

int main(void) {
    test_basics();
    test_filter();
    test_query();
    test_cursor();
    test_sparse();
    test_zone();
    test_send_schedule();
    test_pages();
    printf("%d passed, %d failed\n", check_counts.passed, check_counts.failed);
    return check_counts.failed != 0;
}
