/* SPDX-License-Identifier: MIT */
#include "driven.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

static void tick_all(const klv_driven *list, size_t count, klv_time now) {
    for (size_t i = 0; i < count; i++) {
        list[i].class->tick(list[i].object, now);
    }
}

static klv_time earliest(const klv_driven *list, size_t count, klv_time now, klv_time until) {
    for (size_t i = 0; i < count; i++) {
        klv_time deadline = list[i].class->deadline(list[i].object, now);
        until = deadline < until ? deadline : until;
    }
    return until;
}

/* Counts the sockets; fills `fds` with them unless it is NULL. */
static size_t gather(const klv_driven *list, size_t count, struct pollfd *fds) {
    const klv_socket *sockets;
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = list[i].class->sockets(list[i].object, &sockets);
        for (size_t k = 0; fds && k < n; k++) {
            fds[total + k] = (struct pollfd){.fd = sockets[k].fd, .events = sockets[k].events};
        }
        total += n;
    }
    return total;
}

static void react(const klv_driven *list, size_t count, const struct pollfd *fds, size_t filled) {
    const klv_socket *sockets;
    klv_time now = klv_clock_monotonic();
    for (size_t i = 0, k = 0; i < count; i++) {
        /* the lists of sockets change meanwhile; `fds` is a copy */
        for (size_t n = list[i].class->sockets(list[i].object, &sockets); n && k < filled;
             n--, k++) {
            if (fds[k].revents) {
                list[i].class->ready(list[i].object, fds[k].fd, fds[k].revents, now);
            }
        }
    }
}

bool klv_driven_wait(const klv_driven *list, size_t count, klv_time timeout) {
    tick_all(list, count, klv_clock_monotonic()); /* detects a fork, for all that follows */
    size_t total = gather(list, count, NULL);
    struct pollfd few[16], *fds = few;
    if (total > sizeof few / sizeof *few && !(fds = malloc(total * sizeof *fds))) {
        return false;
    }
    gather(list, count, fds);
    klv_time now = klv_clock_monotonic();
    klv_time span = earliest(list, count, now, klv_time_add(now, timeout)) - now;
    bool idle = !total && span <= 0; /* nothing to poll, and no time to wait */
    int ready = idle ? 0 : poll(fds, total, span <= 0 ? 0 : klv_time_milliseconds(span));
    bool complete = ready >= 0 || errno == EAGAIN;
    if (ready > 0) {
        react(list, count, fds, total);
    }
    if (fds != few) {
        free(fds);
    }
    tick_all(list, count, klv_clock_monotonic());
    return complete;
}
