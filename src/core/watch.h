/* SPDX-License-Identifier: MIT */
#ifndef KLV_WATCH_H
#define KLV_WATCH_H

#include "internal.h"
#include "client.h"
#include "clock.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>

KLV_PRIVATE_BEGIN

/*
 * For a host that can wait for sockets of its own making alone (nginx's Lua module): a thread
 * poll()s the sockets of clients and writes a byte to a unix socket that the host has connected to.
 * The thread knows descriptors and a time; no client, no libcurl, no Lua. All functions are for one
 * other thread, which drives the clients as ever.
 *
 *     new -> the host connects to the path -> begin -> arm, a byte comes, arm, a byte comes, ... ->
 * free
 */
typedef struct klv_watch klv_watch;

/* Makes a socket to connect to, in a directory that only this user may enter. NULL: `error` says
 * why. */
klv_watch *klv_watch_new(klv_error *error);

/* The path of that socket; until klv_watch_free. */
const char *klv_watch_path(const klv_watch *watch);

/* The host has connected: accepts it, removes the path, starts the thread. False: `error` says why.
 */
bool klv_watch_begin(klv_watch *watch, klv_error *error);

/*
 * Has one byte written when something is ready on the clients' sockets, when a client's deadline
 * comes, or at `until`, whichever is first. It takes the place of what was armed before. Nothing of
 * the clients is kept but the descriptors; one that is closed meanwhile costs a byte at most.
 * False: out of memory.
 */
bool klv_watch_arm(klv_watch *watch, klv_client *const *clients, size_t count, klv_time until);

/*
 * Does what is ready and due on clients, without waiting, and stops after `bound` so that a host
 * can do something else in between. True: something may be left.
 */
bool klv_watch_drive(klv_watch *watch, klv_client *const *clients, size_t count, klv_time bound);

/* Writes a byte now. */
void klv_watch_kick(const klv_watch *watch);

/* Ends the thread and waits for that; closes and removes everything. NULL is fine. */
void klv_watch_free(klv_watch *watch);

KLV_PRIVATE_END

#endif
