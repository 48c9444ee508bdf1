/* SPDX-License-Identifier: MIT */
#ifndef KLV_TERMINAL_H
#define KLV_TERMINAL_H

#include "internal.h"

#include <stdbool.h>

/*
 * What a program for people needs of its terminal and its signals. Nothing here is called by the
 * library for its own sake: signals belong to the program, and the command line asks for them once,
 * when it starts.
 */

KLV_PRIVATE_BEGIN

bool klv_terminal_is(int fd);

/* The size in characters; false if `fd` is no terminal or does not know. */
bool klv_terminal_size(int fd, int *columns, int *rows);

/* Opens /dev/null for each standard stream that is closed: a socket that got its number would be
 * written to, or read from, in its place. */
void klv_terminal_open_streams(void);

/* Whether something can be read, or its end; waits so long at most, and no longer than a signal. */
bool klv_terminal_readable(int fd, int milliseconds);

/* Keeps other processes from claiming the same file, until this one ends. Returns a descriptor that
 * the caller leaves open, and that the programs it starts do not get; -1 with errno if another
 * process has claimed it (EWOULDBLOCK), or if it cannot be opened. */
int klv_terminal_claim(const char *path);

/* From now on SIGINT, SIGTERM and SIGHUP are noted instead of ending the process, and interrupt
 * what blocks; a second one that comes before the first was taken ends it. Writing to a closed pipe
 * fails instead of ending the process. */
bool klv_terminal_catch_signals(void);

/* Whether the cursor is to be shown again by the signal that ends the process. */
void klv_terminal_cursor_hidden(bool is_hidden);

/* The signal that was noted, 0 if none; it is forgotten by this. */
int klv_terminal_take_signal(void);

KLV_PRIVATE_END

#endif
