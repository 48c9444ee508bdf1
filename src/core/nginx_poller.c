/* SPDX-License-Identifier: MIT */
#include "nginx_poller.h"

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

/* The descriptors to poll. fds[0] is the control pipe, once the thread has it. */
typedef struct {
    struct pollfd *fds;
    size_t count, capacity;
    klv_time until;
} poll_set;

/*
 * `present` is the thread's; `next`, `fresh` and `stop` are passed to it under the lock, with a
 * byte in the control pipe. Everything else is set before the thread starts and does not change.
 */
struct klv_nginx_poller {
    char directory[64], path[80];
    int listener, host, control[2];
    pid_t process; /* that has the thread: a fork has none to wait for */
    bool running;
    pthread_t thread;
    pthread_mutex_t lock;
    poll_set next, present;
    bool fresh, stop;
    poll_set scratch; /* of klv_nginx_poller_drive, kept for reuse */
};

static bool fail(klv_error *error, const char *what) {
    return klv_fail(error, KLV_ERROR_SYSTEM,
                    "the sockets cannot be polled for nginx's event loop: %s: %s", what,
                    strerror(errno));
}

/* Not inherited by programs that the host starts, and never blocking. */
static bool prepare(int fd) {
    return fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

static void close_fd(int *fd) {
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static void remove_path(klv_nginx_poller *poller) {
    if (poller->path[0]) {
        unlink(poller->path);
    }
    if (poller->directory[0]) {
        rmdir(poller->directory);
    }
    poller->path[0] = poller->directory[0] = '\0';
    close_fd(&poller->listener);
}

static bool make_directory(klv_nginx_poller *poller) {
    const char *const directories[] = {getenv("TMPDIR"), "/tmp", "/dev/shm", "/var/tmp"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        int length = directories[i] ? snprintf(poller->directory, sizeof poller->directory,
                                               "%s/klaviyo-XXXXXX", directories[i])
                                    : -1;
        if (length > 0 && (size_t)length < sizeof poller->directory && mkdtemp(poller->directory)) {
            return true;
        }
    }
    poller->directory[0] = '\0';
    return false;
}

static bool listen_at_path(klv_nginx_poller *poller) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(poller->path, sizeof poller->path, "%s/s", poller->directory);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", poller->path);
    poller->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    return prepare(poller->listener) &&
           bind(poller->listener, (const struct sockaddr *)&address, sizeof address) == 0 &&
           listen(poller->listener, 1) == 0;
}

klv_nginx_poller *klv_nginx_poller_new(klv_error *error) {
    klv_nginx_poller *poller = calloc(1, sizeof *poller);
    if (!poller) {
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    poller->listener = poller->host = poller->control[0] = poller->control[1] = -1;
    poller->process = getpid();
    pthread_mutex_init(&poller->lock, NULL);
    if (!make_directory(poller)) {
        fail(error, "no directory for a socket (TMPDIR, /tmp, /dev/shm)");
    } else if (!listen_at_path(poller)) {
        fail(error, poller->path);
    } else {
        return poller;
    }
    klv_nginx_poller_free(poller);
    return NULL;
}

const char *klv_nginx_poller_path(const klv_nginx_poller *poller) {
    return poller->path;
}

/* Room for `count` descriptors behind the control pipe. */
static bool reserve(poll_set *o, size_t count) {
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

/* Fills a set with the sockets, after the entry of the control pipe. False: out of memory. */
static bool fill(poll_set *o, const klv_driven *list, size_t count) {
    const klv_socket *sockets;
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += list[i].class->sockets(list[i].object, &sockets);
    }
    if (!reserve(o, total)) {
        return false;
    }
    o->count = 1;
    for (size_t i = 0; i < count; i++) {
        size_t n = list[i].class->sockets(list[i].object, &sockets);
        for (size_t k = 0; k < n; k++) {
            o->fds[o->count++] = (struct pollfd){.fd = sockets[k].fd, .events = sockets[k].events};
        }
    }
    return true;
}

/* The thread. */

static void disarm(klv_nginx_poller *poller) {
    poller->present.fds[0] = (struct pollfd){.fd = poller->control[0], .events = POLLIN};
    poller->present.count = 1;
    poller->present.until = KLV_NEVER;
}

/* Takes over what was newly armed, if anything was. False: the thread must end. */
static bool take_next(klv_nginx_poller *poller) {
    char bytes[64];
    while (read(poller->control[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
    }
    pthread_mutex_lock(&poller->lock);
    bool stop = poller->stop;
    if (poller->fresh) {
        poll_set old = poller->present;
        poller->present = poller->next;
        poller->next = old;
        poller->fresh = false;
        poller->present.fds[0] = (struct pollfd){.fd = poller->control[0], .events = POLLIN};
    }
    pthread_mutex_unlock(&poller->lock);
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
    klv_nginx_poller *poller = data;
    for (;;) {
        poll_set *present = &poller->present;
        poll(present->fds, present->count, milliseconds_until(present->until));
        if (present->fds[0].revents) {
            if (!take_next(poller)) {
                return NULL;
            }
        } else {
            /* a socket is ready, the time has come, or poll itself failed */
            klv_nginx_poller_kick(poller);
            disarm(poller);
        }
    }
}

static bool start_thread(klv_nginx_poller *poller) {
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals go to the host's threads */
    errno = pthread_create(&poller->thread, &attributes, run, poller);
    poller->running = errno == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return poller->running;
}

bool klv_nginx_poller_begin(klv_nginx_poller *poller, klv_error *error) {
    poller->host = accept(poller->listener, NULL, NULL);
    if (!prepare(poller->host)) {
        return fail(error, "nobody connected");
    }
    remove_path(poller);
    if (pipe(poller->control) != 0 || !prepare(poller->control[0]) ||
        !prepare(poller->control[1])) {
        return fail(error, "no pipe");
    }
    if (!reserve(&poller->present, 0)) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    disarm(poller);
    return start_thread(poller) || fail(error, "no thread");
}

/* The host's thread. */

/* A full pipe is no problem: one byte in it is enough. */
static void poke(const klv_nginx_poller *poller) {
    while (write(poller->control[1], "!", 1) < 0 && errno == EINTR) {
    }
}

bool klv_nginx_poller_arm(klv_nginx_poller *poller, const klv_driven *list, size_t count,
                          klv_time until) {
    klv_time now = klv_clock_monotonic();
    for (size_t i = 0; i < count; i++) {
        klv_time deadline = list[i].class->deadline(list[i].object, now);
        until = deadline < until ? deadline : until;
    }
    pthread_mutex_lock(&poller->lock);
    bool complete = fill(&poller->next, list, count);
    if (complete) {
        poller->next.until = until;
        poller->fresh = true;
    }
    pthread_mutex_unlock(&poller->lock);
    if (complete) {
        poke(poller);
    }
    return complete;
}

static void tick_all(const klv_driven *list, size_t count) {
    klv_time now = klv_clock_monotonic();
    for (size_t i = 0; i < count; i++) {
        list[i].class->tick(list[i].object, now);
    }
}

bool klv_nginx_poller_drive(klv_nginx_poller *poller, const klv_driven *list, size_t count,
                            klv_time bound) {
    klv_time stop = klv_time_add(klv_clock_monotonic(), bound);
    poll_set *set = &poller->scratch;
    size_t done = 1;
    tick_all(list, count);
    if (!fill(set, list, count)) {
        return true;
    }
    int ready = set->count > 1 ? poll(set->fds + 1, set->count - 1, 0) : 0;
    for (size_t i = 0; i < count && ready > 0; i++) {
        /* the list of sockets changes meanwhile; `set` is a copy */
        const klv_socket *sockets;
        for (size_t n = list[i].class->sockets(list[i].object, &sockets); n && ready > 0;
             n--, done++) {
            struct pollfd *p = &set->fds[done];
            klv_time now = klv_clock_monotonic();
            if (p->revents && now >= stop) {
                return true;
            } else if (p->revents) {
                ready--;
                list[i].class->ready(list[i].object, p->fd, p->revents, now);
            }
        }
    }
    return false;
}

void klv_nginx_poller_kick(const klv_nginx_poller *poller) {
    /* a full socket has bytes enough, and a host that is gone needs none */
    while (send(poller->host, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EINTR) {
    }
}

void klv_nginx_poller_close(klv_nginx_poller *poller) {
    if (poller->running && poller->process == getpid()) {
        pthread_mutex_lock(&poller->lock);
        poller->stop = true;
        pthread_mutex_unlock(&poller->lock);
        poke(poller);
        pthread_join(poller->thread, NULL);
    }
    poller->running = false;
    if (poller->process == getpid()) {
        remove_path(poller);
    }
    close_fd(&poller->listener);
    close_fd(&poller->host);
    close_fd(&poller->control[0]);
    close_fd(&poller->control[1]);
}

void klv_nginx_poller_free(klv_nginx_poller *poller) {
    if (!poller) {
        return;
    }
    klv_nginx_poller_close(poller);
    pthread_mutex_destroy(&poller->lock);
    free(poller->next.fds);
    free(poller->present.fds);
    free(poller->scratch.fds);
    free(poller);
}
