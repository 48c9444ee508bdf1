/* SPDX-License-Identifier: MIT */
#include "api/filter.h"

#include <jansson.h>
#include <string.h>
#include "base/text.h"
#include "base/timestamp.h"

#define PARAMETER "filter"

struct parser {
    sbx_arena *arena;
    sbx_errors *errors;
    const char *text;
    size_t length, at;
    size_t nodes;
};

static const struct {
    const char *name;
    sbx_filter_operator op;
} operators[] = {
    {"equals", SBX_FILTER_EQUALS},
    {"less-than", SBX_FILTER_LESS_THAN},
    {"less-or-equal", SBX_FILTER_LESS_OR_EQUAL},
    {"greater-than", SBX_FILTER_GREATER_THAN},
    {"greater-or-equal", SBX_FILTER_GREATER_OR_EQUAL},
    {"contains", SBX_FILTER_CONTAINS},
    {"contains-any", SBX_FILTER_CONTAINS_ANY},
    {"contains-all", SBX_FILTER_CONTAINS_ALL},
    {"starts-with", SBX_FILTER_STARTS_WITH},
    {"ends-with", SBX_FILTER_ENDS_WITH},
    {"any", SBX_FILTER_ANY},
    {"has", SBX_FILTER_HAS},
    {"and", SBX_FILTER_AND},
};
#define OPERATORS (sizeof operators / sizeof operators[0])

/* Appends a word and, before it, a comma. */
static void add_word(sbx_text *list, const char *word) {
    if (list->size)
        sbx_text_puts(list, ", ");
    sbx_text_puts(list, word);
}

static const char *operator_name(sbx_filter_operator op) {
    for (size_t i = 0; i < OPERATORS; i++)
        if (operators[i].op == op)
            return operators[i].name;
    return "";
}

static void operator_names(sbx_text *list, unsigned mask) {
    for (size_t i = 0; i < OPERATORS; i++)
        if (operators[i].op & mask)
            add_word(list, operators[i].name);
}

/* Describes the current position for a message: a word, a character or the end. */
static const char *found(struct parser *p) {
    size_t length = 0, rest = p->length - p->at;
    if (rest == 0)
        return "the end";
    while (length < rest && !strchr(",()[]\"' ", p->text[p->at + length]))
        length++;
    return sbx_arena_quote(p->arena, p->text + p->at, length ? length : 1);
}

/* Adds the error "position N: found X, expected Y". Returns NULL, so that a rule can end with it.
 */
static void *expected(struct parser *p, const char *what) {
    sbx_bad_parameter(p->errors, PARAMETER, "position %zu: found %s, expected %s", p->at + 1,
                      found(p), what);
    return NULL;
}

static void *reject(struct parser *p, size_t position, const char *what) {
    sbx_bad_parameter(p->errors, PARAMETER, "position %zu: %s", position + 1, what);
    return NULL;
}

static void skip_space(struct parser *p) {
    while (p->at < p->length && p->text[p->at] == ' ')
        p->at++;
}

static bool take(struct parser *p, char c) {
    skip_space(p);
    if (p->at == p->length || p->text[p->at] != c)
        return false;
    p->at++;
    return true;
}

/* Consumes the longest run of letters, digits and `more`; returns its length. */
static size_t take_run(struct parser *p, const char *more) {
    size_t start = p->at;
    for (; p->at < p->length; p->at++) {
        char c = p->text[p->at];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c && strchr(more, c))))
            break;
    }
    return p->at - start;
}

/* Four hexadecimal digits, or -1. */
static long read_hex(struct parser *p) {
    long value = 0;
    if (p->length - p->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF", c = p->text[p->at + (size_t)i];
        const char *digit = c ? strchr(digits, c) : NULL;
        if (!digit)
            return -1;
        value = value * 16 + (digit - digits) % 16;
    }
    p->at += 4;
    return value;
}

static size_t put_utf8(char *out, long code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)((size == 2 ? 0xC0 : size == 3 ? 0xE0 : 0xF0) | code);
    return size;
}

/* Reads the rest of a \u escape. A surrogate pair is one character; returns 0 for an invalid or NUL
 * character. */
static size_t read_unicode(struct parser *p, char *out) {
    long code = read_hex(p);
    if (code >= 0xD800 && code <= 0xDBFF) {
        if (p->length - p->at < 2 || p->text[p->at] != '\\' || p->text[p->at + 1] != 'u')
            return 0;
        p->at += 2;
        long low = read_hex(p);
        if (low < 0xDC00 || low > 0xDFFF)
            return 0;
        code = 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00);
    } else if (code <= 0 || (code >= 0xDC00 && code <= 0xDFFF)) {
        return 0;
    }
    return put_utf8(out, code);
}

