/* SPDX-License-Identifier: MIT */
#include "api/shape.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/timestamp.h"
#include "base/zone.h"

#define POINTER_SIZE 512

/* The validation, and the JSON pointer of the value being checked. */
typedef struct validator {
    const sbx_validation *v;
    size_t length;
    char pointer[POINTER_SIZE];
} validator;

static void check_object(validator *w, const sbx_shape *shape, json_t *object);

bool sbx_percentage_known(json_int_t percentage) {
    static const json_int_t known[] = {10, 11, 13, 14, 17, 20, 25, 33, 50};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i] == percentage)
            return true;
    return false;
}

/* Appends one reference token, escaped as RFC 6901 requires; what does not fit is cut off. Returns
 * the previous length, for leave(). */
static size_t enter(validator *w, const char *token) {
    size_t back = w->length;
    if (w->length + 1 < POINTER_SIZE)
        w->pointer[w->length++] = '/';
    for (; *token && w->length + 2 < POINTER_SIZE; token++) {
        if (*token == '~' || *token == '/') {
            w->pointer[w->length++] = '~';
            w->pointer[w->length++] = *token == '~' ? '0' : '1';
        } else {
            w->pointer[w->length++] = *token;
        }
    }
    w->pointer[w->length] = '\0';
    return back;
}

static void leave(validator *w, size_t back) {
    w->length = back;
    w->pointer[back] = '\0';
}

static const char *kind_of(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number";
    case JSON_NULL:
        return "null";
    default:
        return "a boolean";
    }
}

static bool wrong_kind(validator *w, const char *wanted, const json_t *value) {
    return sbx_invalid(w->v->errors, w->pointer, "Expected %s, found %s.", wanted, kind_of(value));
}

/* Joins the names of a table or a word list as "a, b, c". */
static void join(char *out, size_t size, const char *name) {
    size_t used = strlen(out);
    if (used < size)
        snprintf(out + used, size - used, "%s%s", used ? ", " : "", name);
}

static bool one_of(validator *w, const char *const *words, const char *text) {
    char known[1024] = "";
    for (size_t i = 0; words[i]; i++) {
        if (!strcmp(words[i], text))
            return true;
        join(known, sizeof known, words[i]);
    }
    return sbx_invalid(w->v->errors, w->pointer, "'%.60s' is not allowed here; allowed: %s.", text,
                       known);
}

static bool check_string(validator *w, const sbx_field *field, const json_t *value) {
    if (!json_is_string(value))
        return wrong_kind(w, "a string", value);
    if ((field->flags & SBX_NOT_EMPTY) && !json_string_length(value))
        return sbx_invalid(w->v->errors, w->pointer, "Must not be empty.");
    return !field->words || one_of(w, field->words, json_string_value(value));
}

static bool check_integer(validator *w, const sbx_field *field, const json_t *value) {
    if (!json_is_integer(value))
        return wrong_kind(w, "an integer", value);
    if (!(field->flags & SBX_NOT_NEGATIVE) || json_integer_value(value) >= 0)
        return true;
    return sbx_invalid(w->v->errors, w->pointer, "Must not be negative.");
}

static bool check_time(validator *w, const sbx_field *field, const json_t *value) {
    if (!json_is_string(value))
        return wrong_kind(w, field->kind == SBX_IS_DATE ? "a date" : "a date-time", value);
    int64_t instant;
    const char *text = json_string_value(value);
    const char *problem = field->kind == SBX_IS_DATE
                              ? sbx_date_parse(text, json_string_length(value), &instant)
                              : sbx_time_parse(text, json_string_length(value), &instant);
    if (problem)
        sbx_invalid(w->v->errors, w->pointer, "'%.60s' is not a %s: %s.", text,
                    field->kind == SBX_IS_DATE ? "date" : "date-time", problem);
    return !problem;
}

static bool check_zone(validator *w, const json_t *value) {
    if (!json_is_string(value))
        return wrong_kind(w, "a time zone", value);
    const sbx_zone *zone;
    if (sbx_zones_find(w->v->zones, json_string_value(value), &zone) == SBX_ZONE_OK)
        return true;
    return sbx_invalid(w->v->errors, w->pointer,
                       "'%.60s' is not a time zone of the IANA database (\"America/New_York\").",
                       json_string_value(value));
}

static bool check_percent(validator *w, const json_t *value) {
    if (!json_is_integer(value))
        return wrong_kind(w, "an integer", value);
    if (sbx_percentage_known(json_integer_value(value)))
        return true;
    return sbx_invalid(w->v->errors, w->pointer, "%lld is not allowed; allowed: %s.",
                       (long long)json_integer_value(value), SBX_PERCENTAGES);
}

