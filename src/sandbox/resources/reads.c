/* SPDX-License-Identifier: MIT */
#include "resources/reads.h"

#include <string.h>

#include "api/cursor.h"
#include "resources/find.h"
#include "resources/include.h"
#include "resources/responses.h"

/* Whether the response is resource linkage: type and id alone. */
static bool is_linkage(const sbx_call *call) {
    return call->route->op >= SBX_OP_CAMPAIGN_AUDIENCES_IDS;
}

void sbx_handle_get(sbx_call *call) {
    call->newest = call->newest_by_id;
    sbx_respond_one(call, 200, call->route->type, call->id);
}

/* GET .../{id}/relation, to-one: the resource or its linkage, null when there is none. */
void sbx_handle_related_one(sbx_call *call) {
    sqlite3_stmt *row = sbx_find(call, call->route->type, call->id, NULL);
    if (!row)
        return;
    const char *column = sbx_column(row, call->route->column);
    const char *id = column ? sbx_arena_copy(&call->arena, column, strlen(column)) : NULL;
    sqlite3_reset(row);
    sqlite3_stmt *other =
        id && !is_linkage(call) ? sbx_find_by_id(call->store, call->route->other, id) : NULL;
    if (other) {
        sbx_respond_row(call, 200, call->route->other, other);
        return;
    }
    call->response->status = 200;
    sbx_text *out = &call->response->body;
    sbx_writer writer = sbx_writer_of(call);
    sbx_json_open(out, NULL, '{');
    if (id && is_linkage(call))
        sbx_write_identifier(&writer, "data", call->route->other, id);
    else
        sbx_json_raw(out, "data", "null");
    sbx_write_document_links(call);
    sbx_text_puts(out, "}");
}

/* The members of a page, kept for its links and includes. */
typedef struct page_rows {
    sbx_primary *primaries;
    size_t *ends; /* where each member ends in the body */
    size_t count; /* shown */
    size_t fetched;
    sbx_cursor first, last; /* by the order of the statement */
} page_rows;

static void write_member(sbx_call *call, sbx_writer *writer, sbx_type type, sqlite3_stmt *row) {
    if (is_linkage(call))
        sbx_write_identifier(writer, NULL, type, sbx_column(row, SBX_TYPE_KEYED(type) ? 1 : 0));
    else
        sbx_write_resource(writer, type, row);
}

/* The position of a row in the order; its sort value is the column after those of the type. */
static sbx_cursor position_of(sbx_call *call, sqlite3_stmt *row) {
    sbx_cursor position = {.row = sbx_column_int(row, 0)};
    const sbx_sort_key *sort = call->query.sort;
    if (!sort->column)
        return position;
    int column = sqlite3_column_count(row) - 1;
    if (sort->is_int) {
        position.value.kind = SBX_SQL_INT;
        position.value.integer = sbx_column_int(row, column);
    } else {
        position.value.kind = SBX_SQL_TEXT;
        position.value.length = (size_t)sqlite3_column_bytes(row, column);
        const char *text = sbx_column(row, column);
        position.value.text = sbx_arena_copy(&call->arena, text, position.value.length);
    }
    return position;
}

static void read_page(sbx_call *call, sbx_writer *writer, sbx_type type, sqlite3_stmt *rows,
                      page_rows *page) {
    size_t size = call->query.page_size;
    page->primaries = sbx_arena_alloc(&call->arena, size * sizeof *page->primaries);
    page->ends = sbx_arena_alloc(&call->arena, size * sizeof *page->ends);
    if (!page->primaries || !page->ends)
        return;
    while (sbx_store_row(call->store, rows)) {
        if (page->fetched++ == size)
            continue;
        sbx_primary_read(&page->primaries[page->count], type, rows, &call->arena);
        write_member(call, writer, type, rows);
        if (!page->count || page->count + 1 == size)
            page->last = position_of(call, rows);
        if (!page->count)
            page->first = page->last;
        page->ends[page->count++] = writer->out->size;
    }
}

