/* SPDX-License-Identifier: MIT */
/* The documents of the reads: one resource, a list, a page, linkage. */
#include <stdlib.h>
#include <string.h>

#include "api/cursor.h"
#include "resources/include.h"
#include "api/query_rules.h"
#include "resources/route.h"

static sbx_writer writer_of(sbx_call *call) {
    return (sbx_writer){.box = call->box,
                        .dialect = call->dialect,
                        .primary = call->route->type,
                        .origin = call->origin,
                        .query = &call->query,
                        .out = &call->answer->body,
                        .address = &call->address};
}

/* Whether the operation answers with linkage (type and id) alone. */
static bool is_linkage(const sbx_call *call) {
    return call->route->op >= SBX_OP_CAMPAIGN_AUDIENCES_IDS;
}

/* ORIGIN/api/the path of the request, with what is put behind it. */
static void write_own_link(sbx_call *call, sbx_text *out, const char *name, const char *cursor) {
    const char *canonical = call->query.canonical ? call->query.canonical : "";
    sbx_text link = {0};
    sbx_text_printf(&link, "%s%s%s%s", call->origin, call->request->path, *canonical ? "?" : "",
                    canonical);
    if (cursor)
        sbx_text_printf(&link, "%spage%%5Bcursor%%5D=%s", *canonical ? "&" : "?", cursor);
    out->failed |= link.failed;
    if (!link.failed) {
        sbx_json_key(out, name);
        sbx_json_string(out, link.data, link.size);
    }
    sbx_text_free(&link);
}

/* The guide shows no links on the document of one resource. */
static void write_single_links(sbx_call *call, sbx_text *out) {
    if (call->dialect == SBX_DIALECT_GUIDE)
        return;
    sbx_json_open(out, "links", '{');
    write_own_link(call, out, "self", NULL);
    sbx_text_puts(out, "}");
}

static void no_such(sbx_call *call, sbx_type type, const char *id, const char *pointer) {
    sbx_errors_add(&call->errors, 404, "not_found", "Not found.", SBX_SOURCE_POINTER, pointer,
                   "There is no %s with the id %s.", sbx_type_names[type],
                   sbx_arena_quote(&call->arena, id, strlen(id)));
}

/* The statement for one resource: by its key where it has one, else by its id. */
static sbx_statement row_of(sbx_type type) {
    static const sbx_statement statements[SBX_TYPE_COUNT] = {
        [SBX_TYPE_CAMPAIGN] = SBX_SQL_CAMPAIGN_BY_PK,
        [SBX_TYPE_AUDIENCE] = SBX_SQL_AUDIENCE_BY_PK,
        [SBX_TYPE_MESSAGE] = SBX_SQL_MESSAGE_BY_PK,
        [SBX_TYPE_VARIATION] = SBX_SQL_VARIATION_BY_PK,
        [SBX_TYPE_TAG] = SBX_SQL_TAG_GET,
        [SBX_TYPE_IMAGE] = SBX_SQL_IMAGE_GET,
        [SBX_TYPE_TRANSLATION] = SBX_SQL_TRANSLATION_GET,
        [SBX_TYPE_SCHEDULE] = SBX_SQL_MESSAGE_BY_PK, /* a schedule's id is its message's */
    };
    return statements[type];
}

static bool has_key(sbx_type type) {
    return type <= SBX_TYPE_VARIATION || type == SBX_TYPE_SCHEDULE;
}

static sqlite3_stmt *find(sbx_store *store, sbx_type type, const char *id) {
    if (has_key(type))
        return sbx_store_find(store, row_of(type), id);
    sqlite3_stmt *row = sbx_store_use(store, row_of(type), "t", id);
    return sbx_store_row(store, row) ? row : NULL;
}

sqlite3_stmt *sbx_call_find(sbx_call *call, sbx_type type, const char *id, const char *pointer) {
    sqlite3_stmt *row = find(&call->box->store, type, id);
    if (row)
        return row;
    if (!call->box->store.failed)
        no_such(call, type, id, pointer);
    return NULL;
}

/* The document of the resource that `row` stands on. */
static void write_one(sbx_call *call, sbx_type type, sqlite3_stmt *row) {
    sbx_text *out = &call->answer->body;
    sbx_writer writer = writer_of(call);
    sbx_primary primary;
    sbx_primary_note(&primary, type, row, &call->arena);
    sbx_json_open(out, NULL, '{');
    sbx_json_key(out, "data");
    sbx_write_resource(&writer, type, row);
    sqlite3_reset(row);
    sbx_write_included(call, &writer, type, &primary, 1);
    write_single_links(call, out);
    sbx_text_puts(out, "}");
}