/* Reads an escape after its backslash. Returns the bytes written, 0 if JSON has no such escape. */
static size_t read_escape(struct parser *p, char *out) {
    static const char names[] = "\"'\\/bfnrt", meant[] = "\"'\\/\b\f\n\r\t";
    if (p->at == p->length || p->text[p->at] == '\0')
        return 0;
    char c = p->text[p->at++];
    const char *name = strchr(names, c);
    if (name) {
        *out = meant[name - names];
        return 1;
    }
    return c == 'u' ? read_unicode(p, out) : 0;
}

/* Returns the bytes up to the closing quote. Decoding never needs more: \uXXXX becomes three bytes
 * at most. */
static size_t raw_length(const struct parser *p, char quote) {
    size_t i = p->at;
    while (i < p->length && p->text[i] != quote)
        i += p->text[i] == '\\' ? 2 : 1;
    return i - p->at;
}

static bool read_string(struct parser *p, sbx_filter_value *value) {
    char quote = p->text[p->at++];
    size_t start = p->at - 1, size = 0;
    char *out = sbx_arena_alloc(p->arena, raw_length(p, quote) + 1);
    if (!out)
        return false;
    while (p->at < p->length && p->text[p->at] != quote) {
        size_t here = p->at, bytes = sbx_utf8_length(p->text + p->at, p->length - p->at);
        if (p->text[here] == '\\') {
            p->at++;
            bytes = read_escape(p, out + size);
            if (bytes == 0)
                return reject(p, here,
                              "invalid escape; allowed are \\\" \\' \\\\ \\/ \\b \\f "
                              "\\n \\r \\t and \\uXXXX (a character, and not \\u0000)");
        } else {
            if (bytes == 0 || (unsigned char)p->text[here] < 0x20)
                return reject(p, here, "a string must be UTF-8, with control characters escaped");
            memcpy(out + size, p->text + here, bytes);
            p->at += bytes;
        }
        size += bytes;
    }
    if (p->at == p->length)
        return reject(p, start, "this string is not closed");
    p->at++;
    value->type = SBX_FILTER_STRING;
    value->value = (sbx_sql_value){.kind = SBX_SQL_TEXT, .text = out, .length = size};
    return true;
}

/* Parsed by jansson: unlike strtod, it follows the JSON grammar and ignores the locale of the host.
 */
static bool read_number(const char *text, size_t length, sbx_sql_value *out) {
    json_t *number = json_loadb(text, length, JSON_DECODE_ANY, NULL);
    bool is_number = json_is_number(number);
    if (json_is_integer(number))
        *out = (sbx_sql_value){.kind = SBX_SQL_INT, .integer = json_integer_value(number)};
    else if (is_number)
        *out = (sbx_sql_value){.kind = SBX_SQL_REAL, .real = json_real_value(number)};
    json_decref(number);
    return is_number;
}

static bool looks_like_date(const char *text, size_t length) {
    return length >= 5 && text[4] == '-' && strspn(text, "0123456789") == 4;
}

/* Reads a value without quotes: true, false, a date-time or a number. */
static bool read_bare(struct parser *p, sbx_filter_value *value) {
    size_t start = p->at, length = take_run(p, "+-.:_");
    const char *text = p->text + start;
    sbx_sql_value *out = &value->value;

    if ((length == 4 && memcmp(text, "true", 4) == 0) ||
        (length == 5 && memcmp(text, "false", 5) == 0)) {
        value->type = SBX_FILTER_BOOLEAN;
        *out = (sbx_sql_value){.kind = SBX_SQL_INT, .integer = length == 4};
        return true;
    }
    if (looks_like_date(text, length)) {
        const char *wrong = sbx_time_parse(text, length, &out->integer);
        out->kind = SBX_SQL_INT;
        value->type = SBX_FILTER_DATETIME;
        if (!wrong)
            return true;
        bool lost_plus = p->at + 1 < p->length && text[length] == ' ' && text[length + 1] >= '0' &&
                         text[length + 1] <= '9';
        sbx_bad_parameter(p->errors, PARAMETER, "position %zu: %s is not a date-time: %s%s",
                          start + 1, sbx_arena_quote(p->arena, text, length), wrong,
                          lost_plus ? " (in a URL a + must be written %2B)" : "");
        return false;
    }
    value->type = SBX_FILTER_NUMBER;
    if (length && read_number(text, length, out))
        return true;
    p->at = start;
    return expected(p,
                    "a value: a string in quotes, or a date-time, number, true or false without");
}

