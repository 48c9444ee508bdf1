/* SPDX-License-Identifier: MIT */
#ifndef KLV_REDIS_QUEUE_H
#define KLV_REDIS_QUEUE_H

#include "../core/clock.h"
#include "../core/internal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

KLV_PRIVATE_BEGIN

typedef enum {
    KLV_REPLY_TEXT, /* a string, a status, or a number as text */
    KLV_REPLY_NIL,
    KLV_REPLY_ERROR, /* Redis refused the command; the text says why */
    KLV_REPLY_LOST   /* the connection broke, or Redis is of no use: the command may have run */
} klv_reply_kind;

/* Owns its text. */
typedef struct {
    uint64_t id;
    klv_reply_kind kind;
    char *text; /* with a zero byte behind it; NULL for NIL and LOST */
    size_t length;
} klv_reply;

/*
 * The commands of a connection, in the order in which they were sent: in front those whose replies
 * wait to be taken, behind them those that wait for a reply. A reply has its place from the moment
 * its command is sent, so that a loss can always be reported. All zero: empty. One thread.
 */
typedef struct {
    struct klv_queue_entry *ring;
    size_t first, capacity;
    size_t answered; /* replies that wait to be taken */
    size_t waiting;  /* commands that wait for a reply */
} klv_queue;

/* The id of commands whose replies nobody takes. */
enum { KLV_NO_ID = 0 };

/* A command is about to be sent. False: out of memory. */
bool klv_queue_add(klv_queue *queue, uint64_t id, klv_time now);

/* The command that was added last was not sent. */
void klv_queue_withdraw(klv_queue *queue);

/* The id of the command that the next reply is for; one must be waiting. */
uint64_t klv_queue_next(const klv_queue *queue);

/* When that command was sent; KLV_NEVER: none is waiting. */
klv_time klv_queue_since(const klv_queue *queue);

/* Gives that command its reply, whose text is copied; for one with KLV_NO_ID the reply is dropped.
 * False: out of memory, and its reply is KLV_REPLY_LOST. */
bool klv_queue_reply(klv_queue *queue, klv_reply_kind kind, const char *text, size_t length);

/* Gives all commands that wait KLV_REPLY_LOST. */
void klv_queue_lose(klv_queue *queue);

/* Takes the next reply, which the caller frees. False: there is none. */
bool klv_queue_take(klv_queue *queue, klv_reply *out);

/* Empties it, and frees what it holds. */
void klv_queue_clear(klv_queue *queue);

KLV_PRIVATE_END

#endif
