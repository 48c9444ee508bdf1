/* SPDX-License-Identifier: MIT */
#ifndef SBX_STATE_FAULT_H
#define SBX_STATE_FAULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "api/response.h"
#include "base/visibility.h"
#include "state/fault_response.h"

SBX_HIDDEN_BEGIN

typedef enum sbx_twin { SBX_TWIN_NOT, SBX_TWIN_SAME, SBX_TWIN_OTHER } sbx_twin;

/* One fault: how a response goes wrong. Freed with sbx_fault_free by its owner. */
typedef struct sbx_fault {
    char *method, *path;      /* of matching requests; path may have *; NULL: any */
    int64_t after;            /* matching requests that are answered normally first */
    int64_t times;            /* matching requests that then get the fault; 0: all */
    int64_t latency;          /* microseconds before the request is executed */
    int64_t late;             /* microseconds between that and the response */
    bool acted;               /* the request is executed */
    int status;               /* 0: unchanged */
    json_t *headers;          /* additional headers, an object of strings; NULL: none */
    char *body;               /* replaces the body; NULL: unchanged */
    const char *content_type; /* of `body`; static */
    int64_t huge;             /* replaces the body by so many spaces; 0: no */
    bool cuts;                /* the connection ends after `cut` bytes of the response */
    bool cuts_body;           /* in the middle of the body */
    int64_t cut;
    bool resets;       /* the connection ends with a TCP reset */
    bool wrong_length; /* Content-Length says `length` */
    int64_t length;    /* -1: somewhat longer than the body */
    int64_t drip;      /* bytes per second; 0: as fast as possible */
    char *redirect;
    int64_t process_after;  /* microseconds until it is executed, whatever was sent; 0: at once */
    int64_t lag, lag_by_id; /* microseconds; newer resources are not read, see sbx_request */
    sbx_broken broken;
    sbx_gateway gateway;
    bool undated;        /* no Date header */
    int64_t date_offset; /* microseconds that the Date header is ahead of the clock */
    unsigned normalises; /* SBX_TRIM, SBX_NFC: strings of the request body before it is executed */
    sbx_twin twin;       /* another writer sends the same request, or one with other content */
    int64_t crowd;       /* campaigns that other writers create */
    char *text;          /* its description, for the journal */
    struct sbx_fault *next;
} sbx_fault;

/* The faults for coming requests, in the order they were added. */
typedef struct sbx_faults {
    sbx_fault *first;
} sbx_faults;

void sbx_fault_free(sbx_fault *fault);

void sbx_faults_add(sbx_faults *faults, sbx_fault *fault); /* takes ownership */
void sbx_faults_clear(sbx_faults *faults);
/* Writes the faults that are not used up as a JSON array. */
void sbx_faults_write(const sbx_faults *faults, sbx_text *out);

/* Returns a copy of the fault for this request; NULL for none (or out of memory). */
sbx_fault *sbx_faults_take(sbx_faults *faults, const char *method, const char *path);

/* Whether the HTTP library cannot send the response, because it breaks HTTP. */
bool sbx_fault_is_raw(const sbx_fault *fault);

/* Whether the response is the real one, however it is then sent. */
bool sbx_fault_keeps_response(const sbx_fault *fault);

/* Changes the response as the fault says. */
void sbx_fault_apply(const sbx_fault *fault, sbx_response *response);

/* Passes each additional header to the sink. */
void sbx_fault_headers(const sbx_fault *fault, sbx_header_sink *sink, void *context);

/* Composes the bytes to send: status line, header section and body (except a huge one, which is
 * generated while it is sent). `reason`: the reason phrase of the status. Returns after how many
 * bytes the connection is cut; INT64_MAX: never. */
int64_t sbx_fault_compose(const sbx_fault *fault, const sbx_response *response, const char *reason,
                          sbx_text *out);

SBX_HIDDEN_END
#endif