static bool check_duration(validator *w, const json_t *value) {
    int64_t duration;
    const char *problem = NULL;
    if (json_is_number(value))
        problem = json_number_value(value) < 0 || json_number_value(value) > 1e12
                      ? "seconds must not be negative, nor that many"
                      : NULL;
    else if (json_is_string(value))
        problem = sbx_duration_parse(json_string_value(value), &duration);
    else
        return wrong_kind(w, "a duration", value);
    return !problem || sbx_invalid(w->v->errors, w->pointer, "Not a duration: %s.", problem);
}

int64_t sbx_duration_read(json_t *value) {
    int64_t duration = 0;
    if (json_is_string(value))
        sbx_duration_parse(json_string_value(value), &duration);
    else if (json_is_number(value))
        duration = (int64_t)(json_number_value(value) * (double)SBX_SECOND + 0.5);
    return duration;
}

static bool check_type(validator *w, const sbx_field *field, const json_t *value) {
    if (!json_is_string(value))
        return wrong_kind(w, "a resource type", value);
    if (!strcmp(json_string_value(value), field->words[0]))
        return true;
    return sbx_conflict(w->v->errors, w->pointer,
                        "The resource type must be '%s' here, found '%.60s'.", field->words[0],
                        json_string_value(value));
}

static bool check_path_id(validator *w, const json_t *value) {
    if (!json_is_string(value))
        return wrong_kind(w, "a string", value);
    if (!w->v->path_id || !strcmp(json_string_value(value), w->v->path_id))
        return true;
    return sbx_conflict(w->v->errors, w->pointer, "The id is '%.60s', but the path says '%.60s'.",
                        json_string_value(value), w->v->path_id);
}

static void check_strings(validator *w, const sbx_field *field, const json_t *value) {
    if (!json_is_array(value)) {
        wrong_kind(w, "an array of strings", value);
        return;
    }
    if ((field->flags & SBX_NOT_EMPTY) && !json_array_size(value))
        sbx_invalid(w->v->errors, w->pointer, "At least one is required.");
    const sbx_field text = {.kind = SBX_IS_STRING, .flags = SBX_NOT_EMPTY, .words = field->words};
    for (size_t i = 0; i < json_array_size(value); i++) {
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        size_t back = enter(w, index);
        check_string(w, &text, json_array_get(value, i));
        leave(w, back);
    }
}

static void check_maps(validator *w, const json_t *value) {
    if (!json_is_array(value)) {
        wrong_kind(w, "an array of objects", value);
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        size_t back = enter(w, index);
        if (!json_is_object(item))
            wrong_kind(w, "an object", item);
        leave(w, back);
    }
}

static void check_list(validator *w, const sbx_field *field, const json_t *value) {
    if (!json_is_array(value)) {
        wrong_kind(w, "an array", value);
        return;
    }
    if ((field->flags & SBX_NOT_EMPTY) && !json_array_size(value))
        sbx_invalid(w->v->errors, w->pointer, "At least one is required.");
    for (size_t i = 0; i < json_array_size(value); i++) {
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        size_t back = enter(w, index);
        check_object(w, field->shape, json_array_get(value, i));
        leave(w, back);
    }
}

static void check_details(validator *w, json_t *value) {
    if (!json_is_object(value)) {
        wrong_kind(w, "an object", value);
        return;
    }
    json_t *channel = json_object_get(value, "channel");
    char known[128] = "";
    for (const sbx_channel *c = sbx_channels_of(w->v->dialect); c->channel; c++) {
        join(known, sizeof known, c->channel);
        if (json_is_string(channel) && !strcmp(json_string_value(channel), c->channel)) {
            check_object(w, c->shape, value);
            return;
        }
    }
    size_t back = enter(w, "channel");
    if (!channel)
        sbx_invalid(w->v->errors, w->pointer,
                    "Required, since it decides which fields the details have; allowed: %s.",
                    known);
    else if (json_is_string(channel))
        sbx_invalid(w->v->errors, w->pointer, "'%.60s' is not allowed here; allowed: %s.",
                    json_string_value(channel), known);
    else
        wrong_kind(w, "a string", channel);
    leave(w, back);
}

