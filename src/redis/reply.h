/* SPDX-License-Identifier: MIT */
#ifndef KLV_REDIS_REPLY_H
#define KLV_REDIS_REPLY_H

#include "queue.h"

#include <hiredis/hiredis.h>

KLV_PRIVATE_BEGIN

enum { KLV_WORD_SIZE = 32, KLV_NUMBER_SIZE = 24 };

/* What a reply of hiredis is to us. `text` and `length`: its text, borrowed from the reply or in
 * `number`; NULL and 0: none. No script of ours gives an array, which is an error therefore. */
klv_reply_kind klv_reply_read(const redisReply *reply, char number[KLV_NUMBER_SIZE],
                              const char **text, size_t *length);

/* The first word of an error: the rest may repeat what was sent, a password with it. */
void klv_reply_word(const redisReply *reply, char word[KLV_WORD_SIZE]);

/* Why a Redis that gives this reply is of no use, though it answers; NULL: it is no error, or one
 * of its command alone. */
const char *klv_reply_refusal(const redisReply *reply);

/* Blots out a word in an error: the messages of Redis name the user. NULL: none. */
void klv_reply_blot(const redisReply *reply, const char *word);

KLV_PRIVATE_END

#endif
