/* SPDX-License-Identifier: MIT */
#include "api/query.h"

#include <string.h>
#include "api/query_rules.h"
#include "base/text.h"

enum kind { FILTER, SORT, INCLUDE, PAGE_CURSOR, PAGE_SIZE, ADDITIONAL, FIELDS };

/* A parameter that the operation takes, and its value once it was read. */
struct parameter {
    const char *name;
    enum kind kind;
    sbx_type type; /* FIELDS */
    bool given;
    const char *value; /* decoded */
    size_t length;
};
#define PARAMETERS_MAX (6 + SBX_TYPE_COUNT)

struct reader {
    sbx_arena *arena;
    sbx_errors *errors;
    sbx_op op;
    sbx_dialect dialect;
    const sbx_query_rule *rule;
    struct parameter known[PARAMETERS_MAX];
    size_t count;
    sbx_text canonical;
};

/* Adds a parameter to those that the operation takes. */

static void add_parameter(struct reader *r, const char *name, enum kind kind) {
    r->known[r->count++] = (struct parameter){.name = name, .kind = kind};
}

static const sbx_filter_field *filter_fields(const struct reader *r) {
    const sbx_list_rule *list = r->rule->list;
    if (!list)
        return NULL;
    return r->dialect == SBX_DIALECT_GUIDE ? list->guide_filter : list->openapi_filter;
}

/* Whether the type can be in a response: not when only an include leads to it that this dialect
 * does not have. */
static bool can_include(const struct reader *r, sbx_type type) {
    const sbx_include_rule *include = r->rule->includes;
    while (include && include->name && include->type != type)
        include++;
    return !include || !include->name || (include->dialects & r->dialect);
}

static void know_all(struct reader *r) {
    const sbx_list_rule *list = r->rule->list;
    unsigned fields =
        r->dialect == SBX_DIALECT_GUIDE ? r->rule->guide_fields : r->rule->openapi_fields;
    if (filter_fields(r))
        add_parameter(r, "filter", FILTER);
    if (list && list->sortable)
        add_parameter(r, "sort", SORT);
    if (r->rule->includes)
        add_parameter(r, "include", INCLUDE);
    if (list)
        add_parameter(r, list->cursor ? list->cursor : "page[cursor]", PAGE_CURSOR);
    if (list && list->page_max)
        add_parameter(r, "page[size]", PAGE_SIZE);
    if (sbx_additional_name(r->op))
        add_parameter(r, sbx_additional_name(r->op), ADDITIONAL);
    for (sbx_type type = 0; type < SBX_TYPE_COUNT; type++) {
        if (!(fields & SBX_TYPE_BIT(type)) || !can_include(r, type))
            continue;
        add_parameter(r, sbx_fields_names[type], FIELDS);
        r->known[r->count - 1].type = type;
    }
}

static struct parameter *find(struct reader *r, enum kind kind) {
    for (size_t i = 0; i < r->count; i++)
        if (r->known[i].kind == kind && r->known[i].given)
            return &r->known[i];
    return NULL;
}

static void unknown_parameter(struct reader *r, const char *name) {
    sbx_text known = {0};
    for (size_t i = 0; i < r->count; i++)
        sbx_text_printf(&known, "%s%s", i ? ", " : "", r->known[i].name);
    sbx_bad_parameter(r->errors, name, "this request takes no parameter %s; it takes %s",
                      sbx_arena_quote(r->arena, name, strlen(name)),
                      known.data ? known.data : "none");
    sbx_text_free(&known);
}

/* --- decoding --- */

