/* SPDX-License-Identifier: MIT */
#include "serve/request_timeout.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/timestamp.h"

#define TICK_MAX (2 * SBX_SECOND)

static const char response_408[] =
    "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/vnd.api+json\r\n"
    "Connection: close\r\n\r\n"
    "{\"errors\":[{\"id\":\"sbx-408\",\"status\":408,\"code\":\"request_timeout\","
    "\"title\":\"Request timeout.\",\"detail\":\"The request took too long to arrive.\","
    "\"source\":{}}]}";

/* The server's thread may be reading from the socket: it finds the connection closed. */
static void end_overdue(sbx_request_timeouts *timeouts) {
    int64_t now = sbx_clock_monotonic();
    for (sbx_request_deadline *deadline = timeouts->first; deadline; deadline = deadline->next) {
        if (now < deadline->at)
            continue;
        deadline->at = INT64_MAX;
        if (!deadline->tls)
            send(deadline->fd, response_408, sizeof response_408 - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        shutdown(deadline->fd, SHUT_RDWR);
    }
}

static void *run(void *argument) {
    sbx_request_timeouts *timeouts = argument;
    pthread_mutex_lock(&timeouts->lock);
    while (!timeouts->stopping) {
        int64_t tick = timeouts->timeout / 2 < TICK_MAX ? timeouts->timeout / 2 : TICK_MAX;
        int64_t end = sbx_clock_monotonic() + tick;
        struct timespec until = {.tv_sec = end / SBX_SECOND, .tv_nsec = end % SBX_SECOND * 1000};
        pthread_cond_timedwait(&timeouts->change, &timeouts->lock, &until);
        end_overdue(timeouts);
    }
    pthread_mutex_unlock(&timeouts->lock);
    return NULL;
}

bool sbx_request_timeouts_start(sbx_request_timeouts *timeouts, int64_t timeout) {
    memset(timeouts, 0, sizeof *timeouts);
    timeouts->timeout = timeout;
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes))
        return false;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&timeouts->lock, NULL);
    pthread_cond_init(&timeouts->change, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!pthread_create(&timeouts->thread, NULL, run, timeouts))
        return true;
    pthread_cond_destroy(&timeouts->change);
    pthread_mutex_destroy(&timeouts->lock);
    return false;
}

void sbx_request_timeouts_stop(sbx_request_timeouts *timeouts) {
    pthread_mutex_lock(&timeouts->lock);
    timeouts->stopping = true;
    pthread_cond_signal(&timeouts->change);
    pthread_mutex_unlock(&timeouts->lock);
    pthread_join(timeouts->thread, NULL);
    pthread_cond_destroy(&timeouts->change);
    pthread_mutex_destroy(&timeouts->lock);
}

void sbx_request_timeouts_add(sbx_request_timeouts *timeouts, sbx_request_deadline *deadline) {
    pthread_mutex_lock(&timeouts->lock);
    deadline->at = sbx_clock_monotonic() + timeouts->timeout;
    deadline->previous = NULL;
    deadline->next = timeouts->first;
    if (deadline->next)
        deadline->next->previous = deadline;
    timeouts->first = deadline;
    pthread_mutex_unlock(&timeouts->lock);
}

void sbx_request_timeouts_remove(sbx_request_timeouts *timeouts, sbx_request_deadline *deadline) {
    pthread_mutex_lock(&timeouts->lock);
    if (deadline->at) {
        if (deadline->previous)
            deadline->previous->next = deadline->next;
        else
            timeouts->first = deadline->next;
        if (deadline->next)
            deadline->next->previous = deadline->previous;
        deadline->at = 0;
    }
    pthread_mutex_unlock(&timeouts->lock);
}
