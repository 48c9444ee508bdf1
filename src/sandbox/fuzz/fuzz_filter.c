/* SPDX-License-Identifier: MIT */
/* Any text is either rejected with exactly one error, or becomes SQL that SQLite runs. */
#include <stdint.h>
#include <string.h>
#include "api/filter.h"
#include "rows.h"

#define EVERY ((SBX_FILTER_AND << 1) - 1)

static const sbx_filter_word statuses[] = {{"DRAFT", "DRAFT"}, {"sent", "SENT"}, {NULL, NULL}};

/* Every operator on every type: more than any real table allows. */
static const sbx_filter_field fields[] = {
    {"id", EVERY, EVERY, SBX_FILTER_STRING, "messages.pk", "ulid_key(?)", SBX_FILTER_KEY, NULL},
    {"name", EVERY, EVERY, SBX_FILTER_STRING, "messages.name", NULL, 0, NULL},
    {"status", EVERY, EVERY, SBX_FILTER_STRING, "messages.status", NULL, SBX_FILTER_GROUP,
     statuses},
    {"campaign.id", EVERY, EVERY, SBX_FILTER_STRING, "messages.campaign", "ulid_key(?)",
     SBX_FILTER_KEY, NULL},
    {"created", SBX_FILTER_RANGE | SBX_FILTER_HAS, SBX_FILTER_ANY, SBX_FILTER_DATETIME,
     "messages.created", NULL, 0, NULL},
    {"archived", SBX_FILTER_EQUALS, SBX_FILTER_ANY, SBX_FILTER_BOOLEAN, "messages.pk", NULL, 0,
     NULL},
    {"size", SBX_FILTER_RANGE | SBX_FILTER_EQUALS, SBX_FILTER_ANY, SBX_FILTER_NUMBER, "messages.pk",
     NULL, 0, NULL},
    {NULL, 0, 0, SBX_FILTER_STRING, NULL, NULL, 0, NULL},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static sqlite3 *db;
    sbx_arena arena = {0};
    sbx_errors errors = {0};
    sbx_sql sql;
    const sbx_filter_scan scan = {.column = "messages.created"};
    if (!db)
        db = fuzz_open();
    char *text =
        malloc(size ? size : 1); /* not NUL-terminated, so that the sanitizer sees overruns */
    fuzz_require(text != NULL, "malloc", "");
    memcpy(text, data, size);
    const sbx_filter *filter = sbx_filter_parse(&arena, text, size, &errors);
    fuzz_require((filter == NULL) == (errors.count == 1), "one error or a tree", "");
    if (filter && sbx_filter_check(&arena, filter, fields, &errors)) {
        fuzz_require(errors.count == 0, "checked with an error", "");
        sbx_sql_init(&sql, &arena);
        sbx_sql_add(&sql, "SELECT 1 FROM messages WHERE ");
        sbx_filter_render(filter, fields, &scan, &sql);
        fuzz_require(!sql.failed, "rendered", "");
        fuzz_run(db, &sql);
    } else {
        fuzz_require(errors.count > 0, "rejected without an error", "");
    }
    sbx_errors_free(&errors);
    sbx_arena_free(&arena);
    free(text);
    return 0;
}
