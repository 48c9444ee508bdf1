/* SPDX-License-Identifier: MIT */
#include "base/errors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sbx_errors_free(sbx_errors *errors) {
    for (size_t i = 0; i < errors->count; i++) {
        free(errors->list[i].detail);
        free(errors->list[i].where);
    }
    free(errors->list);
    memset(errors, 0, sizeof *errors);
}

static sbx_error *next(sbx_errors *errors) {
    if (errors->count == errors->room) {
        size_t room = errors->room ? errors->room * 2 : 4;
        sbx_error *list = realloc(errors->list, room * sizeof *list);
        if (!list) {
            errors->failed = true;
            return NULL;
        }
        errors->list = list;
        errors->room = room;
    }
    return &errors->list[errors->count];
}

bool sbx_errors_add(sbx_errors *errors, int status, const char *code, const char *title,
                    sbx_source source, const char *where, const char *format, ...) {
    if (errors->count >= SBX_ERRORS_MAX)
        return false;
    sbx_error *error = next(errors);
    if (!error)
        return false;
    va_list args;
    va_start(args, format);
    sbx_error made = {
        .status = status, .code = code, .title = title, .source = where ? source : SBX_SOURCE_NONE};
    if (vasprintf(&made.detail, format, args) < 0)
        made.detail = NULL;
    va_end(args);
    made.where = where ? strdup(where) : NULL;
    if (!made.detail || (where && !made.where)) {
        free(made.detail);
        free(made.where);
        errors->failed = true;
        return false;
    }
    *error = made;
    errors->count++;
    return false;
}

int sbx_errors_status(const sbx_errors *errors) {
    if (!errors->count)
        return 500;
    int status = errors->list[0].status;
    for (size_t i = 1; i < errors->count; i++)
        if (errors->list[i].status != status)
            return 400;
    return status;
}

static void write_error(const sbx_error *error, const char *id, size_t index, sbx_text *out) {
    static const char *const sources[] = {NULL, "pointer", "parameter", "header"};
    sbx_json_open(out, NULL, '{');
    sbx_json_key(out, "id");
    sbx_text_printf(out, "\"%s-%zu\"", id, index);
    sbx_json_int(out, "status", error->status);
    sbx_json_text(out, "code", error->code);
    sbx_json_text(out, "title", error->title);
    sbx_json_text(out, "detail", error->detail);
    sbx_json_open(out, "source", '{');
    if (sources[error->source] && error->where)
        sbx_json_text(out, sources[error->source], error->where);
    sbx_text_puts(out, "}");
    sbx_json_raw(out, "links", "{}");
    sbx_json_raw(out, "meta", "{}");
    sbx_text_puts(out, "}");
}

void sbx_errors_write(const sbx_errors *errors, const char *id, sbx_text *out) {
    sbx_json_open(out, NULL, '{');
    sbx_json_open(out, "errors", '[');
    for (size_t i = 0; i < errors->count; i++)
        write_error(&errors->list[i], id, i, out);
    sbx_text_puts(out, "]}");
}
