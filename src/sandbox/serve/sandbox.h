/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_SANDBOX_H
#define SBX_SERVE_SANDBOX_H

#include "serve/certificate.h"
#include "serve/server.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* A running sandbox: its state, and the server in front of it. */
typedef struct sbx_sandbox {
    sbx_instance *instance;
    sbx_certificate certificate; /* empty without TLS */
    sbx_server *server;
    int port;
} sbx_sandbox;

/* Opens the store and starts to serve. Takes the settings over in every case. NULL, with a kind
 * ("storage", "tls", "listen", "memory") and a sentence that the caller frees (NULL: out of
 * memory). */
sbx_sandbox *sbx_sandbox_start(sbx_settings *settings, const char **kind, char **problem);

/* Stops the server, then closes the store. NULL is allowed. */
void sbx_sandbox_stop(sbx_sandbox *sandbox);

SBX_HIDDEN_END
#endif
