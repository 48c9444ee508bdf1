/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_TRANSACTION_H
#define SBX_SERVE_TRANSACTION_H

#include <microhttpd.h>
#include "api/response.h"
#include "serve/fault_player.h"
#include "state/fault.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

typedef enum sbx_phase {
    SBX_READING, /* head and body are coming in */
    SBX_WAITING, /* suspended: a player has it */
    SBX_READY,   /* the wait is over: answer by ordinary means */
    SBX_PLAYED   /* the player has sent everything: close */
} sbx_phase;

/* One request of a connection, from its first line until it was answered. Made and freed by the
 * server's thread; a player touches it only while the connection is suspended. */
typedef struct sbx_transaction {
    sbx_instance *instance;
    sbx_fault_players *players;
    struct sbx_watch *watch;
    struct MHD_Connection *connection;
    char *uri; /* as it came; cut at the "?" once it is read */
    const char *query;
    const char *method; /* the library's, as long as the request lasts */
    sbx_text body;
    bool begun, too_large;
    size_t discarded;
    sbx_phase phase;
    bool waited; /* the latency of the fault is over */
    bool done;   /* `answer` holds what goes back */
    bool raw;    /* the player sends it */
    sbx_fault *fault;
    sbx_response response;

    void *tls;        /* the gnutls session; NULL without TLS */
    int fd;           /* for the watch over slow requests; under its lock */
    int64_t deadline; /* monotonic microseconds; 0: not watched */
    struct sbx_transaction *previous, *next;
} sbx_transaction;

/* Answers an exchange whose request is complete, now or (suspended) later. */
enum MHD_Result sbx_transaction_respond(sbx_transaction *transaction);

/* Answers with a 413 before the body has come, and ends the connection. */
enum MHD_Result sbx_transaction_reject(sbx_transaction *transaction);

SBX_HIDDEN_END
#endif
