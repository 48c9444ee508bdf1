/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_SERVER_PRIVATE_H
#define SBX_SERVE_SERVER_PRIVATE_H

#include <microhttpd.h>
#include "serve/fault_player.h"
#include "state/instance.h"
#include "serve/watch.h"

SBX_HIDDEN_BEGIN

struct sbx_server {
    sbx_box *box;
    struct MHD_Daemon *daemon;
    sbx_stage stage;
    sbx_watch watch;
};

SBX_HIDDEN_END
#endif