static int hex(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Percent-decodes raw[0..length) into *out, in the arena. Returns NULL, or what is wrong with it.
 */
static const char *decode(sbx_arena *arena, const char *raw, size_t length, char **out,
                          size_t *size) {
    char *text = sbx_arena_alloc(arena, length + 1);
    *size = 0;
    *out = text;
    for (size_t i = 0; text && i < length; i++) {
        int c = (unsigned char)raw[i];
        if (c == '+')
            c = ' ';
        if (c == '%') {
            int high = i + 2 < length ? hex(raw[i + 1]) : -1;
            int low = i + 2 < length ? hex(raw[i + 2]) : -1;
            if (high < 0 || low < 0)
                return "a % must be followed by two hexadecimal digits (a % itself is %25)";
            c = high * 16 + low;
            i += 2;
        }
        if (c == 0)
            return "NUL is not allowed";
        text[(*size)++] = (char)c;
    }
    for (size_t i = 0, step; text && i < *size; i += step)
        if ((step = sbx_utf8_length(text + i, *size - i)) == 0)
            return "it is not UTF-8";
    return NULL;
}

static void encode(sbx_text *out, const char *text, size_t length) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~')
            sbx_text_add(out, text + i, 1);
        else
            sbx_text_add(out, (const char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
    }
}

static void take_value(struct reader *r, struct parameter *parameter, char *value, size_t length) {
    if (parameter->given) {
        sbx_bad_parameter(r->errors, parameter->name, "it is given more than once");
        return;
    }
    parameter->given = true;
    parameter->value = value;
    parameter->length = length;
    if (parameter->kind == PAGE_CURSOR)
        return;
    sbx_text_puts(&r->canonical, r->canonical.size ? "&" : "");
    encode(&r->canonical, parameter->name, strlen(parameter->name));
    sbx_text_puts(&r->canonical, "=");
    encode(&r->canonical, value, length);
}

/* Reads one name=value. */
static void read_pair(struct reader *r, const char *raw, size_t length) {
    const char *equals = memchr(raw, '=', length);
    size_t name_raw = equals ? (size_t)(equals - raw) : length, name_length, value_length = 0;
    size_t value_raw = equals ? length - name_raw - 1 : 0;
    char *name, *value = NULL;
    const char *wrong = decode(r->arena, raw, name_raw, &name, &name_length);
    if (!name)
        return;
    if (wrong) {
        sbx_bad_parameter(r->errors, "", "the name of parameter %s: %s",
                          sbx_arena_quote(r->arena, raw, name_raw), wrong);
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->known[i].name, name) != 0)
            continue;
        wrong = decode(r->arena, raw + length - value_raw, value_raw, &value, &value_length);
        if (wrong)
            sbx_bad_parameter(r->errors, name, "%s", wrong);
        else if (value)
            take_value(r, &r->known[i], value, value_length);
        return;
    }
    unknown_parameter(r, name);
}

/* Reads the pairs between the ampersands; empty ones, as in "a=1&&b=2&", are skipped. */
static void read_pairs(struct reader *r, const char *raw, size_t length) {
    for (size_t start = 0, end; start < length; start = end + 1) {
        const char *next = memchr(raw + start, '&', length - start);
        end = next ? (size_t)(next - raw) : length;
        if (end > start)
            read_pair(r, raw + start, end - start);
    }
}

/* --- values; each function returns whether its part of *out is valid --- */

static bool read_filter(struct reader *r, sbx_query *out) {
    const struct parameter *given = find(r, FILTER);
    out->filter_fields = filter_fields(r);
    if (!given)
        return true;
    out->filter = sbx_filter_parse(r->arena, given->value, given->length, r->errors);
    return out->filter && sbx_filter_check(r->arena, out->filter, out->filter_fields, r->errors);
}

static void unknown_sort(struct reader *r, const struct parameter *given) {
    sbx_text known = {0};
    for (const sbx_sort_rule *sort = r->rule->list->sorts; sort->key.name; sort++)
        if (sort->dialects & r->dialect)
            sbx_text_printf(&known, "%s%s", known.size ? ", " : "", sort->key.name);
    sbx_bad_parameter(
        r->errors, "sort", "%s is not a sort order; allowed: %s, with a - in front for descending",
        sbx_arena_quote(r->arena, given->value, given->length), known.data ? known.data : "others");
    sbx_text_free(&known);
}

