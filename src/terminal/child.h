/* SPDX-License-Identifier: MIT */
#ifndef KLV_CHILD_H
#define KLV_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Work in a child process with limits: of CPU time, memory and output. The child is a fork without
 * exec. It has no open descriptor but its pipe, none of the parent's signal handlers, no threads,
 * and leaves by _exit, so that nothing of the parent is flushed, finalised or closed by it.
 */

#pragma GCC visibility push(hidden)

typedef enum klv_child_reason {
    KLV_CHILD_NONE, /* it has not ended by itself */
    KLV_CHILD_DONE, /* its output is complete */
    KLV_CHILD_STEPS,
    KLV_CHILD_TIME,
    KLV_CHILD_MEMORY,
    KLV_CHILD_OUTPUT,
    KLV_CHILD_ERROR, /* its output is a message */
    KLV_CHILD_STUCK,
    KLV_CHILD_SIGNAL,
    KLV_CHILD_REASONS
} klv_child_reason;

/* Memory that both processes share. The child writes where it is, so that the parent knows it
 * however the child ends. */
typedef struct klv_child_report {
    volatile sig_atomic_t reason; /* klv_child_reason */
    volatile int line;            /* 0: nowhere */
    char source[1024];            /* the name of the chunk that has the line */
} klv_child_report;

typedef struct klv_child_limits {
    unsigned seconds; /* of CPU time */
    size_t memory;    /* bytes, beyond what the process had */
    size_t output;    /* bytes */
    double patience;  /* seconds of real time; ends a child that waits for what never comes */
} klv_child_limits;

/* Owned by the parent; zero bytes are a child that has ended, with pipe -1. */
typedef struct klv_child {
    pid_t pid;                /* 0: it has been waited for */
    int pipe;                 /* where its output arrives; -1: closed */
    klv_child_report *report; /* NULL: it was not started */
    klv_child_limits limits;
    double began;
    char *output; /* owned */
    size_t size, capacity;
    int signal; /* that ended it */
} klv_child;

/* What the child does: its output goes to the pipe by klv_child_write. */
typedef void (*klv_child_work)(void *data, klv_child_report *report, int pipe);

/* Starts a child. False with errno. */
bool klv_child_start(klv_child *child, const klv_child_limits *limits, klv_child_work work,
                     void *data);

/* In the child: writes all bytes, and ends it with a reason. */
_Noreturn void klv_child_end(klv_child_report *report, int pipe, klv_child_reason reason,
                             const char *bytes, size_t size);

/* Reads what has come of the output, waiting up to `milliseconds`; a signal ends the wait. True
 * once the child has ended and has been waited for. */
bool klv_child_wait(klv_child *child, int milliseconds);

/* Why an ended child has ended. */
klv_child_reason klv_child_reason_of(const klv_child *child);

/* Ends a child that still runs, and frees everything. May be called more than once. */
void klv_child_close(klv_child *child);

/* Starts a program, found in PATH, with its arguments as they are: no shell reads them. It has a
 * session of its own, no descriptor of this process, and /dev/null for its standard streams. Waits
 * up to `milliseconds` for its end; `status` is its exit status, or -1 while it runs, which it does
 * beyond the end of this process. False, with errno: it cannot be started. */
bool klv_child_program(char *const arguments[], int milliseconds, int *status);

/* Runs a command of the shell with this terminal and waits for its end; with `to_stderr` what it
 * writes to standard output goes to standard error. Once `signal_seen` returns a signal, the
 * command gets it too where it does not end by itself; `status` is -1 if it runs on all the same,
 * and its exit status otherwise. False, with errno: it cannot be started. */
bool klv_child_shell(const char *command, bool to_stderr, int (*signal_seen)(void), int *status);

#pragma GCC visibility pop

#endif
