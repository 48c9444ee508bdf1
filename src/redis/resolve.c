/* SPDX-License-Identifier: MIT */
#include "resolve.h"
#include "../core/keep_loaded.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STACK_SIZE (256 * 1024) /* getaddrinfo and its modules need more than the least */

struct klv_resolve {
    atomic_int owners; /* the thread and the loop */
    atomic_bool ended; /* set after `found`, which is the thread's until then */
    int ends[2]; /* the loop polls the first; the thread closes the second when it ends. Sockets,
                  since some loops poll nothing else */
    char *host;
    klv_addresses found;
};

bool klv_resolve_is_numeric(const char *host) {
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static void leave(klv_resolve *resolve) {
    if (atomic_fetch_sub(&resolve->owners, 1) == 1) {
        free(resolve->host);
        free(resolve);
    }
}

static void look_up(klv_resolve *resolve) {
    klv_addresses *found = &resolve->found;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    int code = getaddrinfo(resolve->host, NULL, &hints, &list);
    if (code) {
        snprintf(found->why, sizeof found->why, "%.100s", gai_strerror(code));
        return;
    }
    for (struct addrinfo *at = list; at && found->count < KLV_ADDRESSES; at = at->ai_next) {
        if (getnameinfo(at->ai_addr, at->ai_addrlen, found->address[found->count], KLV_ADDRESS_SIZE,
                        NULL, 0, NI_NUMERICHOST) == 0) {
            found->count++;
        }
    }
    freeaddrinfo(list);
    if (!found->count) {
        snprintf(found->why, sizeof found->why, "no address");
    }
}

static void *run(void *data) {
    klv_resolve *resolve = data;
    look_up(resolve);
    atomic_store(&resolve->ended, true);
    close(resolve->ends[1]);
    leave(resolve);
    return NULL;
}

static bool start(klv_resolve *resolve) {
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    static const char here;
    klv_keep_loaded(&here);
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals go to the host's threads */
    bool started = pthread_create(&thread, &attributes, run, resolve) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return started;
}

klv_resolve *klv_resolve_begin(const char *host) {
    klv_resolve *resolve = calloc(1, sizeof *resolve);
    if (!resolve) {
        return NULL;
    }
    resolve->host = strdup(host);
    atomic_init(&resolve->owners, 2);
    if (!resolve->host || socketpair(AF_UNIX, SOCK_STREAM, 0, resolve->ends) != 0) {
        free(resolve->host);
        free(resolve);
        return NULL;
    }
    fcntl(resolve->ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(resolve->ends[1], F_SETFD, FD_CLOEXEC);
    if (!start(resolve)) {
        close(resolve->ends[0]);
        close(resolve->ends[1]);
        free(resolve->host);
        free(resolve);
        return NULL;
    }
    return resolve;
}

int klv_resolve_fd(const klv_resolve *resolve) {
    return resolve->ends[0];
}

bool klv_resolve_result(const klv_resolve *resolve, klv_addresses *out) {
    if (!atomic_load(&resolve->ended)) {
        return false;
    }
    *out = resolve->found;
    return true;
}

void klv_resolve_free(klv_resolve *resolve) {
    if (resolve) {
        close(resolve->ends[0]);
        leave(resolve);
    }
}

void klv_resolve_abandon(klv_resolve *resolve) {
    if (resolve) {
        close(resolve->ends[0]);
        close(resolve->ends[1]);
        free(resolve->host);
        free(resolve);
    }
}