static bool read_sort(struct reader *r, sbx_query *out) {
    const sbx_list_rule *list = r->rule->list;
    const struct parameter *given = find(r, SORT);
    if (!list)
        return true;
    out->sort = &list->sorts[0].key;
    out->descending = list->descending;
    if (!given)
        return true;
    bool descending = given->value[0] == '-';
    for (const sbx_sort_rule *sort = list->sorts; sort->key.name; sort++) {
        if (!(sort->dialects & r->dialect) || strcmp(sort->key.name, given->value + descending))
            continue;
        out->sort = &sort->key;
        out->descending = descending;
        return true;
    }
    unknown_sort(r, given);
    return false;
}

static const sbx_include_rule *find_include(struct reader *r, const char *name, size_t length) {
    for (const sbx_include_rule *rule = r->rule->includes; rule->name; rule++)
        if ((rule->dialects & r->dialect) && strlen(rule->name) == length &&
            memcmp(rule->name, name, length) == 0)
            return rule;
    return NULL;
}

static void unknown_include(struct reader *r, const char *name, size_t length) {
    sbx_text known = {0};
    for (const sbx_include_rule *rule = r->rule->includes; rule->name; rule++)
        if (rule->dialects & r->dialect)
            sbx_text_printf(&known, "%s%s", known.size ? ", " : "", rule->name);
    sbx_bad_parameter(r->errors, "include", "%s cannot be included here; possible: %s",
                      sbx_arena_quote(r->arena, name, length), known.data ? known.data : "none");
    sbx_text_free(&known);
}

static bool read_include(struct reader *r, sbx_query *out) {
    const struct parameter *given = find(r, INCLUDE);
    bool ok = true;
    if (!given || given->length == 0)
        return true;
    for (size_t start = 0, end; start <= given->length; start = end + 1) {
        const char *name = given->value + start;
        const char *comma = memchr(name, ',', given->length - start);
        end = comma ? (size_t)(comma - given->value) : given->length;
        const sbx_include_rule *rule = find_include(r, name, end - start);
        if (rule)
            out->include |= SBX_TYPE_BIT(rule->type);
        else
            unknown_include(r, name, end - start);
        ok = ok && rule;
    }
    return ok;
}

static bool read_fields(struct reader *r, sbx_query *out) {
    bool ok = true;
    for (size_t i = 0; i < r->count; i++) {
        const struct parameter *given = &r->known[i];
        const sbx_sparse_rule rule = {given->type, r->dialect, sbx_additional_name(r->op) != NULL,
                                      given->name};
        if (given->kind == FIELDS && given->given &&
            !sbx_sparse_parse(r->arena, &rule, given->value, given->length, r->errors,
                              &out->fields[given->type]))
            ok = false;
    }
    return ok;
}

static bool read_additional(struct reader *r, sbx_query *out) {
    const struct parameter *given = find(r, ADDITIONAL);
    if (!given)
        return true;
    out->counted = strcmp(given->value, "profile_count") == 0;
    return out->counted ||
           sbx_bad_parameter(r->errors, given->name, "it can be profile_count alone, not %s",
                             sbx_arena_quote(r->arena, given->value, given->length));
}

static bool read_page_size(struct reader *r, sbx_query *out) {
    const sbx_list_rule *list = r->rule->list;
    const struct parameter *given = find(r, PAGE_SIZE);
    size_t size = 0;
    out->page_size = list ? list->page_size : 0;
    if (!given)
        return true;
    bool is_number = given->length > 0 && strspn(given->value, "0123456789") == given->length;
    for (size_t i = 0; is_number && i < given->length && size <= list->page_max; i++)
        size = size * 10 + (size_t)(given->value[i] - '0');
    if (!is_number || size < 1 || size > list->page_max)
        return sbx_bad_parameter(r->errors, "page[size]",
                                 "it must be a whole number from 1 to %zu, not %s", list->page_max,
                                 sbx_arena_quote(r->arena, given->value, given->length));
    out->page_size = size;
    return true;
}

