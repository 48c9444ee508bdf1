/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_FAULT_H
#define SBX_STATE_FAULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "api/response.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* How one answer goes wrong. Owned by whoever holds it; freed with sbx_fault_free. */
typedef struct sbx_fault {
    char *method, *path;      /* of the requests it is for; path may hold *; NULL: any */
    int64_t after;            /* how many are let pass first */
    int64_t times;            /* how many are hit; 0: every one */
    int64_t latency;          /* microseconds before the request is carried out */
    int64_t late;             /* microseconds between that and the answer */
    bool acted;               /* the request is carried out */
    int status;               /* 0: the answer's own */
    json_t *headers;          /* more headers, an object of strings; NULL: none */
    char *body;               /* instead of the answer's; NULL: its own */
    const char *content_type; /* of that; static */
    int64_t huge;             /* a body of so many spaces; 0: none */
    bool cuts;                /* after `cut` bytes of the answer the connection ends */
    bool cuts_body;           /* in the middle of the body */
    int64_t cut;
    bool resets;       /* ... with a reset */
    bool wrong_length; /* Content-Length says `length` */
    int64_t length;    /* -1: some bytes more than there are */
    int64_t drip;      /* bytes a second; 0: as fast as it goes */
    char *redirect;
    char *text; /* as it was asked for, for the log */
    struct sbx_fault *next;
} sbx_fault;

/* The faults to come, in the order they were asked for. */
typedef struct sbx_faults {
    sbx_fault *first;
} sbx_faults;

/* Makes a fault of its description (held against the control shape before). Adds what is wrong to
 * errors and returns NULL then. */
sbx_fault *sbx_fault_read(json_t *description, sbx_errors *errors);
void sbx_fault_free(sbx_fault *fault);

void sbx_faults_add(sbx_faults *faults, sbx_fault *fault); /* takes it over */
void sbx_faults_clear(sbx_faults *faults);
/* Writes those that are left as a JSON array. */
void sbx_faults_write(const sbx_faults *faults, sbx_text *out);

/* The fault that hits a request, as a copy for it alone; NULL for none (or no memory). */
sbx_fault *sbx_faults_take(sbx_faults *faults, const char *method, const char *path);

/* Whether the server cannot send this by ordinary means. */
bool sbx_fault_is_raw(const sbx_fault *fault);

/* Whether the answer is the request's own, however it then goes out. */
bool sbx_fault_keeps_response(const sbx_fault *fault);

/* Makes the answer what the fault says. */
void sbx_fault_apply(const sbx_fault *fault, sbx_response *response);

/* Each header that the fault adds. */
void sbx_fault_headers(const sbx_fault *fault, sbx_header_sink *sink, void *context);

/* The bytes that go out: head and body (without a huge one, which is made while it is sent).
 * `reason`: the phrase of the status. Returns after how many of them the connection is cut;
 * INT64_MAX: never. */
int64_t sbx_fault_compose(const sbx_fault *fault, const sbx_response *response, const char *reason,
                          sbx_text *out);

SBX_HIDDEN_END
#endif