void sbx_call_answer_one(sbx_call *call, int status, sbx_type type, const char *id) {
    sqlite3_stmt *row = sbx_call_find(call, type, id, NULL);
    if (!row)
        return;
    write_one(call, type, row);
    call->answer->status = status;
}

void sbx_call_answer_new(sbx_call *call, sbx_type type, int64_t pk) {
    if (call->errors.count || !pk)
        return;
    sqlite3_stmt *row = sbx_store_use(&call->box->store, row_of(type), "i", pk);
    if (sbx_store_row(&call->box->store, row)) {
        write_one(call, type, row);
        call->answer->status = 201;
    }
}

void sbx_act_get(sbx_call *call) {
    sbx_call_answer_one(call, 200, call->route->type, call->id);
}

/* GET .../{id}/relation to one: the resource or its linkage, null when there is none. */
void sbx_act_related_one(sbx_call *call) {
    sqlite3_stmt *row = sbx_call_find(call, call->route->type, call->id, NULL);
    if (!row)
        return;
    const char *column = sbx_column(row, call->route->column);
    const char *id = column ? sbx_arena_copy(&call->arena, column, strlen(column)) : NULL;
    sqlite3_reset(row);
    call->answer->status = 200;
    sbx_text *out = &call->answer->body;
    sqlite3_stmt *other =
        id && !is_linkage(call) ? find(&call->box->store, call->route->other, id) : NULL;
    if (other) {
        write_one(call, call->route->other, other);
        return;
    }
    sbx_writer writer = writer_of(call);
    sbx_json_open(out, NULL, '{');
    if (id && is_linkage(call))
        sbx_write_identifier(&writer, "data", call->route->other, id);
    else
        sbx_json_raw(out, "data", "null");
    write_single_links(call, out);
    sbx_text_puts(out, "}");
}

/* The members of a page, with what is needed for links and includes. */
typedef struct page_rows {
    sbx_primary *primaries;
    size_t *ends; /* where each member ends in the body */
    size_t count; /* shown */
    size_t fetched;
    sbx_cursor first, last; /* by the order of the statement */
} page_rows;

static void write_member(sbx_call *call, sbx_writer *writer, sbx_type type, sqlite3_stmt *row) {
    bool keyed = type <= SBX_TYPE_VARIATION;
    if (is_linkage(call))
        sbx_write_identifier(writer, NULL, type, sbx_column(row, keyed ? 1 : 0));
    else
        sbx_write_resource(writer, type, row);
}

/* Where the row stands in the order; its sort value is the column behind those of the type. */
static sbx_cursor place_of(sbx_call *call, sqlite3_stmt *row) {
    sbx_cursor place = {.row = sbx_column_int(row, 0)};
    const sbx_sort_key *sort = call->query.sort;
    if (!sort->column)
        return place;
    int column = sqlite3_column_count(row) - 1;
    if (sort->is_int) {
        place.value.kind = SBX_SQL_INT;
        place.value.integer = sbx_column_int(row, column);
    } else {
        place.value.kind = SBX_SQL_TEXT;
        place.value.length = (size_t)sqlite3_column_bytes(row, column);
        const char *text = sbx_column(row, column);
        place.value.text = sbx_arena_copy(&call->arena, text, place.value.length);
    }
    return place;
}

static void read_page(sbx_call *call, sbx_writer *writer, sbx_type type, sqlite3_stmt *rows,
                      page_rows *page) {
    size_t size = call->query.page_size;
    page->primaries = sbx_arena_alloc(&call->arena, size * sizeof *page->primaries);
    page->ends = sbx_arena_alloc(&call->arena, size * sizeof *page->ends);
    if (!page->primaries || !page->ends)
        return;
    while (sbx_store_row(&call->box->store, rows)) {
        if (page->fetched++ == size)
            continue;
        sbx_primary_note(&page->primaries[page->count], type, rows, &call->arena);
        write_member(call, writer, type, rows);
        if (!page->count || page->count + 1 == size)
            page->last = place_of(call, rows);
        if (!page->count)
            page->first = page->last;
        page->ends[page->count++] = writer->out->size;
    }
}

