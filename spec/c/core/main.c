/* SPDX-License-Identifier: MIT */
/* The pure functions of the core, without Lua, a network or a clock: `make units`. */
#include "units.h"

int main(void) {
    test_retry();
    test_headers();
    test_content_coding();
    test_url();
    test_proxy();
    test_auth();
    test_mask();
    test_pages();
    test_limits();
    test_pool();
    test_scan();
    printf("%d passed, %d failed\n", check_counts.passed, check_counts.failed);
    return check_counts.failed != 0;
}
