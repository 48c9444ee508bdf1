/* SPDX-License-Identifier: MIT */
#include "serve/fault_player.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/timestamp.h"

#define STACK_SIZE ((size_t)1 << 20) /* late requests are executed on it */
#define DRAIN_TIME (3 * SBX_SECOND)
#define CHUNK      ((size_t)64 << 10)

typedef struct sbx_fault_player {
    sbx_fault_players *players;
    sbx_fault_script script;
    pthread_t thread;
    bool finished; /* under the lock of the players: the thread may be joined */
    struct sbx_fault_player *next;
} sbx_fault_player;

bool sbx_fault_players_init(sbx_fault_players *players) {
    memset(players, 0, sizeof *players);
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes))
        return false;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    bool good = !pthread_cond_init(&players->change, &attributes);
    pthread_condattr_destroy(&attributes);
    if (good)
        pthread_mutex_init(&players->lock, NULL);
    return good;
}

void sbx_fault_players_free(sbx_fault_players *players) {
    pthread_cond_destroy(&players->change);
    pthread_mutex_destroy(&players->lock);
}

/* Joins the players that have finished (all: every player). Called without the lock. */
static void reap(sbx_fault_players *players, bool all) {
    pthread_mutex_lock(&players->lock);
    sbx_fault_player *kept = NULL, *done = NULL;
    for (sbx_fault_player *fault_player = players->first, *next; fault_player;
         fault_player = next) {
        next = fault_player->next;
        sbx_fault_player **list = all || fault_player->finished ? &done : &kept;
        fault_player->next = *list;
        *list = fault_player;
    }
    players->first = kept;
    pthread_mutex_unlock(&players->lock);
    while (done) {
        sbx_fault_player *fault_player = done;
        done = fault_player->next;
        pthread_join(fault_player->thread, NULL);
        sbx_text_free(&fault_player->script.bytes);
        free(fault_player);
    }
}

void sbx_fault_players_stop(sbx_fault_players *players) {
    pthread_mutex_lock(&players->lock);
    players->stopping = true;
    pthread_cond_broadcast(&players->change);
    pthread_mutex_unlock(&players->lock);
    reap(players, true);
}

/* Waits; false when the players are being stopped. */
static bool wait_for(sbx_fault_players *players, int64_t microseconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nanoseconds = until.tv_nsec + microseconds % SBX_SECOND * 1000;
    until.tv_sec += microseconds / SBX_SECOND + nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    pthread_mutex_lock(&players->lock);
    int code = 0;
    while (!players->stopping && code != ETIMEDOUT)
        code = pthread_cond_timedwait(&players->change, &players->lock, &until);
    bool stopping = players->stopping;
    pthread_mutex_unlock(&players->lock);
    return !stopping;
}

bool sbx_fault_players_stopping(sbx_fault_players *players) {
    pthread_mutex_lock(&players->lock);
    bool stop = players->stopping;
    pthread_mutex_unlock(&players->lock);
    return stop;
}

/* Like send(2), through TLS if the connection has it. */
static ssize_t send_some(const sbx_fault_script *script, const char *bytes, size_t size) {
    if (!script->tls)
        return send(script->fd, bytes, size, MSG_NOSIGNAL);
    ssize_t sent = gnutls_record_send(script->tls, bytes, size);
    if (sent >= 0)
        return sent;
    errno = sent == GNUTLS_E_AGAIN ? EAGAIN : sent == GNUTLS_E_INTERRUPTED ? EINTR : EPIPE;
    return -1;
}

/* The socket is non-blocking: waits until it is writable. False: the client is gone, or the players
 * are being stopped. */
static bool send_all(sbx_fault_player *fault_player, const char *bytes, size_t size) {
    while (size) {
        ssize_t sent = send_some(&fault_player->script, bytes, size);
        if (sent > 0) {
            bytes += sent;
            size -= (size_t)sent;
            continue;
        }
        if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return false;
        struct pollfd ready = {.fd = fault_player->script.fd, .events = POLLOUT};
        if (sbx_fault_players_stopping(fault_player->players) || poll(&ready, 1, 100) < 0)
            return false;
    }
    return true;
}