/* A page asked for backward comes last first: turn the members in body[start..] round. */
static void turn_round(sbx_text *out, size_t start, page_rows *page) {
    sbx_text turned = {0};
    for (size_t i = page->count; i-- > 0;) {
        size_t from = i ? page->ends[i - 1] : start;
        /* every member but the first has a comma in front */
        from += i ? 1 : 0;
        sbx_json_item(&turned);
        sbx_text_add(&turned, out->data + from, page->ends[i] - from);
    }
    out->failed |= turned.failed;
    if (!turned.failed && turned.size)
        memcpy(out->data + start, turned.data, turned.size);
    sbx_text_free(&turned);
    for (size_t i = 0; i < page->count / 2; i++) {
        sbx_primary swap = page->primaries[i];
        page->primaries[i] = page->primaries[page->count - 1 - i];
        page->primaries[page->count - 1 - i] = swap;
    }
    sbx_cursor swap = page->first;
    page->first = page->last;
    page->last = swap;
}

static void write_turn(sbx_call *call, sbx_text *out, const char *name, bool there,
                       sbx_cursor place, bool backward) {
    if (there) {
        place.backward = backward;
        char *cursor =
            sbx_cursor_encode(&call->arena, call->query.sort, &place, call->query.binding);
        if (cursor)
            write_own_link(call, out, name, cursor);
    } else if (call->dialect == SBX_DIALECT_GUIDE) {
        sbx_json_raw(out, name, "null"); /* the OpenAPI files do not let them be null */
    }
}

static void write_page(sbx_call *call, sbx_type type, sqlite3_stmt *rows) {
    sbx_text *out = &call->answer->body;
    sbx_writer writer = writer_of(call);
    page_rows page = {0};
    sbx_json_open(out, NULL, '{');
    sbx_json_open(out, "data", '[');
    size_t start = out->size;
    read_page(call, &writer, type, rows, &page);
    bool backward = call->query.cursor && call->query.cursor->backward;
    if (backward && !out->failed)
        turn_round(out, start, &page);
    sbx_text_puts(out, "]");
    sbx_write_included(call, &writer, type, page.primaries, page.count);
    sbx_page_ends ends = sbx_cursor_ends(call->query.cursor, page.fetched, call->query.page_size);
    sbx_json_open(out, "links", '{');
    write_own_link(call, out, "self", NULL);
    write_turn(call, out, "next", ends.has_next, page.last, false);
    write_turn(call, out, "prev", ends.has_prev, page.first, true);
    sbx_text_puts(out, "}}");
    call->answer->status = 200;
}

static void select_page(sbx_sql *sql, const sbx_query *query, sbx_type type) {
    static const struct {
        const char *columns, *table;
    } tables[] = {
        [SBX_TYPE_CAMPAIGN] = {SBX_CAMPAIGN_COLUMNS, "campaigns"},
        [SBX_TYPE_AUDIENCE] = {SBX_AUDIENCE_COLUMNS, "audiences"},
        [SBX_TYPE_MESSAGE] = {SBX_MESSAGE_COLUMNS, "messages"},
        [SBX_TYPE_VARIATION] = {SBX_VARIATION_COLUMNS, "variations"},
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
}

static void run_page(sbx_call *call, sbx_sql *sql, sbx_type type) {
    sbx_query_where(&call->query, sql);
    sbx_query_order(&call->query, sql);
    sqlite3_stmt *rows = sbx_store_query(&call->box->store, sql);
    if (rows)
        write_page(call, type, rows);
}

void sbx_act_list(sbx_call *call) {
    sbx_sql sql;
    sbx_sql_init(&sql, &call->arena);
    select_page(&sql, &call->query, call->route->type);
    run_page(call, &sql, call->route->type);
}

/* GET .../{id}/relation to several, in pages: messages of a campaign or of an audience. */
void sbx_act_related_page(sbx_call *call) {
    sqlite3_stmt *parent = sbx_call_find(call, call->route->type, call->id, NULL);
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

/* GET .../{id}/relation to several, all of them. */
void sbx_act_related_all(sbx_call *call) {
    sqlite3_stmt *parent = sbx_call_find(call, call->route->type, call->id, NULL);
    if (!parent)
        return;
    int64_t pk = sbx_column_int(parent, 0);
    sqlite3_reset(parent);
    sbx_text *out = &call->answer->body;
    sbx_writer writer = writer_of(call);
    sbx_json_open(out, NULL, '{');
    sbx_json_open(out, "data", '[');
    sqlite3_stmt *row = sbx_store_use(&call->box->store, call->route->rows, "i", pk);
    while (sbx_store_row(&call->box->store, row))
        write_member(call, &writer, call->route->other, row);
    sbx_text_puts(out, "]");
    sbx_json_open(out, "links", '{');
    write_own_link(call, out, "self", NULL);
    if (call->dialect == SBX_DIALECT_GUIDE) {
        sbx_json_raw(out, "next", "null");
        sbx_json_raw(out, "prev", "null");
    }
    sbx_text_puts(out, "}}");
    call->answer->status = 200;
}
