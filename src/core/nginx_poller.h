/* SPDX-License-Identifier: MIT */
#ifndef KLV_NGINX_POLLER_H
#define KLV_NGINX_POLLER_H

#include "internal.h"
#include "clock.h"
#include "driven.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>

KLV_PRIVATE_BEGIN

/*
 * For nginx's Lua module, which can wait only for sockets that it has opened: a thread poll()s the
 * sockets and writes a byte into a unix socket to which the host has connected. The thread
 * knows descriptors and a time; no client, no libcurl, no Lua. All functions are for one other
 * thread, which drives the clients and connections as ever.
 *
 *     new -> the host connects to the path -> begin -> arm, a byte comes, arm, a byte comes, ... ->
 * free
 */
typedef struct klv_nginx_poller klv_nginx_poller;

/* Makes a listening socket in a directory that only this user can enter. NULL: `error` says why. */
klv_nginx_poller *klv_nginx_poller_new(klv_error *error);

/* The path of that socket; "" once it is closed. */
const char *klv_nginx_poller_path(const klv_nginx_poller *poller);

/* The host has connected: accepts the connection, removes the path, starts the thread. False:
 * `error` says why. */
bool klv_nginx_poller_begin(klv_nginx_poller *poller, klv_error *error);

/*
 * Has one byte written when a socket is ready, when the first deadline comes, or at
 * `until`, whichever is first. Replaces what was armed before. Keeps the descriptors alone; one
 * that is closed meanwhile costs at most a needless byte. False: out of memory.
 */
bool klv_nginx_poller_arm(klv_nginx_poller *poller, const klv_driven *list, size_t count,
                          klv_time until);

/*
 * Does what is ready and due, without waiting, and stops after `bound` so that the
 * host can run. True: something may be left to do.
 */
bool klv_nginx_poller_drive(klv_nginx_poller *poller, const klv_driven *list, size_t count,
                            klv_time bound);

/* Writes a byte now. */
void klv_nginx_poller_kick(const klv_nginx_poller *poller);

/* Ends the thread and waits for that; closes and removes everything. Calls of the functions above
 * are harmless afterwards. Harmless when repeated. */
void klv_nginx_poller_close(klv_nginx_poller *poller);

/* Closes and frees. NULL is allowed. */
void klv_nginx_poller_free(klv_nginx_poller *poller);

KLV_PRIVATE_END

#endif
