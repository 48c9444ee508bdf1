/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_SERVER_H
#define SBX_SERVE_SERVER_H

#include "state/instance.h"

SBX_HIDDEN_BEGIN

/* The HTTP side of a sandbox: one thread that serves every connection. It ends with
 * sbx_server_stop, which waits for it. */
typedef struct sbx_server sbx_server;

/* Serves what connects to a listening socket, which it takes over. NULL, with a sentence that the
 * caller frees in *problem (NULL there: out of memory). The box must outlive the server. */
sbx_server *sbx_server_start(sbx_box *box, int fd, char **problem);

/* Ends every connection and the thread. NULL is let pass. */
void sbx_server_stop(sbx_server *server);

SBX_HIDDEN_END
#endif
