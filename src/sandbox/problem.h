/* SPDX-License-Identifier: MIT */
#ifndef SBX_PROBLEM_H
#define SBX_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include "arena.h"

SBX_HIDDEN_BEGIN

/* What is wrong with the query of a request. Every problem becomes one error object of a 400. */
typedef struct sbx_problem {
    const char
        *parameter; /* for source.parameter, e.g. "page[size]"; "" if no parameter is to blame */
    const char *detail; /* a sentence: where, what was found, what is allowed */
    struct sbx_problem *next;
} sbx_problem;

/* A list in the order of discovery, living in an arena. */
typedef struct sbx_problems {
    sbx_arena *arena;   /* borrowed */
    sbx_problem *first; /* NULL: nothing is wrong */
    sbx_problem *last;
    size_t count; /* at most SBX_PROBLEMS_MAX are kept, the rest is dropped */
} sbx_problems;
#define SBX_PROBLEMS_MAX 50

void sbx_problems_init(sbx_problems *problems, sbx_arena *arena);

/* Adds one. parameter is copied. Out of memory: arena->failed is set and nothing is added, so ask
 * for that after a call that reported failure without a problem. */
void sbx_problems_add(sbx_problems *problems, const char *parameter, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A value from outside made fit for a message: quoted, at most 60 bytes (then "..."), control
 * characters and broken UTF-8 as \xNN. Never NULL ("" when memory is at its end). */
const char *sbx_problem_quote(sbx_arena *arena, const char *text, size_t length);

SBX_HIDDEN_END
#endif
