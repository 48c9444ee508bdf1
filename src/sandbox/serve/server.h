/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_SERVER_H
#define SBX_SERVE_SERVER_H

#include "serve/certificate.h"
#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* The HTTP server of a sandbox: one thread that serves every connection. */
typedef struct sbx_server sbx_server;

/* Serves the connections to a listening socket, which it takes over; with TLS when the settings ask
 * for it. NULL, with a sentence that the caller frees in *problem (NULL there: out of memory). The
 * instance and the certificate must outlive the server. */
sbx_server *sbx_server_start(sbx_instance *instance, const sbx_certificate *certificate, int fd,
                             char **problem);

/* Closes every connection and waits for the thread to end. NULL is allowed. */
void sbx_server_stop(sbx_server *server);

SBX_HIDDEN_END
#endif
