/* SPDX-License-Identifier: MIT */
/* The commands and replies of a connection to Redis, without one; and what the guard lets through
 * of the bytes of a server. */
#include "check.h"

#include "../../src/redis/guard.h"
#include "../../src/redis/queue.h"
#include "../../src/redis/reply.h"

#include <stdlib.h>

/* malloc, which fails while `starved`; the linker puts it in the place of malloc. */
static bool starved;
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size) {
    return starved ? NULL : __real_malloc(size);
}

static void check_next(klv_queue *queue, uint64_t id, klv_reply_kind kind, const char *text) {
    klv_reply reply = {0};
    CHECK(klv_queue_take(queue, &reply));
    CHECK_INT(reply.id, id);
    CHECK_INT(reply.kind, kind);
    CHECK_INT(reply.length, text ? strlen(text) : 0);
    if (text) {
        CHECK_TEXT(reply.text, text);
    } else {
        CHECK(!reply.text);
    }
    free(reply.text);
}

static void check_empty(klv_queue *queue) {
    klv_reply reply;
    CHECK(!klv_queue_take(queue, &reply));
    CHECK_INT(queue->waiting, 0);
    CHECK_INT(klv_queue_since(queue), KLV_NEVER);
}

static void replies_in_order(void) {
    klv_queue queue = {0};
    check_empty(&queue);
    CHECK(klv_queue_add(&queue, 7, 100));
    CHECK(klv_queue_add(&queue, 8, 200));
    CHECK(klv_queue_add(&queue, 9, 300));
    CHECK_INT(klv_queue_since(&queue), 100);
    CHECK_INT(klv_queue_next(&queue), 7);
    CHECK(klv_queue_reply(&queue, KLV_REPLY_TEXT, "a\0b", 3));
    CHECK_INT(klv_queue_since(&queue), 200);
    CHECK(klv_queue_reply(&queue, KLV_REPLY_NIL, NULL, 0));
    klv_queue_withdraw(&queue); /* 9 was not sent */
    klv_reply reply = {0};
    CHECK(klv_queue_take(&queue, &reply));
    CHECK(reply.length == 3 && memcmp(reply.text, "a\0b", 4) == 0);
    free(reply.text);
    check_next(&queue, 8, KLV_REPLY_NIL, NULL);
    check_empty(&queue);
    klv_queue_clear(&queue);
}

/* Any interleaving of the three, around the end of the ring and while it grows. */
static void many(void) {
    klv_queue queue = {0};
    uint64_t added = 0, answered = 0, taken = 0;
    for (int round = 0; round < 300; round++) {
        for (int i = 0; i < round % 7; i++) {
            added++;
            CHECK(klv_queue_add(&queue, added, (klv_time)added));
        }
        for (int i = 0; i < round % 5 && answered < added; i++) {
            CHECK_INT(klv_queue_next(&queue), ++answered);
            CHECK_INT(klv_queue_since(&queue), answered);
            char text[24];
            snprintf(text, sizeof text, "%d", (int)answered);
            CHECK(klv_queue_reply(&queue, KLV_REPLY_TEXT, text, strlen(text)));
        }
        for (int i = 0; i < round % 3 && taken < answered; i++) {
            char text[24];
            snprintf(text, sizeof text, "%d", (int)++taken);
            check_next(&queue, taken, KLV_REPLY_TEXT, text);
        }
        CHECK_INT(queue.answered, answered - taken);
        CHECK_INT(queue.waiting, added - answered);
    }
    CHECK(queue.answered && queue.waiting); /* which `klv_queue_clear` frees */
    klv_queue_clear(&queue);
    check_empty(&queue);
}

