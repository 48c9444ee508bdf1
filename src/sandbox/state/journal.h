/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_JOURNAL_H
#define SBX_STATE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

SBX_HIDDEN_BEGIN

/* The requests that were received, for assertions in tests. The oldest are dropped when there are
 * too many. */
#define SBX_JOURNAL_ENTRIES 10000
#define SBX_JOURNAL_BYTES   ((size_t)64 << 20)

typedef struct sbx_journal {
    struct sbx_entry **ring; /* SBX_JOURNAL_ENTRIES of them, allocated at first use */
    size_t first, count, bytes;
} sbx_journal;

typedef struct sbx_journal_line {
    const char *method, *path, *query;
    const char *headers; /* names and values, each NUL-terminated; secrets are masked */
    size_t headers_size;
    const char *body;
    size_t body_size;
    const char *revision; /* NULL: none */
    int status;           /* of the response; 0: there was none */
    const char *fault;    /* the fault, as JSON; NULL for none */
    int64_t at;
} sbx_journal_line;

/* Adds a copy of a line. Silently drops it when out of memory: the journal must not fail a request.
 */
void sbx_journal_add(sbx_journal *journal, const sbx_journal_line *line);
void sbx_journal_clear(sbx_journal *journal);
void sbx_journal_free(sbx_journal *journal);

/* Writes bytes from the network as a JSON string, as the member `name` or (NULL) bare. They may not
 * be UTF-8, which a JSON string must be: invalid bytes become U+FFFD. */
void sbx_json_bytes(sbx_text *out, const char *name, const char *bytes, size_t size);

/* Writes a JSON array, oldest first. */
void sbx_journal_write(const sbx_journal *journal, sbx_text *out);

SBX_HIDDEN_END
#endif
