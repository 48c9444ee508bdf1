/* SPDX-License-Identifier: MIT */
#include "state/fault_description.h"

#include <stdlib.h>
#include <string.h>

#include "api/shape.h"
#include "base/clock.h"
#include "base/normalise.h"
#include "base/timestamp.h"

const char *const sbx_broken_words[] = {"empty", "cut",  "html",  "null",   "string", "object",
                                        "list",  "type", "no_id", "errors", NULL};
const char *const sbx_gateway_words[] = {"html", "empty", "text", "json", NULL};
const char *const sbx_twin_words[] = {"same", "other", NULL};

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
    fault->content_type = SBX_JSON_API;
    fault->huge = integer_of(description, "huge", 0);
    fault->body = copy_text(description, "body");
    if (!fault->body)
        fault->body = copy_text(description, "garbage");
    if (!fault->body && json_is_true(json_object_get(description, "html"))) {
        fault->body = strdup(sbx_fault_html);
        fault->content_type = "text/html";
    }
}

static void read_length(sbx_fault *fault, json_t *wrong, sbx_errors *errors) {
    fault->wrong_length = json_is_true(wrong) || json_is_integer(wrong);
    fault->length = json_is_integer(wrong) ? json_integer_value(wrong) : -1;
    if (wrong && (!fault->wrong_length || (json_is_integer(wrong) && fault->length < 0)))
        sbx_invalid(errors, "/wrong_length", "Must be true, or the number of bytes to announce.");
}

/* Returns the place of a word in a list, counted from 1; 0 when the member is absent. */
static int word_of(json_t *description, const char *name, const char *const *words) {
    const char *word = json_string_value(json_object_get(description, name));
    for (int i = 0; word && words[i]; i++)
        if (!strcmp(words[i], word))
            return i + 1;
    return 0;
}

/* Reads date: false, or how far it is ahead, as seconds or as a duration with a sign. */
static void read_date(sbx_fault *fault, json_t *date, sbx_errors *errors) {
    const char *text = json_is_string(date) ? json_string_value(date) : "";
    bool signed_text = *text == '-' || *text == '+';
    fault->undated = json_is_false(date);
    if (json_is_number(date))
        fault->date_offset = (int64_t)(json_number_value(date) * (double)SBX_SECOND);
    else if (date && !fault->undated && sbx_duration_parse(text + signed_text, &fault->date_offset))
        sbx_invalid(errors, "/date", "Must be false, or how far it is ahead: 30, \"-30s\".");
    if (*text == '-')
        fault->date_offset = -fault->date_offset;
}

/* Reads normalise: "trim", "nfc" or a list of these. */
static void read_normalise(sbx_fault *fault, json_t *normalise, sbx_errors *errors) {
    bool list = json_is_array(normalise);
    size_t count = list ? json_array_size(normalise) : normalise != NULL;
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string_value(list ? json_array_get(normalise, i) : normalise);
        if (word && !strcmp(word, "trim"))
            fault->normalises |= SBX_TRIM;
        else if (word && !strcmp(word, "nfc"))
            fault->normalises |= SBX_NFC;
        else
            sbx_invalid(errors, "/normalise", "Must be \"trim\", \"nfc\" or a list of these.");
    }
}

/* Reads the part that is about the service: when it executes the request, what it reads, and what
 * other writers do. */
static void read_service(sbx_fault *fault, json_t *description, sbx_errors *errors) {
    fault->process_after = sbx_duration_read(json_object_get(description, "process_after"));
    fault->lag = sbx_duration_read(json_object_get(description, "lag"));
    fault->lag_by_id = sbx_duration_read(json_object_get(description, "lag_by_id"));
    fault->broken = (sbx_broken)word_of(description, "broken", sbx_broken_words);
    fault->gateway = (sbx_gateway)word_of(description, "gateway", sbx_gateway_words);
    fault->twin = (sbx_twin)word_of(description, "twin", sbx_twin_words);
    fault->crowd = json_integer_value(json_object_get(description, "crowd"));
    read_date(fault, json_object_get(description, "date"), errors);
    read_normalise(fault, json_object_get(description, "normalise"), errors);
    if (fault->gateway && !fault->status)
        fault->status = 502;
}

/* A request that is executed later has another response until then. */
static void check_process_after(sbx_fault *fault, bool has_acted, sbx_errors *errors) {
    fault->acted = false;
    if (sbx_fault_keeps_response(fault) && !fault->cuts)
        sbx_invalid(errors, "/process_after",
                    "Say how to respond until then: status, gateway, body, html or cut. With "
                    "latency, the response waits until the request was executed.");
    if (has_acted)
        sbx_invalid(errors, "/acted", "process_after says when it is executed: leave it out.");
}

static void check_numbers(json_t *description, sbx_errors *errors) {
    static const char *const counts[] = {"after", "times", "huge", "drip", "crowd"};
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
    json_object_foreach(headers, name, value)
        if (!json_is_string(value))
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
    if (fault->process_after)
        check_process_after(fault, acted != NULL, errors);
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
    read_service(fault, description, errors);
    read_behaviour(fault, description, errors);
    if (!errors->count && fault->text)
        return fault;
    errors->failed |= !fault->text;
    sbx_fault_free(fault);
    return NULL;
}
