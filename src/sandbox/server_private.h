/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVER_PRIVATE_H
#define SBX_SERVER_PRIVATE_H

#include <microhttpd.h>
#include "player.h"
#include "sandbox.h"
#include "watch.h"

SBX_HIDDEN_BEGIN

struct sbx_server {
    sbx_box *box;
    struct MHD_Daemon *daemon;
    sbx_stage stage;
    sbx_watch watch;
};

SBX_HIDDEN_END
#endif
