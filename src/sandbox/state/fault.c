/* SPDX-License-Identifier: MIT */
#include "state/fault.h"

#include <stdlib.h>
#include <string.h>

#include "api/shape.h"

#define SURPLUS 100 /* bytes that a wrong Content-Length announces beyond the body */

void sbx_fault_free(sbx_fault *fault) {
    if (!fault)
        return;
    free(fault->method);
    free(fault->path);
    free(fault->redirect);
    free(fault->body);
    free(fault->text);
    json_decref(fault->headers);
    free(fault);
}

static char *copy_text(json_t *description, const char *name) {
    const char *text = json_string_value(json_object_get(description, name));
    return text ? strdup(text) : NULL;
}

static int64_t integer_of(json_t *description, const char *name, int64_t otherwise) {
    json_t *value = json_object_get(description, name);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

/* Reads cut: "before" (the request is not executed), "after" (it is), "body" (in the middle of the
 * body), or a number of bytes. */
static void read_cut(sbx_fault *fault, json_t *cut, bool *before, sbx_errors *errors) {
    if (!cut)
        return;
    fault->cuts = true;
    const char *word = json_is_string(cut) ? json_string_value(cut) : "";
    *before = !strcmp(word, "before");
    fault->cuts_body = !strcmp(word, "body");
    if (json_is_integer(cut) && json_integer_value(cut) >= 0)
        fault->cut = json_integer_value(cut);
    else if (!*before && !fault->cuts_body && strcmp(word, "after"))
        sbx_invalid(errors, "/cut",
                    "Must be \"before\", \"after\", \"body\" or a number of bytes.");
}

static void read_body(sbx_fault *fault, json_t *description) {
    static const char html[] =
        "<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head><body>"
        "<h1>Service unavailable</h1><p>The server is temporarily unable to service your request."
        "</p></body></html>\n";
    fault->content_type = SBX_JSON_API;
    fault->huge = integer_of(description, "huge", 0);
    fault->body = copy_text(description, "body");
    if (!fault->body)
        fault->body = copy_text(description, "garbage");
    if (!fault->body && json_is_true(json_object_get(description, "html"))) {
        fault->body = strdup(html);
        fault->content_type = "text/html";
    }
}

static void read_length(sbx_fault *fault, json_t *wrong, sbx_errors *errors) {
    fault->wrong_length = json_is_true(wrong) || json_is_integer(wrong);
    fault->length = json_is_integer(wrong) ? json_integer_value(wrong) : -1;
    if (wrong && (!fault->wrong_length || (json_is_integer(wrong) && fault->length < 0)))
        sbx_invalid(errors, "/wrong_length", "Must be true, or the number of bytes to announce.");
}

static void check_numbers(json_t *description, sbx_errors *errors) {
    static const char *const counts[] = {"after", "times", "huge", "drip"};
    int64_t status = integer_of(description, "status", 200);
    if (status < 200 || status > 599)
        sbx_invalid(errors, "/status", "Must be between 200 and 599.");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char pointer[16] = "/";
        strcat(pointer, counts[i]);
        if (integer_of(description, counts[i], 0) < 0)
            sbx_invalid(errors, pointer, "Must not be negative.");
    }
    json_t *headers = json_object_get(description, "headers"), *value;
    const char *name;
    json_object_foreach(headers, name, value) if (!json_is_string(value))
        sbx_invalid(errors, "/headers", "The header '%.60s' must be a string.", name);
}

static void read_behaviour(sbx_fault *fault, json_t *description, sbx_errors *errors) {
    bool before = false;
    fault->resets = json_is_true(json_object_get(description, "reset"));
    read_cut(fault, json_object_get(description, "cut"), &before, errors);
    fault->cuts |= fault->resets;
    read_length(fault, json_object_get(description, "wrong_length"), errors);
    fault->drip = integer_of(description, "drip", 0);
    if (fault->redirect && !fault->status)
        fault->status = 307;
    /* A response that replaces the real one means that the request was not executed, unless `acted`
     * says otherwise. */
    json_t *acted = json_object_get(description, "acted");
    fault->acted = acted ? json_is_true(acted) : sbx_fault_keeps_response(fault) && !before;
}

sbx_fault *sbx_fault_read(json_t *description, sbx_errors *errors) {
    sbx_fault *fault = calloc(1, sizeof *fault);
    if (!fault) {
        errors->failed = true;
        return NULL;
    }
    check_numbers(description, errors);
    fault->method = copy_text(description, "method");
    fault->path = copy_text(description, "path");
    fault->redirect = copy_text(description, "redirect");
    fault->text = json_dumps(description, JSON_COMPACT);
    fault->headers = json_incref(json_object_get(description, "headers"));
    fault->times = integer_of(description, "times", 1);
    fault->after = integer_of(description, "after", 0);
    fault->status = (int)integer_of(description, "status", 0);
    fault->latency = sbx_duration_read(json_object_get(description, "latency"));
    fault->late = sbx_duration_read(json_object_get(description, "late"));
    read_body(fault, description);
    read_behaviour(fault, description, errors);
    if (!errors->count && fault->text)
        return fault;
    errors->failed |= !fault->text;
    sbx_fault_free(fault);
    return NULL;
}

