/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include <poll.h>
#include <stdlib.h>

#ifdef __linux__
#include <sys/epoll.h>
#include <unistd.h>

struct klv_relay {
    int socket;
    int epoll;
};

klv_relay *klv_relay_new(int socket) {
    struct epoll_event nothing = {.events = 0};
    klv_relay *relay = malloc(sizeof *relay);
    if (!relay) {
        return NULL;
    }
    relay->socket = socket;
    relay->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (relay->epoll < 0 || epoll_ctl(relay->epoll, EPOLL_CTL_ADD, socket, &nothing)) {
        klv_relay_free(relay);
        return NULL;
    }
    return relay;
}

int klv_relay_descriptor(const klv_relay *relay) {
    return relay->epoll;
}

bool klv_relay_want(klv_relay *relay, short events) {
    struct epoll_event wanted = {.events = (events & POLLIN ? EPOLLIN : 0u) |
                                           (events & POLLOUT ? EPOLLOUT : 0u)};
    return epoll_ctl(relay->epoll, EPOLL_CTL_MOD, relay->socket, &wanted) == 0;
}

short klv_relay_ready(const klv_relay *relay) {
    struct epoll_event happened = {.events = 0};
    if (epoll_wait(relay->epoll, &happened, 1, 0) < 1) {
        return 0;
    }
    return (short)((happened.events & EPOLLIN ? POLLIN : 0) |
                   (happened.events & EPOLLOUT ? POLLOUT : 0) |
                   (happened.events & (EPOLLERR | EPOLLHUP) ? POLLERR : 0));
}

void klv_relay_free(klv_relay *relay) {
    if (relay && relay->epoll >= 0) {
        close(relay->epoll);
    }
    free(relay);
}
#else
klv_relay *klv_relay_new(int socket) {
    (void)socket;
    return NULL;
}

int klv_relay_descriptor(const klv_relay *relay) {
    (void)relay;
    return -1;
}

bool klv_relay_want(klv_relay *relay, short events) {
    (void)relay, (void)events;
    return false;
}

short klv_relay_ready(const klv_relay *relay) {
    (void)relay;
    return 0;
}

void klv_relay_free(klv_relay *relay) {
    (void)relay;
}
#endif