/* Nobody takes the reply to a login, also where earlier replies were not taken yet. */
static void logins(void) {
    klv_queue queue = {0};
    for (uint64_t id = 1; id <= 20; id++) {
        CHECK(klv_queue_add(&queue, id, 1));
    }
    klv_queue_lose(&queue);
    CHECK(klv_queue_add(&queue, KLV_NO_ID, 2));
    CHECK(klv_queue_add(&queue, KLV_NO_ID, 3));
    CHECK(klv_queue_add(&queue, 21, 4));
    CHECK_INT(klv_queue_next(&queue), KLV_NO_ID);
    CHECK(klv_queue_reply(&queue, KLV_REPLY_TEXT, "OK", 2));
    CHECK_INT(klv_queue_since(&queue), 3);
    CHECK(klv_queue_reply(&queue, KLV_REPLY_ERROR, "NOPERM", 6));
    CHECK(klv_queue_reply(&queue, KLV_REPLY_ERROR, "OOM", 3));
    for (uint64_t id = 1; id <= 20; id++) {
        check_next(&queue, id, KLV_REPLY_LOST, NULL);
    }
    check_next(&queue, 21, KLV_REPLY_ERROR, "OOM");
    check_empty(&queue);
    klv_queue_clear(&queue);
}

static void loss(void) {
    klv_queue queue = {0};
    CHECK(klv_queue_add(&queue, 1, 1));
    CHECK(klv_queue_add(&queue, 2, 1));
    CHECK(klv_queue_add(&queue, KLV_NO_ID, 1));
    CHECK(klv_queue_add(&queue, 3, 1));
    CHECK(klv_queue_reply(&queue, KLV_REPLY_TEXT, "x", 1));
    klv_queue_lose(&queue);
    check_next(&queue, 1, KLV_REPLY_TEXT, "x");
    check_next(&queue, 2, KLV_REPLY_LOST, NULL);
    check_next(&queue, 3, KLV_REPLY_LOST, NULL);
    check_empty(&queue);
    klv_queue_clear(&queue);
}

/* Without memory no command is added; each one that was gets a reply all the same. */
static void starving(void) {
    klv_queue queue = {0};
    starved = true;
    CHECK(!klv_queue_add(&queue, 1, 1));
    starved = false;
    for (uint64_t id = 1; id <= 16; id++) {
        CHECK(klv_queue_add(&queue, id, 1));
    }
    starved = true;
    CHECK(!klv_queue_add(&queue, 17, 1));
    CHECK(!klv_queue_reply(&queue, KLV_REPLY_TEXT, "x", 1));
    CHECK(klv_queue_reply(&queue, KLV_REPLY_NIL, NULL, 0));
    klv_queue_lose(&queue);
    starved = false;
    check_next(&queue, 1, KLV_REPLY_LOST, NULL);
    check_next(&queue, 2, KLV_REPLY_NIL, NULL);
    for (uint64_t id = 3; id <= 16; id++) {
        check_next(&queue, id, KLV_REPLY_LOST, NULL);
    }
    check_empty(&queue);
    klv_queue_clear(&queue);
}

static void check_reading(redisReply reply, klv_reply_kind kind, const char *wanted) {
    char number[KLV_NUMBER_SIZE];
    const char *text = "left over";
    size_t length = 9;
    reply.len = reply.str ? strlen(reply.str) : 0;
    CHECK_INT(klv_reply_read(&reply, number, &text, &length), kind);
    CHECK_INT(length, wanted ? strlen(wanted) : 0);
    if (wanted) {
        CHECK_TEXT(text, wanted);
    } else {
        CHECK(!text);
    }
}

static char some_text[] = "text";
static void reading(void) {
    check_reading((redisReply){.type = REDIS_REPLY_STRING, .str = some_text}, KLV_REPLY_TEXT,
                  "text");
    check_reading((redisReply){.type = REDIS_REPLY_STATUS, .str = some_text}, KLV_REPLY_TEXT,
                  "text");
    check_reading((redisReply){.type = REDIS_REPLY_ERROR, .str = some_text}, KLV_REPLY_ERROR,
                  "text");
    check_reading((redisReply){.type = REDIS_REPLY_NIL}, KLV_REPLY_NIL, NULL);
    check_reading((redisReply){.type = REDIS_REPLY_INTEGER, .integer = INT64_MIN}, KLV_REPLY_TEXT,
                  "-9223372036854775808");
    check_reading((redisReply){.type = REDIS_REPLY_ARRAY}, KLV_REPLY_ERROR,
                  "an array where a string was expected");
}

static const char *refusal_of(char *text) {
    redisReply reply = {.type = REDIS_REPLY_ERROR, .str = text};
    return klv_reply_refusal(&reply);
}

