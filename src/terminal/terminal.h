/* SPDX-License-Identifier: MIT */
#ifndef KLV_TERMINAL_H
#define KLV_TERMINAL_H

#include <stdbool.h>

/*
 * The terminal, the standard streams and the signals of an interactive program. A library must not
 * touch any of them, so they are a module of their own that only the klaviyo command loads.
 */

/* Shared by the files of this module; the module exports luaopen_klaviyo_terminal alone. */
#pragma GCC visibility push(hidden)

bool klv_terminal_is(int fd);

/* The size in characters. False: `fd` is not a terminal, or its size is unknown. */
bool klv_terminal_size(int fd, int *columns, int *rows);

/* Opens /dev/null on each standard stream that is closed. Otherwise the next socket would get the
 * stream's number, and the program would read and write there. */
void klv_terminal_open_streams(void);

/* Whether `fd` has data or has reached its end. Waits up to `milliseconds`; a signal ends the wait.
 */
bool klv_terminal_readable(int fd, int milliseconds);

/* Takes an exclusive lock on a file until the process ends. Returns the descriptor that holds the
 * lock, which the caller leaves open and which programs it starts do not inherit; -1 with errno if
 * another process holds the lock (EWOULDBLOCK) or the file cannot be opened. */
int klv_terminal_claim(const char *path);

/* From now on SIGINT, SIGTERM and SIGHUP are recorded instead of ending the process, and interrupt
 * blocking calls. A second signal that arrives before the first was taken ends the process. Writing
 * to a closed pipe fails with EPIPE instead of ending the process. */
bool klv_terminal_catch_signals(void);

/* Tells the signal handler whether it must show the cursor again when it ends the process. */
void klv_terminal_cursor_hidden(bool is_hidden);

/* Returns the recorded signal, which stays recorded; 0 if there is none. */
int klv_terminal_seen_signal(void);

/* Returns the recorded signal and clears it; 0 if there is none. */
int klv_terminal_take_signal(void);

#pragma GCC visibility pop

#endif