/* A page that is read backward comes last first: reverses the members in body[start..]. */
static void reverse_members(sbx_text *out, size_t start, page_rows *page) {
    sbx_text reversed = {0};
    for (size_t i = page->count; i-- > 0;) {
        size_t from = i ? page->ends[i - 1] : start;
        /* every member but the first is preceded by a comma */
        from += i ? 1 : 0;
        sbx_json_item(&reversed);
        sbx_text_add(&reversed, out->data + from, page->ends[i] - from);
    }
    out->failed |= reversed.failed;
    if (!reversed.failed && reversed.size)
        memcpy(out->data + start, reversed.data, reversed.size);
    sbx_text_free(&reversed);
    for (size_t i = 0; i < page->count / 2; i++) {
        sbx_primary swap = page->primaries[i];
        page->primaries[i] = page->primaries[page->count - 1 - i];
        page->primaries[page->count - 1 - i] = swap;
    }
    sbx_cursor swap = page->first;
    page->first = page->last;
    page->last = swap;
}

static void write_page_link(sbx_call *call, const char *name, bool exists, sbx_cursor position,
                            bool backward) {
    if (exists) {
        position.backward = backward;
        char *cursor =
            sbx_cursor_encode(&call->arena, call->query.sort, &position, call->query.binding);
        if (cursor)
            sbx_write_request_link(call, name, cursor);
    } else if (call->dialect == SBX_DIALECT_GUIDE) {
        /* the OpenAPI files do not allow null here */
        sbx_json_raw(&call->response->body, name, "null");
    }
}

static void write_page(sbx_call *call, sbx_type type, sqlite3_stmt *rows) {
    sbx_text *out = &call->response->body;
    sbx_writer writer = sbx_writer_of(call);
    page_rows page = {0};
    sbx_json_open(out, NULL, '{');
    sbx_json_open(out, "data", '[');
    size_t start = out->size;
    read_page(call, &writer, type, rows, &page);
    bool backward = call->query.cursor && call->query.cursor->backward;
    if (backward && !out->failed)
        reverse_members(out, start, &page);
    sbx_text_puts(out, "]");
    sbx_write_included(&writer, type, page.primaries, page.count);
    sbx_page_ends ends = sbx_cursor_ends(call->query.cursor, page.fetched, call->query.page_size);
    sbx_json_open(out, "links", '{');
    sbx_write_request_link(call, "self", NULL);
    write_page_link(call, "next", ends.has_next, page.last, false);
    write_page_link(call, "prev", ends.has_prev, page.first, true);
    sbx_text_puts(out, "}}");
    call->response->status = 200;
}

static void select_page(sbx_sql *sql, const sbx_query *query, sbx_type type) {
    static const struct {
        const char *columns, *table, *among;
    } tables[] = {
        [SBX_TYPE_CAMPAIGN] = {SBX_CAMPAIGN_COLUMNS, "campaigns", ""},
        [SBX_TYPE_AUDIENCE] = {SBX_AUDIENCE_COLUMNS, "audiences", ""},
        [SBX_TYPE_MESSAGE] = {SBX_MESSAGE_COLUMNS, "messages", ""},
        [SBX_TYPE_VARIATION] = {SBX_VARIATION_COLUMNS, "variations", ""},
        [SBX_TYPE_TAG] = {SBX_TAG_COLUMNS, "tags", ""},
        [SBX_TYPE_LIST] = {SBX_LIST_COLUMNS, "lists", "NOT lists.segment AND "},
        [SBX_TYPE_SEGMENT] = {SBX_LIST_COLUMNS, "lists", "lists.segment AND "},
        [SBX_TYPE_TEMPLATE] = {SBX_TEMPLATE_COLUMNS, "templates", "NOT templates.copied AND "},
        [SBX_TYPE_METRIC] = {SBX_METRIC_COLUMNS, "metrics", ""},
    };
    sbx_sql_add(sql, "SELECT ");
    sbx_sql_add(sql, tables[type].columns);
    if (query->sort->column) {
        sbx_sql_add(sql, ", ");
        sbx_sql_add(sql, query->sort->column);
    }
    sbx_sql_add(sql, " FROM ");
    sbx_sql_add(sql, tables[type].table);
    sbx_sql_add(sql, " WHERE ");
    sbx_sql_add(sql, tables[type].among);
}