static void errors(void) {
    char word[KLV_WORD_SIZE];
    char login[] = "WRONGPASS s3cret\r\n",
         endless[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQ";
    klv_reply_word(&(redisReply){.str = login}, word);
    CHECK_TEXT(word, "WRONGPASS");
    klv_reply_word(&(redisReply){.str = endless}, word);
    CHECK_TEXT(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDE");
    klv_reply_word(&(redisReply){.str = NULL}, word);
    CHECK_TEXT(word, "");

    char replica[] = "READONLY You can't write against a read only replica.";
    char down[] = "MASTERDOWN Link with MASTER is down", memory[] = "OOM command not allowed";
    char alike[] = "READONLYX";
    char script[] = "ERR Error running script (call to f_0a): @user_script:3: @user_script: 3: "
                    "-READONLY You can't write against a read only replica.";
    char other[] = "ERR Error running script (call to f_0a): @user_script:3: a: READONLY";
    CHECK_TEXT(refusal_of(script), "Redis is a replica");
    CHECK(!refusal_of(other));
    CHECK_TEXT(refusal_of(replica), "Redis is a replica");
    CHECK_TEXT(refusal_of(down), "Redis is a replica");
    CHECK(!refusal_of(memory));
    CHECK(!refusal_of(alike));
    CHECK(!klv_reply_refusal(&(redisReply){.type = REDIS_REPLY_STRING, .str = replica}));

    char text[] = "user bob, bobby and xbob; bob";
    klv_reply_blot(&(redisReply){.str = text}, "bob");
    CHECK_TEXT(text, "user ***, bobby and xbob; ***");
    klv_reply_blot(&(redisReply){.str = text}, NULL);
    klv_reply_blot(&(redisReply){.str = text}, "");
    CHECK_TEXT(text, "user ***, bobby and xbob; ***");
}

/* What the guard says to some bytes, where so many replies are to come; NULL: nothing. */
static const char *problem_of(const char *bytes, size_t expected, bool has_callback,
                              bool subscribes) {
    redisCallback callback = {.fn = NULL};
    redisAsyncContext context = {.c = {.reader = redisReaderCreate()}};
    context.replies.head = has_callback ? &callback : NULL;
    klv_guard guard;
    klv_guard_install(&guard, &context, &expected, subscribes);
    void *reply = NULL;
    CHECK_INT(redisReaderFeed(context.c.reader, bytes, strlen(bytes)), REDIS_OK);
    int status = redisReaderGetReply(context.c.reader, &reply);
    CHECK_INT(status == REDIS_OK, !guard.problem);
    if (reply) {
        freeReplyObject(reply);
    }
    redisReaderFree(context.c.reader);
    return guard.problem;
}

static void guarding(void) {
    static const char *const replies[] = {"+OK\r\n",     ":1\r\n",   "$-1\r\n",
                                          "$1\r\nx\r\n", "-ERR\r\n", "*1\r\n:1\r\n"};
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        CHECK(!problem_of(replies[i], 1, true, false));
        CHECK_TEXT(problem_of(replies[i], 0, true, false),
                   "it sent a reply that nobody had asked for");
        /* hiredis 0.14 had no memory to note it, and would end the process now */
        CHECK_TEXT(problem_of(replies[i], 1, false, false), "out of memory");
    }
    CHECK_TEXT(problem_of("*17\r\n", 1, true, false), "it sent a large array");
    /* the callback of SUBSCRIBE, which comes last, is kept elsewhere */
    static const char subscribed[] = "*3\r\n$9\r\nsubscribe\r\n$4\r\nhere\r\n:1\r\n";
    CHECK(!problem_of(subscribed, 1, false, true));
    CHECK(!problem_of("+OK\r\n", 2, true, true));
    CHECK_TEXT(problem_of("+OK\r\n", 2, false, true), "out of memory");
    CHECK_TEXT(problem_of("+OK\r\n", 1, false, true), "it answers as no Redis does");
}

int main(void) {
    replies_in_order();
    many();
    logins();
    loss();
    starving();
    reading();
    errors();
    guarding();
    printf("%d passed, %d failed\n", check_counts.passed, check_counts.failed);
    return check_counts.failed != 0;
}
