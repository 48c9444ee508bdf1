/* SPDX-License-Identifier: MIT */
#ifndef SBX_FAULT_H
#define SBX_FAULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "answer.h"
#include "visibility.h"

SBX_HIDDEN_BEGIN

typedef enum sbx_fault_body {
    SBX_FAULT_OWN,     /* the answer's own */
    SBX_FAULT_GARBAGE, /* bytes that are no JSON */
    SBX_FAULT_HTML,    /* what a proxy in front of a service answers */
    SBX_FAULT_HUGE     /* `size` bytes */
} sbx_fault_body;

/* How one answer goes wrong. Owned by whoever holds it; freed with sbx_fault_free. */
typedef struct sbx_fault {
    char *method, *path; /* of the requests it is for; path may hold *; NULL: any */
    int64_t skip, times; /* how many are let pass first, how many are hit */
    int64_t latency;     /* microseconds before the answer */
    int status;          /* 0: the answer's own */
    double retry_after;  /* seconds; 0: none */
    bool effect;         /* the request is carried out all the same */
    bool cuts, resets;   /* after `cut` bytes of head and body the connection ends, with a reset */
    int64_t cut;
    sbx_fault_body body;
    int64_t size;
    bool lies; /* Content-Length says `content_length` */
    int64_t content_length;
    int64_t drip; /* microseconds between two bytes; 0: at once */
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

/* Makes the answer what the fault says (status, body, headers). */
void sbx_fault_apply(const sbx_fault *fault, sbx_answer *answer);

/* The bytes that go out: head and body (without that of SBX_FAULT_HUGE, which is made while it is
 * sent). `reason`: the phrase of the status. */
void sbx_fault_compose(const sbx_fault *fault, const sbx_answer *answer, const char *reason,
                       sbx_text *out);

SBX_HIDDEN_END
#endif