static void run_page(sbx_call *call, sbx_sql *sql, sbx_type type) {
    if (type <= SBX_TYPE_VARIATION && call->newest != INT64_MAX) {
        sbx_sql_add(sql, "pk <= ");
        sbx_sql_int(sql, call->newest);
        sbx_sql_add(sql, " AND ");
    }
    sbx_query_where(&call->query, sql);
    sbx_query_order(&call->query, sql);
    sqlite3_stmt *rows = sbx_store_query(call->store, sql);
    if (rows)
        write_page(call, type, rows);
}

void sbx_handle_list(sbx_call *call) {
    sbx_sql sql;
    sbx_sql_init(&sql, &call->arena);
    select_page(&sql, &call->query, call->route->type);
    run_page(call, &sql, call->route->type);
}

/* GET .../{id}/relation, to-many, in pages: the messages of a campaign or of an audience. */
void sbx_handle_related_page(sbx_call *call) {
    sqlite3_stmt *parent = sbx_find(call, call->route->type, call->id, NULL);
    if (!parent)
        return;
    int64_t pk = sbx_column_int(parent, 0);
    sqlite3_reset(parent);
    sbx_sql sql;
    sbx_sql_init(&sql, &call->arena);
    select_page(&sql, &call->query, call->route->other);
    sbx_sql_add(&sql, call->route->type == SBX_TYPE_CAMPAIGN ? "messages.campaign = "
                                                             : "messages.audience = ");
    sbx_sql_int(&sql, pk);
    sbx_sql_add(&sql, " AND ");
    run_page(call, &sql, call->route->other);
}

/* GET .../{id}/relation, to-many, all in one document. */
void sbx_handle_related_all(sbx_call *call) {
    sqlite3_stmt *parent = sbx_find(call, call->route->type, call->id, NULL);
    if (!parent)
        return;
    int64_t pk = sbx_column_int(parent, 0);
    sqlite3_reset(parent);
    sbx_text *out = &call->response->body;
    sbx_writer writer = sbx_writer_of(call);
    sbx_json_open(out, NULL, '{');
    sbx_json_open(out, "data", '[');
    sqlite3_stmt *row = sbx_store_use(call->store, call->route->rows, "i", pk);
    bool keyed = call->route->other <= SBX_TYPE_VARIATION;
    while (sbx_store_row(call->store, row))
        if (!keyed || sbx_column_int(row, 0) <= call->newest)
            write_member(call, &writer, call->route->other, row);
    sbx_text_puts(out, "]");
    sbx_json_open(out, "links", '{');
    sbx_write_request_link(call, "self", NULL);
    if (call->dialect == SBX_DIALECT_GUIDE) {
        sbx_json_raw(out, "next", "null");
        sbx_json_raw(out, "prev", "null");
    }
    sbx_text_puts(out, "}}");
    call->response->status = 200;
}

/* GET accounts: one document with the one account that the credential is of. */
void sbx_handle_accounts(sbx_call *call) {
    sbx_text *out = &call->response->body;
    sbx_writer writer = sbx_writer_of(call);
    sbx_json_open(out, NULL, '{');
    sbx_json_open(out, "data", '[');
    sqlite3_stmt *row = sbx_store_use(call->store, SBX_SQL_ACCOUNT, "");
    while (sbx_store_row(call->store, row))
        write_member(call, &writer, SBX_TYPE_ACCOUNT, row);
    sbx_text_puts(out, "]");
    sbx_json_open(out, "links", '{');
    sbx_write_request_link(call, "self", NULL);
    sbx_text_puts(out, "}}");
    call->response->status = 200;
}
