/* SPDX-License-Identifier: MIT */
#include "reply.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

klv_reply_kind klv_reply_read(const redisReply *reply, char number[KLV_NUMBER_SIZE],
                              const char **text, size_t *length) {
    static const char array[] = "an array where a string was expected";
    *text = NULL;
    *length = 0;
    switch (reply->type) {
    case REDIS_REPLY_NIL:
        return KLV_REPLY_NIL;
    case REDIS_REPLY_INTEGER:
        snprintf(number, KLV_NUMBER_SIZE, "%lld", reply->integer);
        *text = number;
        *length = strlen(number);
        return KLV_REPLY_TEXT;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
        *text = reply->str;
        *length = (size_t)reply->len;
        return reply->type == REDIS_REPLY_ERROR ? KLV_REPLY_ERROR : KLV_REPLY_TEXT;
    default:
        *text = array;
        *length = sizeof array - 1;
        return KLV_REPLY_ERROR;
    }
}

static void first_word(const char *text, char word[KLV_WORD_SIZE]) {
    size_t length = strcspn(text, " \r\n");
    length = length < KLV_WORD_SIZE ? length : KLV_WORD_SIZE - 1;
    snprintf(word, KLV_WORD_SIZE, "%.*s", (int)length, text);
}

void klv_reply_word(const redisReply *reply, char word[KLV_WORD_SIZE]) {
    first_word(reply->str ? reply->str : "", word);
}

/* What a command in a script was refused with: Redis 6 says first where in the script that was. */
static const char *cause_of(const char *text) {
    static const char script[] = "ERR Error running script ";
    const char *cause = strncmp(text, script, sizeof script - 1) == 0 ? strstr(text, ": -") : NULL;
    return cause ? cause + 3 : text;
}

const char *klv_reply_refusal(const redisReply *reply) {
    char word[KLV_WORD_SIZE] = "";
    if (reply->type == REDIS_REPLY_ERROR && reply->str) {
        first_word(cause_of(reply->str), word);
    }
    if (strcmp(word, "READONLY") == 0 || strcmp(word, "MASTERDOWN") == 0) {
        return "Redis is a replica"; /* the name of the address may lead to the new master by now */
    }
    return NULL;
}

void klv_reply_blot(const redisReply *reply, const char *word) {
    size_t length = word ? strlen(word) : 0;
    char *at = reply->str;
    while (length && (at = strstr(at, word))) {
        bool begins = at == reply->str || !isalnum((unsigned char)at[-1]);
        if (begins && !isalnum((unsigned char)at[length])) {
            memset(at, '*', length);
        }
        at += length;
    }
}
