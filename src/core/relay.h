/* SPDX-License-Identifier: MIT */
#ifndef KLV_RELAY_H
#define KLV_RELAY_H

#include "internal.h"

#include <stdbool.h>

KLV_PRIVATE_BEGIN

/*
 * A descriptor that can be read once something happens at a socket, an error too: an epoll instance
 * with this one socket. luv writes "EBADF: bad file descriptor" to standard error whenever poll(2)
 * reports an error of a socket that it watches, such as a connection that is refused. It watches
 * the relay instead, which has no errors.
 */
typedef struct klv_relay klv_relay;

/* `socket` is borrowed until klv_relay_free, and may be closed before. NULL: there are none on this
 * system, or no descriptor or memory is left. */
klv_relay *klv_relay_new(int socket);

int klv_relay_descriptor(const klv_relay *relay);

/* What is waited for: POLLIN, POLLOUT; an error is in any case. false: the socket is closed. */
bool klv_relay_want(klv_relay *relay, short events);

/* What has happened, without waiting: POLLIN, POLLOUT, POLLERR; 0: nothing. */
short klv_relay_ready(const klv_relay *relay);

void klv_relay_free(klv_relay *relay);

KLV_PRIVATE_END

#endif