static void check_value(validator *w, const sbx_field *field, json_t *value) {
    if ((field->flags & (SBX_NULLABLE | SBX_READ_ONLY)) && json_is_null(value))
        return;
    if ((field->flags & SBX_READ_ONLY) || (w->v->create && (field->flags & SBX_NOT_ON_CREATE))) {
        sbx_invalid(w->v->errors, w->pointer, "'%s' cannot be set%s.", field->name,
                    field->flags & SBX_READ_ONLY ? " here" : " on create");
        return;
    }
    switch (field->kind) {
    case SBX_IS_STRING:
        check_string(w, field, value);
        break;
    case SBX_IS_BOOLEAN:
        if (!json_is_boolean(value))
            wrong_kind(w, "a boolean", value);
        break;
    case SBX_IS_INTEGER:
        check_integer(w, field, value);
        break;
    case SBX_IS_NUMBER:
        if (!json_is_number(value))
            wrong_kind(w, "a number", value);
        break;
    case SBX_IS_STRINGS:
        check_strings(w, field, value);
        break;
    case SBX_IS_MAP:
        if (!json_is_object(value))
            wrong_kind(w, "an object", value);
        break;
    case SBX_IS_MAPS:
        check_maps(w, value);
        break;
    case SBX_IS_ANY:
        break;
    case SBX_IS_INSTANT:
    case SBX_IS_DATE:
        check_time(w, field, value);
        break;
    case SBX_IS_ZONE:
        check_zone(w, value);
        break;
    case SBX_IS_PERCENT:
        check_percent(w, value);
        break;
    case SBX_IS_DURATION:
        check_duration(w, value);
        break;
    case SBX_IS_OBJECT:
        check_object(w, field->shape, value);
        break;
    case SBX_IS_LIST:
        check_list(w, field, value);
        break;
    case SBX_IS_DETAILS:
        check_details(w, value);
        break;
    case SBX_IS_TYPE:
        check_type(w, field, value);
        break;
    case SBX_IS_PATH_ID:
        check_path_id(w, value);
        break;
    }
}

static bool in_dialect(const validator *w, const sbx_field *field) {
    return !field->dialects || (field->dialects & (unsigned)w->v->dialect);
}

static const sbx_field *find(const validator *w, const sbx_shape *shape, const char *name) {
    for (const sbx_field *field = shape->fields; field->name; field++)
        if (!strcmp(field->name, name) && in_dialect(w, field))
            return field;
    return NULL;
}

static void unknown(validator *w, const sbx_shape *shape, const char *name) {
    char known[512] = "";
    for (const sbx_field *field = shape->fields; field->name; field++)
        if (in_dialect(w, field) && !(field->flags & SBX_READ_ONLY))
            join(known, sizeof known, field->name);
    size_t back = enter(w, name);
    sbx_invalid(w->v->errors, w->pointer, "'%.60s' is not a field here; known: %s.", name, known);
    leave(w, back);
}

static void check_object(validator *w, const sbx_shape *shape, json_t *object) {
    if (!json_is_object(object)) {
        wrong_kind(w, "an object", object);
        return;
    }
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) {
        const sbx_field *field = find(w, shape, name);
        if (!field) {
            unknown(w, shape, name);
            continue;
        }
        size_t back = enter(w, name);
        check_value(w, field, value);
        leave(w, back);
    }
    for (const sbx_field *field = shape->fields; field->name; field++) {
        if (!(field->flags & SBX_REQUIRED) || !in_dialect(w, field) ||
            json_object_get(object, field->name))
            continue;
        size_t back = enter(w, field->name);
        sbx_invalid(w->v->errors, w->pointer, "'%s' is required.", field->name);
        leave(w, back);
    }
}

bool sbx_validate(const sbx_validation *validation, const sbx_shape *shape, json_t *document) {
    validator w = {.v = validation};
    size_t before = validation->errors->count;
    check_object(&w, shape, document);
    return validation->errors->count == before && !validation->errors->failed;
}

const sbx_shape *sbx_shape_of(sbx_op op, sbx_dialect dialect) {
    return dialect == SBX_DIALECT_GUIDE ? sbx_shape_guide(op) : sbx_shape_openapi(op);
}

const sbx_channel *sbx_channels_of(sbx_dialect dialect) {
    return dialect == SBX_DIALECT_GUIDE ? sbx_channels_guide : sbx_channels_openapi;
}

const sbx_shape *sbx_channel_shape(sbx_dialect dialect, const char *channel) {
    for (const sbx_channel *c = sbx_channels_of(dialect); channel && c->channel; c++)
        if (!strcmp(c->channel, channel))
            return c->shape;
    return NULL;
}
