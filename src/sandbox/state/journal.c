/* SPDX-License-Identifier: MIT */
#include "state/journal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/timestamp.h"

/* One allocation: the strings follow the struct. */
struct sbx_entry {
    size_t size;
    int64_t at;
    int status;
    const char *method, *path, *query, *headers, *revision, *fault, *body;
    size_t body_size, headers_size;
    char text[];
};

static const char *put(char **at, const char *text, size_t size) {
    char *start = *at;
    if (size)
        memcpy(start, text, size);
    start[size] = '\0';
    *at += size + 1;
    return start;
}

static struct sbx_entry *make(const sbx_journal_line *line) {
    const char *fault = line->fault ? line->fault : "";
    const char *revision = line->revision ? line->revision : "";
    size_t text = strlen(line->method) + strlen(line->path) + strlen(line->query) +
                  line->headers_size + strlen(revision) + strlen(fault) + line->body_size + 7;
    struct sbx_entry *entry = malloc(sizeof *entry + text);
    if (!entry)
        return NULL;
    char *at = entry->text;
    entry->size = sizeof *entry + text;
    entry->at = line->at;
    entry->status = line->status;
    entry->method = put(&at, line->method, strlen(line->method));
    entry->path = put(&at, line->path, strlen(line->path));
    entry->query = put(&at, line->query, strlen(line->query));
    entry->headers = put(&at, line->headers, line->headers_size);
    entry->headers_size = line->headers_size;
    entry->revision = put(&at, revision, strlen(revision));
    entry->fault = put(&at, fault, strlen(fault));
    entry->body = put(&at, line->body, line->body_size);
    entry->body_size = line->body_size;
    return entry;
}

static void drop_oldest(sbx_journal *journal) {
    struct sbx_entry *entry = journal->ring[journal->first];
    journal->bytes -= entry->size;
    free(entry);
    journal->first = (journal->first + 1) % SBX_JOURNAL_ENTRIES;
    journal->count--;
}

void sbx_journal_add(sbx_journal *journal, const sbx_journal_line *line) {
    if (!journal->ring)
        journal->ring = calloc(SBX_JOURNAL_ENTRIES, sizeof *journal->ring);
    struct sbx_entry *entry = journal->ring ? make(line) : NULL;
    if (!entry)
        return;
    while (journal->count && (journal->count == SBX_JOURNAL_ENTRIES ||
                              journal->bytes + entry->size > SBX_JOURNAL_BYTES))
        drop_oldest(journal);
    journal->ring[(journal->first + journal->count++) % SBX_JOURNAL_ENTRIES] = entry;
    journal->bytes += entry->size;
}

void sbx_journal_clear(sbx_journal *journal) {
    while (journal->count)
        drop_oldest(journal);
}

void sbx_journal_free(sbx_journal *journal) {
    sbx_journal_clear(journal);
    free(journal->ring);
    memset(journal, 0, sizeof *journal);
}

void sbx_json_bytes(sbx_text *out, const char *name, const char *bytes, size_t size) {
    sbx_text clean = {0};
    for (size_t i = 0; i < size;) {
        size_t length = sbx_utf8_length(bytes + i, size - i);
        if (length)
            sbx_text_add(&clean, bytes + i, length);
        else
            sbx_text_puts(&clean, "\xEF\xBF\xBD");
        i += length ? length : 1;
    }
    out->failed |= clean.failed;
    if (name)
        sbx_json_key(out, name);
    sbx_json_string(out, clean.data ? clean.data : "", clean.size);
    sbx_text_free(&clean);
}

/* Writes the headers; their names are case-insensitive and written in lower case. */
static void write_headers(const struct sbx_entry *entry, sbx_text *out) {
    const char *at = entry->headers, *end = at + entry->headers_size;
    sbx_json_open(out, "headers", '{');
    while (at < end) {
        sbx_json_item(out);
        size_t start = out->size;
        sbx_json_bytes(out, NULL, at, strlen(at));
        for (size_t i = start; !out->failed && i < out->size; i++)
            out->data[i] = (char)tolower((unsigned char)out->data[i]);
        sbx_text_puts(out, ":");
        at += strlen(at) + 1;
        sbx_json_bytes(out, NULL, at, strlen(at));
        at += strlen(at) + 1;
    }
    sbx_text_puts(out, "}");
}

static void write_entry(const struct sbx_entry *entry, sbx_text *out) {
    char at[SBX_TIME_SIZE];
    sbx_time_format(entry->at, at);
    sbx_json_open(out, NULL, '{');
    sbx_json_text(out, "at", at);
    sbx_json_bytes(out, "method", entry->method, strlen(entry->method));
    sbx_json_bytes(out, "path", entry->path, strlen(entry->path));
    sbx_json_bytes(out, "query", entry->query, strlen(entry->query));
    write_headers(entry, out);
    sbx_json_bytes(out, "body", entry->body, entry->body_size);
    sbx_json_int(out, "status", entry->status);
    if (*entry->revision)
        sbx_json_bytes(out, "revision", entry->revision, strlen(entry->revision));
    if (*entry->fault)
        sbx_json_text(out, "fault", entry->fault);
    sbx_text_puts(out, "}");
}

void sbx_journal_write(const sbx_journal *journal, sbx_text *out) {
    sbx_json_open(out, NULL, '[');
    for (size_t i = 0; i < journal->count; i++)
        write_entry(journal->ring[(journal->first + i) % SBX_JOURNAL_ENTRIES], out);
    sbx_text_puts(out, "]");
}
