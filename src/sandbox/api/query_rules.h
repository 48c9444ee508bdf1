/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_QUERY_RULES_H
#define SBX_API_QUERY_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include "api/api.h"
#include "api/cursor.h"
#include "api/filter.h"

SBX_HIDDEN_BEGIN

/* The query parameters of each operation, from the guide and the OpenAPI files. Where the guide
 * does not mention a parameter of an operation, the OpenAPI file decides. */

typedef struct sbx_sort_rule {
    unsigned dialects;
    sbx_sort_key key;
} sbx_sort_rule;

typedef struct sbx_include_rule {
    const char *name; /* NULL ends a table */
    sbx_type type;
    unsigned dialects;
} sbx_include_rule;

typedef struct sbx_list_rule {
    const sbx_filter_field *guide_filter, *openapi_filter; /* NULL: no filter parameter */
    const sbx_sort_rule *sorts; /* the first is the default; ends with .key.name = NULL */
    bool descending;            /* the direction of the default sort */
    bool sortable;              /* there is a sort parameter */
    size_t page_size, page_max; /* default; maximum, or 0: there is no page[size] */
    const char *cursor;         /* the parameter of the cursor; NULL: page[cursor] */
} sbx_list_rule;

typedef struct sbx_query_rule {
    unsigned dialects; /* the dialects that have the operation */
    const sbx_list_rule *list;
    const sbx_include_rule *includes;
    unsigned guide_fields, openapi_fields; /* SBX_TYPE_BIT of the types with sparse fields */
} sbx_query_rule;

extern const sbx_query_rule sbx_query_rules[SBX_OP_COUNT];

/* The parameter that asks for profile_count, which the reads of one list or segment have; NULL for
 * the others. */
const char *sbx_additional_name(sbx_op op);

/* The name of a type on the wire: "campaign-audience". */
extern const char *const sbx_type_names[SBX_TYPE_COUNT];

/* The parameter of a type's sparse fields: "fields[campaign-audience]". */
extern const char *const sbx_fields_names[SBX_TYPE_COUNT];

SBX_HIDDEN_END
#endif