/* Sends bytes at the pace of the script, at most as many as remain before the cut. */
static bool send_paced(sbx_fault_player *fault_player, const char *bytes, size_t size,
                       int64_t *remaining) {
    if (*remaining < (int64_t)size)
        size = (size_t)*remaining;
    *remaining -= (int64_t)size;
    if (!fault_player->script.drip)
        return send_all(fault_player, bytes, size);
    /* at most a thousand steps a second, so that a fast drip keeps its pace */
    size_t step = (size_t)fault_player->script.drip / 1000 + 1;
    for (size_t i = 0; i < size; i += step) {
        size_t part = size - i < step ? size - i : step;
        int64_t pause = (int64_t)part * SBX_SECOND / fault_player->script.drip;
        if (!send_all(fault_player, bytes + i, part) || !wait_for(fault_player->players, pause))
            return false;
    }
    return true;
}

static bool send_filler(sbx_fault_player *fault_player, int64_t *remaining) {
    char *chunk = malloc(CHUNK);
    if (!chunk)
        return false;
    memset(chunk, ' ', CHUNK);
    bool good = true;
    for (int64_t rest = fault_player->script.filler; good && rest > 0 && *remaining > 0;) {
        size_t size = rest < (int64_t)CHUNK ? (size_t)rest : CHUNK;
        good = send_paced(fault_player, chunk, size, remaining);
        rest -= (int64_t)size;
    }
    free(chunk);
    return good;
}

/* Reads and discards what the client still sends, for a while: closing a socket with unread bytes
 * resets the connection, and the client might never see the response. */
static void drain(sbx_fault_player *fault_player) {
    char *chunk = malloc(CHUNK);
    int64_t end = sbx_clock_monotonic() + DRAIN_TIME;
    shutdown(fault_player->script.fd, SHUT_WR);
    while (chunk && !sbx_fault_players_stopping(fault_player->players) &&
           sbx_clock_monotonic() < end) {
        ssize_t size = recv(fault_player->script.fd, chunk, CHUNK, 0);
        if (size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
            break;
        struct pollfd ready = {.fd = fault_player->script.fd, .events = POLLIN};
        if (size < 0)
            poll(&ready, 1, 100);
    }
    free(chunk);
}

/* Closes the connection; the server then finds it closed. */
static void end_connection(sbx_fault_player *fault_player) {
    if (fault_player->script.resets) {
        struct linger linger = {.l_onoff = 1, .l_linger = 0};
        struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
        setsockopt(fault_player->script.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        /* disconnecting sends the reset now; closing would send a FIN before it */
        connect(fault_player->script.fd, &nowhere, sizeof nowhere);
    }
    shutdown(fault_player->script.fd, SHUT_RDWR);
}

static void *run_fault_player(void *argument) {
    sbx_fault_player *fault_player = argument;
    sbx_fault_script *script = &fault_player->script;
    int64_t remaining = script->cut;
    bool good = !script->latency || wait_for(fault_player->players, script->latency);
    if (script->fd >= 0) {
        if (good && script->bytes.size)
            good = send_paced(fault_player, script->bytes.data, script->bytes.size, &remaining);
        if (good && script->filler)
            send_filler(fault_player, &remaining);
        if (script->drains)
            drain(fault_player);
        end_connection(fault_player);
    }
    script->done(script->context);
    pthread_mutex_lock(&fault_player->players->lock);
    fault_player->finished = true;
    pthread_mutex_unlock(&fault_player->players->lock);
    return NULL;
}

bool sbx_fault_player_start(sbx_fault_players *players, const sbx_fault_script *script) {
    reap(players, false);
    sbx_fault_player *fault_player = calloc(1, sizeof *fault_player);
    if (!fault_player)
        return false;
    fault_player->players = players;
    fault_player->script = *script;
    pthread_attr_t attributes;
    bool good = !pthread_attr_init(&attributes);
    if (good) {
        pthread_attr_setstacksize(&attributes, STACK_SIZE);
        pthread_mutex_lock(&players->lock);
        good = !players->stopping &&
               !pthread_create(&fault_player->thread, &attributes, run_fault_player, fault_player);
        if (good) {
            fault_player->next = players->first;
            players->first = fault_player;
        }
        pthread_mutex_unlock(&players->lock);
        pthread_attr_destroy(&attributes);
    }
    if (!good)
        free(fault_player);
    return good;
}
