/* SPDX-License-Identifier: MIT */
#include "resources/render.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A piece of the source; not NUL-terminated. */
typedef struct span {
    const char *from, *to;
} span;

static span trim(span text) {
    while (text.from < text.to && isspace((unsigned char)*text.from))
        text.from++;
    while (text.to > text.from && isspace((unsigned char)text.to[-1]))
        text.to--;
    return text;
}

static bool is_word(char character) {
    return isalnum((unsigned char)character) || character == '_' || (unsigned char)character >= 128;
}

static void add_escaped(sbx_text *out, const char *text, bool in_html) {
    for (; *text; text++) {
        const char *entity = !in_html        ? NULL
                             : *text == '&'  ? "&amp;"
                             : *text == '<'  ? "&lt;"
                             : *text == '>'  ? "&gt;"
                             : *text == '"'  ? "&quot;"
                             : *text == '\'' ? "&#x27;"
                                             : NULL;
        if (entity)
            sbx_text_puts(out, entity);
        else
            sbx_text_add(out, text, 1);
    }
}

static void add_value(sbx_text *out, json_t *value, bool in_html) {
    if (json_is_string(value)) {
        add_escaped(out, json_string_value(value), in_html);
    } else if (json_is_boolean(value)) {
        sbx_text_puts(out, json_is_true(value) ? "True" : "False");
    } else if (value && !json_is_null(value)) {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        if (text)
            add_escaped(out, text, in_html);
        else
            out->failed = true;
        free(text);
    }
}

static bool is_false(json_t *value) {
    return !value || json_is_null(value) || json_is_false(value) ||
           (json_is_number(value) && json_number_value(value) == 0) ||
           (json_is_string(value) && !json_string_length(value)) ||
           (json_is_array(value) && !json_array_size(value)) ||
           (json_is_object(value) && !json_object_size(value));
}

/* The member or item that one part of a dotted name means. */
static json_t *member(json_t *value, span part) {
    char name[128], *end;
    size_t size = (size_t)(part.to - part.from);
    if (size >= sizeof name)
        return NULL;
    memcpy(name, part.from, size);
    name[size] = '\0';
    if (json_is_object(value))
        return json_object_get(value, name);
    unsigned long index = strtoul(name, &end, 10);
    return size && !*end ? json_array_get(value, index) : NULL;
}

/* Reads a dotted name; NULL for none, otherwise what follows it. *value: NULL if there is none. */
static const char *read_name(span text, json_t *context, json_t **value) {
    const char *at = text.from;
    *value = context;
    if (at == text.to || isdigit((unsigned char)*at) || *at == '_')
        return NULL;
    for (;;) {
        span part = {at, at};
        while (part.to < text.to && is_word(*part.to))
            part.to++;
        if (part.to == part.from)
            return NULL;
        *value = member(*value, part);
        at = part.to;
        if (at == text.to || *at != '.')
            return at;
        at++;
    }
}

/* Reads `|default:"..."`, with either quote, or a number; false for anything else. */
static bool read_default(span text, span *literal) {
    static const char name[] = "default:";
    if (text.from == text.to || *text.from != '|')
        return false;
    text.from++;
    text = trim(text);
    if ((size_t)(text.to - text.from) <= sizeof name - 1 ||
        memcmp(text.from, name, sizeof name - 1))
        return false;
    text.from += sizeof name - 1;
    char quote = *text.from;
    *literal = text;
    if (quote != '"' && quote != '\'') {
        for (const char *at = text.from; at < text.to; at++)
            if (!isdigit((unsigned char)*at) && *at != '.' && *at != '-')
                return false;
        return true;
    }
    literal->from++;
    for (literal->to = literal->from; literal->to < text.to && *literal->to != quote; literal->to++)
        if (*literal->to == '\\')
            literal->to++;
    return literal->to + 1 == text.to;
}

/* A literal is written by the author of the template, so it is not escaped. */
static void add_literal(sbx_text *out, span literal) {
    for (const char *at = literal.from; at < literal.to; at++) {
        if (*at == '\\' && at + 1 < literal.to)
            at++;
        sbx_text_add(out, at, 1);
    }
}

/* Renders what is between {{ and }}; false if it is none of what is known here. */
static bool add_variable(sbx_text *out, span inner, json_t *context, bool in_html) {
    json_t *value;
    inner = trim(inner);
    const char *after = read_name(inner, context, &value);
    if (!after)
        return false;
    span rest = trim((span){after, inner.to}), literal;
    bool has_default = rest.from < rest.to;
    if (has_default && !read_default(rest, &literal))
        return false;
    if (has_default && is_false(value))
        add_literal(out, literal);
    else
        add_value(out, value, in_html);
    return true;
}

/* Finds the next {{ ... }} on one line. */
static bool next_variable(const char *source, span *tag) {
    for (const char *at = source; (at = strstr(at, "{{")); at++) {
        const char *end = strstr(at + 2, "}}");
        if (end && !memchr(at, '\n', (size_t)(end - at))) {
            *tag = (span){at, end + 2};
            return true;
        }
    }
    return false;
}

void sbx_render(sbx_text *out, const char *source, json_t *context, bool in_html) {
    span tag;
    while (next_variable(source, &tag)) {
        sbx_text_add(out, source, (size_t)(tag.from - source));
        if (!add_variable(out, (span){tag.from + 2, tag.to - 2}, context, in_html))
            sbx_text_add(out, tag.from, (size_t)(tag.to - tag.from));
        source = tag.to;
    }
    sbx_text_puts(out, source);
}
