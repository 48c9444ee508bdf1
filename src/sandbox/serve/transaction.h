/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_TRANSACTION_H
#define SBX_SERVE_TRANSACTION_H

#include <microhttpd.h>
#include "api/response.h"
#include "serve/fault_player.h"
#include "serve/request_timeout.h"
#include "state/fault.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

typedef enum sbx_phase {
    SBX_READING, /* the header section and the body are arriving */
    SBX_WAITING, /* suspended: a fault player has the connection */
    SBX_READY,   /* the wait is over: the HTTP library sends the response */
    SBX_PLAYED   /* the fault player has sent everything: close */
} sbx_phase;

/* One request of a connection and its response. Created and freed by the server's thread; a fault
 * player uses it only while the connection is suspended. */
typedef struct sbx_transaction {
    sbx_instance *instance;
    sbx_fault_players *players;
    sbx_request_timeouts *timeouts;
    struct MHD_Connection *connection;
    int fd;
    void *tls;  /* the gnutls session; NULL without TLS */
    char *path; /* still percent-encoded; with the query until the header section is complete */
    const char *query;
    const char *method; /* owned by the HTTP library */
    sbx_text body;
    bool begun; /* the header section is complete */
    bool too_large;
    size_t discarded; /* bytes of a body that is too large */
    sbx_phase phase;
    bool rejected; /* see access.h; `response` is complete */
    bool waited;   /* the latency of the fault has passed */
    bool done;     /* `response` is complete */
    bool raw;      /* a fault player sends it */
    sbx_fault *fault;
    sbx_text normalised; /* the body that is executed, where the fault normalises it; else empty */
    sbx_response response;
    sbx_request_deadline deadline;
} sbx_transaction;

/* Responds to a request that is complete, now or (suspended) later. */
enum MHD_Result sbx_transaction_respond(sbx_transaction *transaction);

/* Responds with a 413 before the body has arrived, and closes the connection. */
enum MHD_Result sbx_transaction_reject(sbx_transaction *transaction);

SBX_HIDDEN_END
#endif
