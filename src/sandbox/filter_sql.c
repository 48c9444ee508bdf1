/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <string.h>

/* One "?" (or what stands for it) and its value. */
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

/* column LIKE ?, with what LIKE would take for a pattern escaped. */
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

static void add_likes(const sbx_filter *node, const sbx_filter_field *field, const char *between,
                      sbx_sql *sql) {
    sbx_sql_add(sql, "(");
    for (size_t i = 0; i < node->count; i++) {
        sbx_sql_add(sql, i ? between : "");
        add_like(field, &node->values[i].value, true, true, sql);
    }
    sbx_sql_add(sql, ")");
}

static void add_in(const sbx_filter *node, const sbx_filter_field *field, sbx_sql *sql) {
    sbx_sql_add(sql, field->column);
    sbx_sql_add(sql, " IN (");
    for (size_t i = 0; i < node->count; i++) {
        sbx_sql_add(sql, i ? ", " : "");
        add_value(field, &node->values[i].value, sql);
    }
    sbx_sql_add(sql, ")");
}

static void add_order(const sbx_filter *node, const sbx_filter_field *field, const char *sign,
                      sbx_sql *sql) {
    sbx_sql_add(sql, field->column);
    sbx_sql_add(sql, sign);
    add_value(field, &node->values[0].value, sql);
}

static void add_has(const sbx_filter_field *field, sbx_sql *sql) {
    sbx_sql_add(sql, "(");
    sbx_sql_add(sql, field->column);
    sbx_sql_add(sql, " IS NOT NULL AND ");
    sbx_sql_add(sql, field->column);
    sbx_sql_add(sql, " <> '')");
}

static void add_comparison(const sbx_filter *node, const sbx_filter_field *field, sbx_sql *sql) {
    switch (node->op) {
    case SBX_FILTER_EQUALS:
        if (node->is_list)
            add_in(node, field, sql);
        else
            add_order(node, field, " = ", sql);
        break;
    case SBX_FILTER_LESS_THAN:
        add_order(node, field, " < ", sql);
        break;
    case SBX_FILTER_LESS_OR_EQUAL:
        add_order(node, field, " <= ", sql);
        break;
    case SBX_FILTER_GREATER_THAN:
        add_order(node, field, " > ", sql);
        break;
    case SBX_FILTER_GREATER_OR_EQUAL:
        add_order(node, field, " >= ", sql);
        break;
    case SBX_FILTER_CONTAINS:
    case SBX_FILTER_CONTAINS_ANY:
        add_likes(node, field, " OR ", sql);
        break;
    case SBX_FILTER_CONTAINS_ALL:
        add_likes(node, field, " AND ", sql);
        break;
    case SBX_FILTER_STARTS_WITH:
        add_like(field, &node->values[0].value, false, true, sql);
        break;
    case SBX_FILTER_ENDS_WITH:
        add_like(field, &node->values[0].value, true, false, sql);
        break;
    case SBX_FILTER_ANY:
        add_in(node, field, sql);
        break;
    case SBX_FILTER_HAS:
        add_has(field, sql);
        break;
    case SBX_FILTER_AND:
        break; /* the caller's */
    }
}

static void add_node(const sbx_filter *node, const sbx_filter_field *fields, sbx_sql *sql) {
    if (node->op != SBX_FILTER_AND) {
        while (fields->name && strcmp(fields->name, node->field) != 0)
            fields++;
        if (fields->name)
            add_comparison(node, fields, sql);
        else
            sql->failed = true; /* the tree was not checked against this table */
        return;
    }
    sbx_sql_add(sql, "(");
    for (const sbx_filter *child = node->first; child; child = child->next) {
        add_node(child, fields, sql);
        sbx_sql_add(sql, child->next ? " AND " : "");
    }
    sbx_sql_add(sql, ")");
}

void sbx_filter_render(const sbx_filter *filter, const sbx_filter_field *fields, sbx_sql *sql) {
    if (filter)
        add_node(filter, fields, sql);
    else
        sbx_sql_add(sql, "1");
}
