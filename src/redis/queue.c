/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

struct klv_queue_entry {
    klv_reply reply; /* of a command that waits only the id is of interest */
    klv_time sent;
};

static struct klv_queue_entry *entry_at(const klv_queue *queue, size_t index) {
    return &queue->ring[(queue->first + index) % queue->capacity];
}

static bool grow(klv_queue *queue) {
    size_t count = queue->answered + queue->waiting;
    size_t capacity = queue->capacity ? queue->capacity * 2 : FIRST_CAPACITY;
    struct klv_queue_entry *ring = malloc(capacity * sizeof *ring);
    if (!ring) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        ring[i] = *entry_at(queue, i);
    }
    free(queue->ring);
    queue->ring = ring;
    queue->first = 0;
    queue->capacity = capacity;
    return true;
}

bool klv_queue_add(klv_queue *queue, uint64_t id, klv_time now) {
    size_t count = queue->answered + queue->waiting;
    if (count == queue->capacity && !grow(queue)) {
        return false;
    }
    *entry_at(queue, count) = (struct klv_queue_entry){.reply = {.id = id}, .sent = now};
    queue->waiting++;
    return true;
}

void klv_queue_withdraw(klv_queue *queue) {
    queue->waiting--;
}

uint64_t klv_queue_next(const klv_queue *queue) {
    return entry_at(queue, queue->answered)->reply.id;
}

klv_time klv_queue_since(const klv_queue *queue) {
    return queue->waiting ? entry_at(queue, queue->answered)->sent : KLV_NEVER;
}

/* Removes the first command that waits; the replies before it move up by one. */
static void drop_next(klv_queue *queue) {
    for (size_t i = queue->answered; i > 0; i--) {
        *entry_at(queue, i) = *entry_at(queue, i - 1);
    }
    queue->first = (queue->first + 1) % queue->capacity;
    queue->waiting--;
}

bool klv_queue_reply(klv_queue *queue, klv_reply_kind kind, const char *text, size_t length) {
    uint64_t id = klv_queue_next(queue);
    if (id == KLV_NO_ID) {
        drop_next(queue);
        return true;
    }
    klv_reply reply = {.id = id, .kind = kind};
    if (text) {
        reply.text = malloc(length + 1);
        reply.kind = reply.text ? kind : KLV_REPLY_LOST;
    }
    if (reply.text) {
        memcpy(reply.text, text, length);
        reply.text[length] = '\0';
        reply.length = length;
    }
    entry_at(queue, queue->answered)->reply = reply;
    queue->answered++;
    queue->waiting--;
    return reply.kind == kind;
}

void klv_queue_lose(klv_queue *queue) {
    while (queue->waiting) {
        klv_queue_reply(queue, KLV_REPLY_LOST, NULL, 0);
    }
}

bool klv_queue_take(klv_queue *queue, klv_reply *out) {
    if (!queue->answered) {
        return false;
    }
    *out = entry_at(queue, 0)->reply;
    queue->first = (queue->first + 1) % queue->capacity;
    queue->answered--;
    return true;
}

void klv_queue_clear(klv_queue *queue) {
    klv_reply reply;
    while (klv_queue_take(queue, &reply)) {
        free(reply.text);
    }
    free(queue->ring);
    *queue = (klv_queue){0};
}
