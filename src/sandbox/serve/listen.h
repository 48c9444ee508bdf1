/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_LISTEN_H
#define SBX_SERVE_LISTEN_H

#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* Returns a socket that listens on host (a name or an address) and port (0: any; *found is the one
 * chosen). -1, with a sentence that the caller frees in *problem (NULL there: out of memory). */
int sbx_listen(const char *host, int port, int *found, char **problem);

SBX_HIDDEN_END
#endif
