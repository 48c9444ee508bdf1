/* SPDX-License-Identifier: MIT */
#include "serve/watch.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/timestamp.h"
#include "serve/transaction.h"

#define TICK_MAX (2 * SBX_SECOND)

static const char too_slow[] =
    "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/vnd.api+json\r\n"
    "Connection: close\r\n\r\n"
    "{\"errors\":[{\"id\":\"sbx-408\",\"status\":408,\"code\":\"request_timeout\","
    "\"title\":\"Request timeout.\",\"detail\":\"The request took too long to come in.\","
    "\"source\":{}}]}";

/* The server's thread may be in the middle of a read: it finds the socket at its end. */
static void end_slow(sbx_watch *watch) {
    int64_t now = sbx_clock_monotonic();
    for (sbx_transaction *transaction = watch->first; transaction;
         transaction = transaction->next) {
        if (now < transaction->deadline)
            continue;
        transaction->deadline = INT64_MAX;
        if (!transaction->tls)
            send(transaction->fd, too_slow, sizeof too_slow - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        shutdown(transaction->fd, SHUT_RDWR);
    }
}

static void *run(void *argument) {
    sbx_watch *watch = argument;
    pthread_mutex_lock(&watch->lock);
    while (!watch->stopping) {
        int64_t tick = watch->patience / 2 < TICK_MAX ? watch->patience / 2 : TICK_MAX;
        int64_t end = sbx_clock_monotonic() + tick;
        struct timespec until = {.tv_sec = end / SBX_SECOND, .tv_nsec = end % SBX_SECOND * 1000};
        pthread_cond_timedwait(&watch->change, &watch->lock, &until);
        end_slow(watch);
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

bool sbx_watch_start(sbx_watch *watch, int64_t patience) {
    memset(watch, 0, sizeof *watch);
    watch->patience = patience;
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes))
        return false;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->change, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!pthread_create(&watch->thread, NULL, run, watch))
        return true;
    pthread_cond_destroy(&watch->change);
    pthread_mutex_destroy(&watch->lock);
    return false;
}

void sbx_watch_stop(sbx_watch *watch) {
    pthread_mutex_lock(&watch->lock);
    watch->stopping = true;
    pthread_cond_signal(&watch->change);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    pthread_cond_destroy(&watch->change);
    pthread_mutex_destroy(&watch->lock);
}

void sbx_watch_add(sbx_watch *watch, sbx_transaction *transaction) {
    pthread_mutex_lock(&watch->lock);
    transaction->deadline = sbx_clock_monotonic() + watch->patience;
    transaction->previous = NULL;
    transaction->next = watch->first;
    if (transaction->next)
        transaction->next->previous = transaction;
    watch->first = transaction;
    pthread_mutex_unlock(&watch->lock);
}

void sbx_watch_remove(sbx_watch *watch, sbx_transaction *transaction) {
    pthread_mutex_lock(&watch->lock);
    if (transaction->deadline) {
        if (transaction->previous)
            transaction->previous->next = transaction->next;
        else
            watch->first = transaction->next;
        if (transaction->next)
            transaction->next->previous = transaction->previous;
        transaction->deadline = 0;
    }
    pthread_mutex_unlock(&watch->lock);
}
