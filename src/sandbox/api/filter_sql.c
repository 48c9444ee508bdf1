/* SPDX-License-Identifier: MIT */
#include "api/filter.h"

#include <string.h>

struct writer {
    sbx_sql *sql;
    const sbx_filter_field *fields;
    const sbx_filter_scan *scan;
    const sbx_filter_field
        *indexed; /* the field whose index finds the rows; NULL: the sort order does */
};

static const sbx_filter_field *find_field(const sbx_filter_field *fields, const char *name) {
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

/* Returns the first field of a tree with this use of its index. All comparisons are ANDed, so any
 * of them may lead. */
static const sbx_filter_field *find_use(const sbx_filter *node, const sbx_filter_field *fields,
                                        sbx_filter_use use) {
    const sbx_filter_field *found = NULL;
    if (node->op != SBX_FILTER_AND) {
        bool exact = node->op == SBX_FILTER_EQUALS || node->op == SBX_FILTER_ANY;
        found = exact ? find_field(fields, node->field) : NULL;
        /* A list of values reads several ranges of the index: each is in sort order, their union is
         * not. */
        bool fits = found && found->use == use && (use == SBX_FILTER_KEY || !node->is_list);
        return fits ? found : NULL;
    }
    for (const sbx_filter *child = node->first; child && !found; child = child->next)
        found = find_use(child, fields, use);
    return found;
}

static bool is_bound(const struct writer *w, const sbx_filter *node) {
    bool below = node->op == SBX_FILTER_LESS_THAN || node->op == SBX_FILTER_LESS_OR_EQUAL;
    bool above = node->op == SBX_FILTER_GREATER_THAN || node->op == SBX_FILTER_GREATER_OR_EQUAL;
    return (below && !w->scan->below) || (above && !w->scan->above);
}

/* Appends the column in a form that lets SQLite use the chosen index and no other. */
static void add_column(const struct writer *w, const sbx_filter *node,
                       const sbx_filter_field *field) {
    bool guided_by_key = w->indexed && w->indexed->use == SBX_FILTER_KEY;
    bool sorted_by = w->scan->column && strcmp(w->scan->column, field->column) == 0;
    bool free = field == w->indexed || (sorted_by && !guided_by_key && is_bound(w, node));
    sbx_sql_add(w->sql, free ? "" : "+");
    sbx_sql_add(w->sql, field->column);
}

/* Appends one "?" (or the placeholder of the field) and its value. */
static void add_value(const sbx_filter_field *field, const sbx_sql_value *value, sbx_sql *sql) {
    sbx_sql_value bound = *value;
    for (const sbx_filter_word *word = field->words; word && word->wire; word++)
        if (strlen(word->wire) == value->length &&
            memcmp(word->wire, value->text, value->length) == 0) {
            bound.text = word->stored;
            bound.length = strlen(word->stored);
        }
    sbx_sql_add(sql, field->placeholder ? field->placeholder : "?");
    sbx_sql_bind(sql, &bound);
}

/* Appends column LIKE ?, with the wildcards of LIKE escaped in the value. */
static void add_like(const sbx_filter_field *field, const sbx_sql_value *value, bool open_start,
                     bool open_end, sbx_sql *sql) {
    size_t size = 0;
    char *pattern = sbx_arena_alloc(sql->arena, value->length * 2 + 3);
    if (!pattern) {
        sql->failed = true;
        return;
    }
    if (open_start)
        pattern[size++] = '%';
    for (size_t i = 0; i < value->length; i++) {
        if (strchr("%_\\", value->text[i]))
            pattern[size++] = '\\';
        pattern[size++] = value->text[i];
    }
    if (open_end)
        pattern[size++] = '%';
    sbx_sql_add(sql, field->column);
    sbx_sql_add(sql, " LIKE ");
    sbx_sql_text(sql, pattern, size);
    sbx_sql_add(sql, " ESCAPE '\\'");
}

static void add_likes(const struct writer *w, const sbx_filter *node, const sbx_filter_field *field,
                      const char *between) {
    sbx_sql_add(w->sql, "(");
    for (size_t i = 0; i < node->count; i++) {
        sbx_sql_add(w->sql, i ? between : "");
        add_like(field, &node->values[i].value, true, true, w->sql);
    }
    sbx_sql_add(w->sql, ")");
}

static void add_in(const struct writer *w, const sbx_filter *node, const sbx_filter_field *field) {
    add_column(w, node, field);
    sbx_sql_add(w->sql, " IN (");
    for (size_t i = 0; i < node->count; i++) {
        sbx_sql_add(w->sql, i ? ", " : "");
        add_value(field, &node->values[i].value, w->sql);
    }
    sbx_sql_add(w->sql, ")");
}

static void add_sign(const struct writer *w, const sbx_filter *node, const sbx_filter_field *field,
                     const char *sign) {
    add_column(w, node, field);
    sbx_sql_add(w->sql, sign);
    add_value(field, &node->values[0].value, w->sql);
}

static void add_has(const sbx_filter_field *field, sbx_sql *sql) {
    sbx_sql_add(sql, "(");
    sbx_sql_add(sql, field->column);
    sbx_sql_add(sql, " IS NOT NULL AND ");
    sbx_sql_add(sql, field->column);
    sbx_sql_add(sql, " <> '')");
}

static void add_comparison(const struct writer *w, const sbx_filter *node,
                           const sbx_filter_field *field) {
    switch (node->op) {
    case SBX_FILTER_EQUALS:
        if (node->is_list)
            add_in(w, node, field);
        else
            add_sign(w, node, field, " = ");
        break;
    case SBX_FILTER_LESS_THAN:
        add_sign(w, node, field, " < ");
        break;
    case SBX_FILTER_LESS_OR_EQUAL:
        add_sign(w, node, field, " <= ");
        break;
    case SBX_FILTER_GREATER_THAN:
        add_sign(w, node, field, " > ");
        break;
    case SBX_FILTER_GREATER_OR_EQUAL:
        add_sign(w, node, field, " >= ");
        break;
    case SBX_FILTER_CONTAINS:
    case SBX_FILTER_CONTAINS_ANY:
        add_likes(w, node, field, " OR ");
        break;
    case SBX_FILTER_CONTAINS_ALL:
        add_likes(w, node, field, " AND ");
        break;
    case SBX_FILTER_STARTS_WITH:
        add_like(field, &node->values[0].value, false, true, w->sql);
        break;
    case SBX_FILTER_ENDS_WITH:
        add_like(field, &node->values[0].value, true, false, w->sql);
        break;
    case SBX_FILTER_ANY:
        add_in(w, node, field);
        break;
    case SBX_FILTER_HAS:
        add_has(field, w->sql);
        break;
    case SBX_FILTER_AND:
        break; /* handled by the caller */
    }
}

static void add_node(const struct writer *w, const sbx_filter *node) {
    if (node->op != SBX_FILTER_AND) {
        const sbx_filter_field *field = find_field(w->fields, node->field);
        if (field)
            add_comparison(w, node, field);
        else
            w->sql->failed = true; /* the tree was not checked against this table */
        return;
    }
    sbx_sql_add(w->sql, "(");
    for (const sbx_filter *child = node->first; child; child = child->next) {
        add_node(w, child);
        sbx_sql_add(w->sql, child->next ? " AND " : "");
    }
    sbx_sql_add(w->sql, ")");
}

void sbx_filter_render(const sbx_filter *filter, const sbx_filter_field *fields,
                       const sbx_filter_scan *scan, sbx_sql *sql) {
    struct writer w = {.sql = sql, .fields = fields, .scan = scan};
    if (!filter) {
        sbx_sql_add(sql, "1");
        return;
    }
    w.indexed = find_use(filter, fields, SBX_FILTER_KEY);
    if (!w.indexed)
        w.indexed = find_use(filter, fields, SBX_FILTER_GROUP);
    add_node(&w, filter);
}
