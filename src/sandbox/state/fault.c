/* SPDX-License-Identifier: MIT */
#include "state/fault.h"

#include <stdlib.h>
#include <string.h>

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
    if (fault->gateway)
        sbx_fault_put_gateway(fault->gateway, response);
    else if (fault->body || fault->huge)
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
    if (fault->broken && response->status < 300)
        sbx_fault_break_body(fault->broken, response);
    response->undated = fault->undated;
    response->date += fault->date_offset;
}

void sbx_fault_headers(const sbx_fault *fault, sbx_header_sink *sink, void *context) {
    const char *name;
    json_t *value;
    json_object_foreach(fault->headers, name, value)
        sink(context, name, json_string_value(value));
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
    int64_t header_size = (int64_t)out->size;
    if (response->body.size)
        sbx_text_add(out, response->body.data, response->body.size);
    return fault->cuts_body ? header_size + body / 2 : fault->cuts ? fault->cut : INT64_MAX;
}
