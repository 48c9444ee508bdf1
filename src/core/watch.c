/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#define STACK_SIZE      (128 * 1024)
#define LONGEST_POLL_MS ((klv_time)3600 * 1000)

/* What to wait for. fds[0] is the control pipe, once the thread has it. */
typedef struct {
    struct pollfd *fds;
    size_t count, capacity;
    klv_time until;
} order;

/*
 * Owned by the binding's userdata. `present` is the thread's; `next`, `fresh` and `stop` are passed
 * to it under the lock, with a byte in the control pipe; all else is set before the thread starts
 * and stays.
 */
struct klv_watch {
    char directory[64], path[80];
    int listener, host, control[2];
    pid_t process; /* a fork has no thread to wait for */
    bool running;
    pthread_t thread;
    pthread_mutex_t lock;
    order next, present;
    bool fresh, stop;
    order own; /* klv_watch_drive's, kept for the next time */
};

static bool fail(klv_error *error, const char *what) {
    return klv_fail(error, KLV_ERROR_LOOP,
                    "nginx's loop could not be told of ready sockets: %s: %s", what,
                    strerror(errno));
}

/* Neither inherited by programs that the host starts, nor ever waited for. */
static bool prepare(int fd) {
    return fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

static void close_fd(int *fd) {
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static void remove_path(klv_watch *watch) {
    if (watch->path[0]) {
        unlink(watch->path);
    }
    if (watch->directory[0]) {
        rmdir(watch->directory);
    }
    watch->path[0] = watch->directory[0] = '\0';
    close_fd(&watch->listener);
}

static bool make_directory(klv_watch *watch) {
    const char *const places[] = {getenv("TMPDIR"), "/tmp", "/dev/shm", "/var/tmp"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int length = places[i] ? snprintf(watch->directory, sizeof watch->directory,
                                          "%s/klaviyo-XXXXXX", places[i])
                               : -1;
        if (length > 0 && (size_t)length < sizeof watch->directory && mkdtemp(watch->directory)) {
            return true;
        }
    }
    watch->directory[0] = '\0';
    return false;
}

static bool listen_at_path(klv_watch *watch) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(watch->path, sizeof watch->path, "%s/s", watch->directory);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", watch->path);
    watch->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    return prepare(watch->listener) &&
           bind(watch->listener, (const struct sockaddr *)&address, sizeof address) == 0 &&
           listen(watch->listener, 1) == 0;
}

klv_watch *klv_watch_new(klv_error *error) {
    klv_watch *watch = calloc(1, sizeof *watch);
    if (!watch) {
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    watch->listener = watch->host = watch->control[0] = watch->control[1] = -1;
    watch->process = getpid();
    pthread_mutex_init(&watch->lock, NULL);
    if (!make_directory(watch)) {
        fail(error, "no directory for a socket (TMPDIR, /tmp, /dev/shm)");
    } else if (!listen_at_path(watch)) {
        fail(error, watch->path);
    } else {
        return watch;
    }
    klv_watch_free(watch);
    return NULL;
}

const char *klv_watch_path(const klv_watch *watch) {
    return watch->path;
}

/* Room for `count` descriptors behind the control pipe. */
static bool reserve(order *o, size_t count) {
    if (count + 1 > o->capacity) {
        size_t capacity = count + 16;
        struct pollfd *fds = realloc(o->fds, capacity * sizeof *fds);
        if (!fds) {
            return false;
        }
        o->fds = fds;
        o->capacity = capacity;
    }
    return true;
}

/* Fills an order with the clients' sockets, behind the control pipe's place. False: out of memory.
 */
static bool fill(order *o, klv_client *const *clients, size_t count) {
    const klv_socket *sockets;
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += klv_client_sockets(clients[i], &sockets);
    }
    if (!reserve(o, total)) {
        return false;
    }
    o->count = 1;
    for (size_t i = 0; i < count; i++) {
        size_t n = klv_client_sockets(clients[i], &sockets);
        for (size_t k = 0; k < n; k++) {
            o->fds[o->count++] = (struct pollfd){.fd = sockets[k].fd, .events = sockets[k].events};
        }
    }
    return true;
}

/* The thread. */

static void disarm(klv_watch *watch) {
    watch->present.fds[0] = (struct pollfd){.fd = watch->control[0], .events = POLLIN};
    watch->present.count = 1;
    watch->present.until = KLV_NEVER;
}

/* Takes what was armed anew, if anything was. False: the thread is to end. */
static bool take_order(klv_watch *watch) {
    char bytes[64];
    while (read(watch->control[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
    }
    pthread_mutex_lock(&watch->lock);
    bool stop = watch->stop;
    if (watch->fresh) {
        order old = watch->present;
        watch->present = watch->next;
        watch->next = old;
        watch->fresh = false;
        watch->present.fds[0] = (struct pollfd){.fd = watch->control[0], .events = POLLIN};
    }
    pthread_mutex_unlock(&watch->lock);
    return !stop;
}

static int milliseconds_until(klv_time until) {
    if (until == KLV_NEVER) {
        return -1;
    }
    klv_time span = until - klv_clock_monotonic();
    if (span <= 0) {
        return 0;
    }
    klv_time rounded_up = (span + KLV_MILLISECOND - 1) / KLV_MILLISECOND;
    return (int)(rounded_up < LONGEST_POLL_MS ? rounded_up : LONGEST_POLL_MS);
}

static void *run(void *data) {
    klv_watch *watch = data;
    for (;;) {
        order *present = &watch->present;
        poll(present->fds, present->count, milliseconds_until(present->until));
        if (present->fds[0].revents) {
            if (!take_order(watch)) {
                return NULL;
            }
        } else {
            klv_watch_kick(watch); /* something is ready, the time has come, or poll itself failed:
                                      the host looks */
            disarm(watch);
        }
    }
}

static bool start_thread(klv_watch *watch) {
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals stay the host's */
    errno = pthread_create(&watch->thread, &attributes, run, watch);
    watch->running = errno == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return watch->running;
}

bool klv_watch_begin(klv_watch *watch, klv_error *error) {
    watch->host = accept(watch->listener, NULL, NULL);
    if (!prepare(watch->host)) {
        return fail(error, "nobody connected");
    }
    remove_path(watch);
    if (pipe(watch->control) != 0 || !prepare(watch->control[0]) || !prepare(watch->control[1])) {
        return fail(error, "no pipe");
    }
    if (!reserve(&watch->present, 0)) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    disarm(watch);
    return start_thread(watch) || fail(error, "no thread");
}

/* The host's side. */

/* The pipe is never full for long, and one byte in it is enough. */
static void poke(const klv_watch *watch) {
    while (write(watch->control[1], "!", 1) < 0 && errno == EINTR) {
    }
}

bool klv_watch_arm(klv_watch *watch, klv_client *const *clients, size_t count, klv_time until) {
    klv_time now = klv_clock_monotonic();
    for (size_t i = 0; i < count; i++) {
        klv_time deadline = klv_client_deadline(clients[i], now);
        until = deadline < until ? deadline : until;
    }
    pthread_mutex_lock(&watch->lock);
    bool complete = fill(&watch->next, clients, count);
    if (complete) {
        watch->next.until = until;
        watch->fresh = true;
    }
    pthread_mutex_unlock(&watch->lock);
    if (complete) {
        poke(watch);
    }
    return complete;
}

static void tick_all(klv_client *const *clients, size_t count) {
    klv_time now = klv_clock_monotonic();
    for (size_t i = 0; i < count; i++) {
        klv_client_tick(clients[i], now);
    }
}

bool klv_watch_drive(klv_watch *watch, klv_client *const *clients, size_t count, klv_time bound) {
    klv_time stop = klv_time_add(klv_clock_monotonic(), bound);
    order *own = &watch->own;
    size_t done = 1;
    tick_all(clients, count);
    if (!fill(own, clients, count)) {
        return true;
    }
    int ready = own->count > 1 ? poll(own->fds + 1, own->count - 1, 0) : 0;
    for (size_t i = 0; i < count && ready > 0; i++) {
        /* the client's own list changes under our hands; ours is a copy */
        const klv_socket *sockets;
        for (size_t n = klv_client_sockets(clients[i], &sockets); n && ready > 0; n--, done++) {
            struct pollfd *p = &own->fds[done];
            klv_time now = klv_clock_monotonic();
            if (p->revents && now >= stop) {
                return true;
            } else if (p->revents) {
                ready--;
                klv_client_ready(clients[i], p->fd, p->revents, now);
            }
        }
    }
    return false;
}

void klv_watch_kick(const klv_watch *watch) {
    /* A full socket holds bytes enough, and a host that has gone needs none. */
    while (send(watch->host, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EINTR) {
    }
}

void klv_watch_free(klv_watch *watch) {
    if (!watch) {
        return;
    }
    if (watch->running && watch->process == getpid()) {
        pthread_mutex_lock(&watch->lock);
        watch->stop = true;
        pthread_mutex_unlock(&watch->lock);
        poke(watch);
        pthread_join(watch->thread, NULL);
    }
    if (watch->process == getpid()) {
        remove_path(watch);
    }
    close_fd(&watch->listener);
    close_fd(&watch->host);
    close_fd(&watch->control[0]);
    close_fd(&watch->control[1]);
    pthread_mutex_destroy(&watch->lock);
    free(watch->next.fds);
    free(watch->present.fds);
    free(watch->own.fds);
    free(watch);
}
