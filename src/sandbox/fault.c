/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "timestamp.h"

#define HUGE_SIZE ((int64_t)1 << 27)

void sbx_fault_free(sbx_fault *fault) {
    if (!fault)
        return;
    free(fault->method);
    free(fault->path);
    free(fault->redirect);
    free(fault->text);
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

/* Seconds, or "200ms"; checked by the shape. */
static int64_t duration_of(json_t *description, const char *name) {
    json_t *value = json_object_get(description, name);
    int64_t duration = 0;
    if (json_is_string(value))
        sbx_duration_parse(json_string_value(value), &duration);
    else if (json_is_number(value))
        duration = (int64_t)(json_number_value(value) * (double)SBX_SECOND);
    return duration;
}

/* cut = "before" (nothing happened), "after" (it happened), or a number of bytes. */
static void read_cut(sbx_fault *fault, json_t *cut, bool *before, sbx_errors *errors) {
    if (!cut || json_is_null(cut))
        return;
    fault->cuts = true;
    const char *word = json_string_value(cut);
    *before = word && !strcmp(word, "before");
    if (json_is_integer(cut) && json_integer_value(cut) >= 0)
        fault->cut = json_integer_value(cut);
    else if (!*before && (!word || strcmp(word, "after")))
        sbx_invalid(errors, "/cut",
                    "Must be \"before\", \"after\" or a number of bytes that is not negative.");
}

static void read_body(sbx_fault *fault, json_t *description) {
    static const struct {
        const char *name;
        sbx_fault_body body;
    } bodies[] = {
        {"garbage", SBX_FAULT_GARBAGE}, {"html", SBX_FAULT_HTML}, {"huge", SBX_FAULT_HUGE}};
    const char *name = json_string_value(json_object_get(description, "body"));
    for (size_t i = 0; name && i < sizeof bodies / sizeof *bodies; i++)
        if (!strcmp(name, bodies[i].name))
            fault->body = bodies[i].body;
    fault->size = integer_of(description, "size", HUGE_SIZE);
}

static void check_numbers(const sbx_fault *fault, sbx_errors *errors) {
    if (fault->status && (fault->status < 200 || fault->status > 599))
        sbx_invalid(errors, "/status", "%d is not between 200 and 599.", fault->status);
    if (fault->times < 1)
        sbx_invalid(errors, "/times", "Must be 1 or more.");
    if (fault->skip < 0)
        sbx_invalid(errors, "/skip", "Must not be negative.");
    if (fault->size < 0)
        sbx_invalid(errors, "/size", "Must not be negative.");
    if (fault->content_length < 0)
        sbx_invalid(errors, "/content_length", "Must not be negative.");
}

sbx_fault *sbx_fault_read(json_t *description, sbx_errors *errors) {
    sbx_fault *fault = calloc(1, sizeof *fault);
    if (!fault) {
        errors->failed = true;
        return NULL;
    }
    bool before = false;
    fault->method = copy_text(description, "method");
    fault->path = copy_text(description, "path");
    fault->redirect = copy_text(description, "redirect");
    fault->text = json_dumps(description, JSON_COMPACT);
    fault->times = integer_of(description, "times", 1);
    fault->skip = integer_of(description, "skip", 0);
    fault->status = (int)integer_of(description, "status", 0);
    fault->retry_after = json_number_value(json_object_get(description, "retry_after"));
    fault->latency = duration_of(description, "latency");
    fault->drip = duration_of(description, "drip");
    fault->resets = json_is_true(json_object_get(description, "reset"));
    fault->lies = json_object_get(description, "content_length") != NULL;
    fault->content_length = integer_of(description, "content_length", 0);
    read_body(fault, description);
    read_cut(fault, json_object_get(description, "cut"), &before, errors);
    fault->cuts |= fault->resets;
    if (fault->redirect && !fault->status)
        fault->status = 307;
    /* An answer that is not the request's own says that nothing happened, unless told otherwise. */
    json_t *effect = json_object_get(description, "effect");
    bool own = !fault->status && fault->body == SBX_FAULT_OWN && !before;
    fault->effect = effect ? json_is_true(effect) : own;
    check_numbers(fault, errors);
    if (!errors->count && fault->text)
        return fault;
    errors->failed |= !fault->text;
    sbx_fault_free(fault);
    return NULL;
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
        sbx_json_int(out, "skip", fault->skip);
        sbx_json_int(out, "times", fault->times);
        sbx_text_puts(out, "}");
    }
    sbx_text_puts(out, "]");
}

/* A pattern whose * stands for any run of characters, slashes too. Goes back to the last * alone,
 * so it takes no more than length times length steps. */
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
        if (fault->skip) {
            fault->skip--;
            continue;
        }
        sbx_fault *hit = copy_fault(fault);
        if (--fault->times == 0) {
            *link = fault->next;
            sbx_fault_free(fault);
        }
        return hit;
    }
    return NULL;
}

bool sbx_fault_is_raw(const sbx_fault *fault) {
    return fault->cuts || fault->lies || fault->drip || fault->body == SBX_FAULT_HUGE;
}

static void put_body(sbx_answer *answer, const char *type, const char *body) {
    sbx_text_clear(&answer->body);
    sbx_text_puts(&answer->body, body);
    answer->content_type = type;
}

void sbx_fault_apply(const sbx_fault *fault, sbx_answer *answer) {
    if (fault->status) {
        bool error = fault->status >= 400;
        if (fault->status == 429)
            sbx_answer_error(answer, 429, "throttled", "Request was throttled.",
                             "The sandbox was asked to fail this request.");
        else if (error)
            sbx_answer_error(answer, fault->status, "fault", "A fault was asked for.",
                             "The sandbox was asked to fail this request.");
        else if (!fault->effect || fault->status >= 300)
            put_body(answer, NULL, "");
        answer->status = fault->status;
    }
    if (fault->retry_after > 0)
        answer->retry_after = fault->retry_after;
    if (fault->redirect) {
        free(answer->location);
        answer->location = strdup(fault->redirect);
    }
    if (!answer->status)
        answer->status = 200;
    if (fault->body == SBX_FAULT_GARBAGE)
        put_body(answer, SBX_JSON_API, "{\"data\": [{\"type\": \xff\xfe\x01 garbage");
    else if (fault->body == SBX_FAULT_HTML)
        put_body(answer, "text/html",
                 "<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head>"
                 "<body><h1>Service unavailable</h1><p>The server is temporarily unable to "
                 "service your request.</p></body></html>\n");
    else if (fault->body == SBX_FAULT_HUGE)
        put_body(answer, SBX_JSON_API, "");
}

static void put_header(void *context, const char *name, const char *value) {
    sbx_text_printf(context, "%s: %s\r\n", name, value);
}

void sbx_fault_compose(const sbx_fault *fault, const sbx_answer *answer, const char *reason,
                       sbx_text *out) {
    int64_t length = fault->lies                     ? fault->content_length
                     : fault->body == SBX_FAULT_HUGE ? fault->size
                                                     : (int64_t)answer->body.size;
    sbx_text_printf(out, "HTTP/1.1 %d %s\r\n", answer->status, reason);
    sbx_answer_headers(answer, put_header, out);
    if (answer->status != 204 || fault->lies)
        sbx_text_printf(out, "Content-Length: %lld\r\n", (long long)length);
    sbx_text_puts(out, "Connection: close\r\n\r\n");
    if (answer->body.size)
        sbx_text_add(out, answer->body.data, answer->body.size);
}