static bool read_value(struct parser *p, sbx_filter_value *value) {
    skip_space(p);
    value->position = p->at;
    bool quoted = p->at < p->length && (p->text[p->at] == '"' || p->text[p->at] == '\'');
    bool ok = quoted ? read_string(p, value) : read_bare(p, value);
    value->length = p->at - value->position;
    return ok;
}

/* Reads a list after its "[". */
static bool read_list(struct parser *p, sbx_filter *node) {
    sbx_filter_value *values = NULL;
    size_t room = 0;
    do {
        if (node->count == SBX_FILTER_LIST_MAX)
            return reject(p, p->at, "a list takes at most 500 values");
        if (node->count == room) {
            sbx_filter_value *bigger = sbx_arena_alloc(p->arena, (room * 2 + 8) * sizeof *bigger);
            if (!bigger)
                return false;
            if (room)
                memcpy(bigger, values, room * sizeof *bigger);
            values = bigger;
            room = room * 2 + 8;
        }
        if (!read_value(p, &values[node->count]))
            return false;
        if (values[node->count].type != values[0].type)
            return reject(p, values[node->count].position,
                          "the values of a list must be of one type");
        node->values = values;
        node->count++;
    } while (take(p, ','));
    node->is_list = true;
    return take(p, ']') || expected(p, "a comma and another value, or the ] of the list");
}

static bool read_field(struct parser *p, sbx_filter *node) {
    skip_space(p);
    node->field_position = p->at;
    size_t length = take_run(p, "_-.");
    if (length == 0)
        return expected(p, "the name of a field");
    node->field = sbx_arena_copy(p->arena, p->text + node->field_position, length);
    return node->field != NULL;
}

/* Reads "field,value)", or "field)" after has. */
static bool read_comparison(struct parser *p, sbx_filter *node) {
    if (!read_field(p, node))
        return false;
    if (node->op != SBX_FILTER_HAS) {
        if (!take(p, ','))
            return expected(p, "a comma and a value");
        if (take(p, '[')) {
            if (!read_list(p, node))
                return false;
        } else {
            sbx_filter_value *value = sbx_arena_alloc(p->arena, sizeof *value);
            if (!value || !read_value(p, value))
                return false;
            node->values = value;
            node->count = 1;
        }
    }
    return take(p, ')') || expected(p, "the ) of the comparison");
}

static sbx_filter *read_node(struct parser *p, int depth);

/* Reads comparisons separated by commas into the children of an AND. */
static bool read_children(struct parser *p, sbx_filter *node, int depth) {
    sbx_filter **end = &node->first;
    do {
        if (!(*end = read_node(p, depth)))
            return false;
        end = &(*end)->next;
    } while (take(p, ','));
    return true;
}

static bool find_operator(const char *name, size_t length, sbx_filter_operator *out) {
    for (size_t i = 0; i < OPERATORS; i++)
        if (strlen(operators[i].name) == length && memcmp(operators[i].name, name, length) == 0) {
            *out = operators[i].op;
            return true;
        }
    return false;
}

static void *unknown_operator(struct parser *p, size_t length) {
    sbx_text known = {0};
    operator_names(&known, ~0u);
    sbx_bad_parameter(p->errors, PARAMETER, "position %zu: unknown operator %s; known: %s",
                      p->at + 1, sbx_arena_quote(p->arena, p->text + p->at, length),
                      known.data ? known.data : "others");
    sbx_text_free(&known);
    return NULL;
}

static sbx_filter *read_node(struct parser *p, int depth) {
    sbx_filter *node = sbx_arena_alloc(p->arena, sizeof *node);
    if (!node)
        return NULL;
    skip_space(p);
    node->position = p->at;
    size_t length = take_run(p, "_-");
    if (length == 0)
        return expected(p, "an operator, such as equals(name,\"a\")");
    if (!find_operator(p->text + node->position, length, &node->op)) {
        p->at = node->position;
        return unknown_operator(p, length);
    }
    if (!take(p, '('))
        return expected(p, "the ( of the operator");
    if (++p->nodes > SBX_FILTER_NODES_MAX)
        return reject(p, node->position, "a filter takes at most 100 comparisons");
    if (node->op != SBX_FILTER_AND)
        return read_comparison(p, node) ? node : NULL;
    if (depth == SBX_FILTER_DEPTH_MAX)
        return reject(p, node->position, "and() is nested too deeply, at most 16 times");
    if (!read_children(p, node, depth + 1))
        return NULL;
    return take(p, ')') ? node : expected(p, "a comma and another comparison, or the ) of the and");
}