/* Called when filter and sort are valid: a cursor belongs to them. */
static bool read_cursor(struct reader *r, const char *parent, sbx_query *out) {
    const struct parameter *given = find(r, PAGE_CURSOR), *filter = find(r, FILTER);
    if (!out->sort)
        return true;
    out->binding = sbx_cursor_binding(r->op, parent, out->sort, out->descending,
                                      filter ? filter->value : "", filter ? filter->length : 0);
    if (!given)
        return true;
    sbx_cursor *cursor = sbx_arena_alloc(r->arena, sizeof *cursor);
    if (!cursor)
        return false;
    switch (
        sbx_cursor_decode(r->arena, out->sort, given->value, given->length, out->binding, cursor)) {
    case SBX_CURSOR_OK:
        out->cursor = cursor;
        return true;
    case SBX_CURSOR_FOREIGN:
        return sbx_bad_parameter(r->errors, given->name,
                                 "this cursor belongs to another list, sort or filter: begin again "
                                 "without a cursor");
    case SBX_CURSOR_BROKEN:
        return sbx_bad_parameter(
            r->errors, given->name,
            "this is not a cursor of this server, or it was cut or altered: take "
            "it from links.next or links.prev as it is");
    case SBX_CURSOR_NO_MEMORY:
        break;
    }
    return false;
}

static bool read_values(struct reader *r, const char *parent, sbx_query *out) {
    bool listed = read_filter(r, out);
    listed = read_sort(r, out) && listed;
    bool ok = read_include(r, out) && listed;
    ok = read_fields(r, out) && ok;
    ok = read_page_size(r, out) && ok;
    ok = read_additional(r, out) && ok;
    if (listed)
        ok = read_cursor(r, parent, out) && ok;
    return ok;
}

bool sbx_query_parse(sbx_arena *arena, sbx_op op, sbx_dialect dialect, const char *parent,
                     const char *raw, size_t length, sbx_errors *errors, sbx_query *out) {
    struct reader r = {.arena = arena,
                       .errors = errors,
                       .op = op,
                       .dialect = dialect,
                       .rule = &sbx_query_rules[op]};
    size_t errors_before = errors->count;
    *out = (sbx_query){0};
    if (length > SBX_QUERY_LENGTH_MAX)
        return sbx_bad_parameter(errors, "", "the query is longer than %d bytes",
                                 SBX_QUERY_LENGTH_MAX);
    know_all(&r);
    read_pairs(&r, raw, length);
    bool ok = read_values(&r, parent, out);
    if (ok)
        out->canonical = sbx_arena_copy(arena, r.canonical.data, r.canonical.size);
    ok = ok && out->canonical && !r.canonical.failed && !arena->failed;
    sbx_text_free(&r.canonical);
    return ok && errors->count == errors_before && !errors->failed;
}

bool sbx_op_known(sbx_op op, sbx_dialect dialect) {
    return sbx_query_rules[op].dialects & dialect;
}

void sbx_query_where(const sbx_query *query, sbx_sql *sql) {
    /* going forward in ascending order, the cursor is a lower bound of the sort column */
    bool above = query->cursor && query->descending == query->cursor->backward;
    bool below = query->cursor && !above;
    sbx_filter_scan scan = {.column = query->sort->column, .above = above, .below = below};
    sbx_filter_render(query->filter, query->filter_fields, &scan, sql);
    sbx_sql_add(sql, " AND ");
    sbx_cursor_where(sql, query->sort, query->descending, query->cursor);
}

void sbx_query_order(const sbx_query *query, sbx_sql *sql) {
    sbx_cursor_order(sql, query->sort, query->descending, query->cursor);
    sbx_sql_add(sql, " LIMIT ");
    sbx_sql_int(sql, (int64_t)query->page_size + 1);
}