bool sbx_fault_keeps_response(const sbx_fault *fault) {
    return !fault->status && !fault->body && !fault->huge;
}

void sbx_faults_add(sbx_faults *faults, sbx_fault *fault) {
    sbx_fault **end = &faults->first;
    while (*end)
        end = &(*end)->next;
    *end = fault;
}

void sbx_faults_clear(sbx_faults *faults) {
    while (faults->first) {
        sbx_fault *fault = faults->first;
        faults->first = fault->next;
        sbx_fault_free(fault);
    }
}

void sbx_faults_write(const sbx_faults *faults, sbx_text *out) {
    sbx_json_open(out, NULL, '[');
    for (const sbx_fault *fault = faults->first; fault; fault = fault->next) {
        sbx_json_open(out, NULL, '{');
        sbx_json_raw(out, "fault", fault->text);
        sbx_json_int(out, "after", fault->after);
        sbx_json_int(out, "times", fault->times);
        sbx_text_puts(out, "}");
    }
    sbx_text_puts(out, "]");
}

/* Matches a pattern in which * stands for any characters, slashes too. Backtracks to the last *
 * only, so it takes at most pattern length times text length steps. */
static bool matches(const char *pattern, const char *text) {
    const char *star = NULL, *retry = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            retry = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static sbx_fault *copy_fault(const sbx_fault *fault) {
    sbx_fault *copy = malloc(sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *fault;
    copy->method = copy->path = NULL;
    copy->next = NULL;
    copy->headers = json_incref(fault->headers);
    copy->body = fault->body ? strdup(fault->body) : NULL;
    copy->redirect = fault->redirect ? strdup(fault->redirect) : NULL;
    copy->text = strdup(fault->text);
    return copy;
}

sbx_fault *sbx_faults_take(sbx_faults *faults, const char *method, const char *path) {
    for (sbx_fault **link = &faults->first; *link; link = &(*link)->next) {
        sbx_fault *fault = *link;
        if ((fault->method && strcmp(fault->method, method)) ||
            (fault->path && !matches(fault->path, path)))
            continue;
        if (fault->after) {
            fault->after--;
            continue;
        }
        sbx_fault *hit = copy_fault(fault);
        if (fault->times && --fault->times == 0) {
            *link = fault->next;
            sbx_fault_free(fault);
        }
        return hit;
    }
    return NULL;
}

bool sbx_fault_is_raw(const sbx_fault *fault) {
    return fault->cuts || fault->wrong_length || fault->drip || fault->huge;
}

static void put_body(sbx_response *response, const char *type, const char *body) {
    sbx_text_clear(&response->body);
    sbx_text_puts(&response->body, body);
    response->content_type = type;
}

static void put_error(const sbx_fault *fault, sbx_response *response) {
    static const char detail[] = "The sandbox was asked to fail this request.";
    if (fault->status == 429)
        sbx_response_error(response, 429, "throttled", "Request was throttled.", detail);
    else
        sbx_response_error(response, fault->status, "fault", "A fault was asked for.", detail);
}

void sbx_fault_apply(const sbx_fault *fault, sbx_response *response) {
    if (fault->body || fault->huge)
        put_body(response, fault->content_type, fault->body ? fault->body : "");
    else if (fault->status >= 400)
        put_error(fault, response);
    else if (fault->status >= 300 || !response->status)
        put_body(response, NULL, "");
    if (fault->redirect) {
        free(response->location);
        response->location = strdup(fault->redirect);
    }
    if (fault->status || !response->status)
        response->status = fault->status ? fault->status : 200;
}

void sbx_fault_headers(const sbx_fault *fault, sbx_header_sink *sink, void *context) {
    const char *name;
    json_t *value;
    json_object_foreach(fault->headers, name, value) sink(context, name, json_string_value(value));
}

static void put_header(void *context, const char *name, const char *value) {
    sbx_text_printf(context, "%s: %s\r\n", name, value);
}

int64_t sbx_fault_compose(const sbx_fault *fault, const sbx_response *response, const char *reason,
                          sbx_text *out) {
    int64_t body = fault->huge ? fault->huge : (int64_t)response->body.size;
    int64_t length = !fault->wrong_length ? body
                     : fault->length >= 0 ? fault->length
                                          : body + SURPLUS;
    sbx_text_printf(out, "HTTP/1.1 %d %s\r\n", response->status, reason);
    sbx_response_headers(response, put_header, out);
    sbx_fault_headers(fault, put_header, out);
    if (response->status != 204 || fault->wrong_length)
        sbx_text_printf(out, "Content-Length: %lld\r\n", (long long)length);
    sbx_text_puts(out, "Connection: close\r\n\r\n");
    int64_t head = (int64_t)out->size;
    if (response->body.size)
        sbx_text_add(out, response->body.data, response->body.size);
    return fault->cuts_body ? head + body / 2 : fault->cuts ? fault->cut : INT64_MAX;
}