const sbx_filter *sbx_filter_parse(sbx_arena *arena, const char *text, size_t length,
                                   sbx_errors *errors) {
    struct parser p = {.arena = arena, .errors = errors, .text = text, .length = length};
    sbx_filter *root = sbx_arena_alloc(arena, sizeof *root);
    if (length > SBX_FILTER_LENGTH_MAX)
        return reject(&p, SBX_FILTER_LENGTH_MAX, "a filter takes at most 16384 bytes");
    if (!root || !read_children(&p, root, 0))
        return NULL;
    root->op = SBX_FILTER_AND;
    skip_space(&p);
    return p.at == length ? root : expected(&p, "a comma and another comparison, or the end");
}

/* --- checking a filter against a table --- */

static const sbx_filter_field *find_field(const sbx_filter_field *fields, const char *name) {
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static const sbx_filter_word *find_word(const sbx_filter_word *words, const sbx_sql_value *value) {
    for (; words->wire; words++)
        if (strlen(words->wire) == value->length &&
            memcmp(words->wire, value->text, value->length) == 0)
            return words;
    return NULL;
}

static void unknown_field(const sbx_filter *node, const sbx_filter_field *fields,
                          sbx_errors *errors) {
    sbx_text known = {0};
    for (; fields->name; fields++)
        add_word(&known, fields->name);
    sbx_bad_parameter(errors, PARAMETER,
                      "position %zu: \"%.60s\" cannot be filtered by; possible: %s",
                      node->field_position + 1, node->field, known.data ? known.data : "none");
    sbx_text_free(&known);
}

static void wrong_operator(const sbx_filter *node, const sbx_filter_field *field,
                           sbx_errors *errors) {
    sbx_text known = {0};
    operator_names(&known, field->single | field->list);
    sbx_bad_parameter(errors, PARAMETER,
                      "position %zu: %s does not apply to \"%s\", which takes %s",
                      node->position + 1, operator_name(node->op), field->name,
                      known.data ? known.data : "others");
    sbx_text_free(&known);
}

static void wrong_word(sbx_arena *arena, const sbx_filter_value *value,
                       const sbx_filter_field *field, sbx_errors *errors) {
    sbx_text known = {0};
    for (const sbx_filter_word *word = field->words; word->wire; word++)
        add_word(&known, word->wire);
    sbx_bad_parameter(errors, PARAMETER, "position %zu: %s is not a %s; allowed: %s",
                      value->position + 1,
                      sbx_arena_quote(arena, value->value.text, value->value.length), field->name,
                      known.data ? known.data : "others");
    sbx_text_free(&known);
}

static const char *type_wanted(sbx_filter_type type) {
    switch (type) {
    case SBX_FILTER_STRING:
        return "a string in quotes";
    case SBX_FILTER_DATETIME:
        return "a date-time without quotes, such as 2026-01-01T00:00:00Z";
    case SBX_FILTER_BOOLEAN:
        return "true or false without quotes";
    case SBX_FILTER_NUMBER:
        return "a number without quotes";
    }
    return "";
}

static bool check_value(sbx_arena *arena, const sbx_filter_value *value,
                        const sbx_filter_field *field, sbx_errors *errors) {
    static const char *const names[] = {"a string", "a date-time", "a boolean", "a number"};
    if (value->type != field->type)
        return sbx_bad_parameter(errors, PARAMETER, "position %zu: found %s, \"%s\" takes %s",
                                 value->position + 1, names[value->type], field->name,
                                 type_wanted(field->type));
    if (field->words && !find_word(field->words, &value->value)) {
        wrong_word(arena, value, field, errors);
        return false;
    }
    return true;
}

static bool check_comparison(sbx_arena *arena, const sbx_filter *node,
                             const sbx_filter_field *fields, sbx_errors *errors) {
    const sbx_filter_field *field = find_field(fields, node->field);
    bool ok = true;
    if (!field) {
        unknown_field(node, fields, errors);
        return false;
    }
    if (!(node->op & (field->single | field->list))) {
        wrong_operator(node, field, errors);
        return false;
    }
    if (!(node->op & (node->is_list ? field->list : field->single)))
        return sbx_bad_parameter(errors, PARAMETER, "position %zu: %s of \"%s\" takes %s",
                                 node->values[0].position + 1, operator_name(node->op), field->name,
                                 node->is_list ? "one value, not a list"
                                               : "a list, such as [\"a\",\"b\"]");
    for (size_t i = 0; i < node->count; i++)
        ok = check_value(arena, &node->values[i], field, errors) && ok;
    return ok;
}

bool sbx_filter_check(sbx_arena *arena, const sbx_filter *filter, const sbx_filter_field *fields,
                      sbx_errors *errors) {
    bool ok = true;
    if (filter->op != SBX_FILTER_AND)
        return check_comparison(arena, filter, fields, errors);
    for (const sbx_filter *child = filter->first; child; child = child->next)
        ok = sbx_filter_check(arena, child, fields, errors) && ok;
    return ok;
}
