/* SPDX-License-Identifier: MIT */
/*
 * A server of canned answers: what the clients of this benchmark talk to. It does next to nothing,
 * so that what is measured is the client.
 *
 *   server [--pages N] [--objects N | --bytes N] [--tree] [--gzip] [--latency MILLISECONDS]
 *
 * Prints "port N" once it listens on 127.0.0.1, and serves until its standard input ends; then
 * prints "requests N connections N" and leaves.
 *
 *   GET  /api/campaigns          pages that links.next leads through
 *   GET  /api/campaigns/ID       one campaign; its whole tree if the query asks to include
 *   POST /api/campaigns          201
 */
#include "answers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_SIZE 32768

typedef struct connection connection;
struct connection {
    connection *next; /* in the queue of answers that are held back */
    uint64_t due;
    int fd;
    bool writing, held, continued;
    unsigned pieces, at;
    answers_text out[3];
    size_t filled;
    char in[REQUEST_SIZE], room[ANSWERS_ROOM];
};

typedef struct {
    answers *all, *plain; /* plain: for those who take no gzip; the same if nothing is compressed */
    uint64_t latency;     /* nanoseconds */
    int epoll, listener, timer;
    connection *first, *last;
    unsigned long requests, connections;
} server;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool watch(const server *s, int fd, void *what, uint32_t events, int how) {
    struct epoll_event event = {.events = events, .data.ptr = what};
    return epoll_ctl(s->epoll, how, fd, &event) == 0;
}

/* Reading a request. */

static bool begins(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

/* The value of a header in the head of a request, which ends with a NUL; NULL: it is not there. */
static const char *header(const char *head, const char *name) {
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, strlen(name)) == 0) {
            return line + 2 + strlen(name);
        }
    }
    return NULL;
}

static bool accepts_gzip(const char *head) {
    const char *list = header(head, "accept-encoding:");
    return list && memmem(list, strcspn(list, "\r"), "gzip", 4);
}

static unsigned page_of(const char *query) {
    const char *cursor = strstr(query, "cursor");
    if (!cursor) {
        return 0;
    }
    size_t length = strcspn(cursor, "& ");
    return length > 8 ? (unsigned)strtoul(cursor + length - 8, NULL, 10) : 0;
}

static void answer(server *s, connection *c, const answers *all) {
    const char *line = c->in;
    c->pieces = 1;
    c->at = 0;
    if (begins(line, "GET /api/campaigns/")) {
        bool tree = memchr(line, '?', strcspn(line, "\r")) && strstr(line, "include");
        c->out[0] = tree ? answers_hierarchy(all) : answers_campaign(all);
    } else if (begins(line, "GET /api/campaigns")) {
        c->pieces = answers_page(all, page_of(line), c->out, c->room);
    } else if (begins(line, "POST /api/campaigns")) {
        c->out[0] = answers_created(all);
    } else {
        c->out[0] = answers_missing(all);
    }
    s->requests++;
}

/* Whether a whole request is there; its answer is then chosen, and its bytes are taken away. */
static bool take_request(server *s, connection *c) {
    c->in[c->filled] = '\0';
    char *end = strstr(c->in, "\r\n\r\n");
    if (!end) {
        return false;
    }
    end[2] = '\0'; /* the head is a string for itself */
    const char *announced = header(c->in, "content-length:");
    size_t length = (size_t)(end + 4 - c->in) + (announced ? strtoul(announced, NULL, 10) : 0);
    if (length > c->filled) {
        if (!c->continued && header(c->in, "expect:")) {
            static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
            c->continued = write(c->fd, go_on, sizeof go_on - 1) > 0;
        }
        end[2] = '\r';
        return false;
    }
    c->continued = false;
    const answers *all = accepts_gzip(c->in) ? s->all : s->plain;
    *strstr(c->in, "\r\n") = '\0'; /* and so is its first line */
    answer(s, c, all);
    c->filled -= length;
    memmove(c->in, c->in + length, c->filled);
    return true;
}

/* One that is held back is freed when its turn comes. */
static void close_connection(connection *c) {
    close(c->fd);
    c->fd = -1;
    if (!c->held) {
        free(c);
    }
}

/* Writes what the socket takes. False: the connection is gone. */
static bool write_answer(server *s, connection *c) {
    while (c->at < c->pieces) {
        struct iovec vectors[3];
        int count = 0;
        for (unsigned i = c->at; i < c->pieces; i++) {
            vectors[count++] = (struct iovec){(void *)(uintptr_t)c->out[i].data, c->out[i].length};
        }
        ssize_t written = writev(c->fd, vectors, count);
        if (written < 0) {
            bool full = errno == EAGAIN;
            if (full && !c->writing) {
                c->writing = true;
                watch(s, c->fd, c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
            }
            return full;
        }
        for (size_t left = (size_t)written; left && c->at < c->pieces;) {
            size_t step = left < c->out[c->at].length ? left : c->out[c->at].length;
            c->out[c->at].data += step;
            c->out[c->at].length -= step;
            left -= step;
            c->at += c->out[c->at].length == 0;
        }
    }
    if (c->writing) {
        c->writing = false;
        watch(s, c->fd, c, EPOLLIN, EPOLL_CTL_MOD);
    }
    return true;
}

/* Answers that are held back, in the order of their requests. */

static void set_timer(const server *s) {
    struct itimerspec at = {0};
    if (s->first) {
        at.it_value.tv_sec = (time_t)(s->first->due / 1000000000u);
        at.it_value.tv_nsec = (long)(s->first->due % 1000000000u);
    }
    timerfd_settime(s->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void hold_back(server *s, connection *c) {
    c->due = now() + s->latency;
    c->next = NULL;
    c->held = true;
    *(s->last ? &s->last->next : &s->first) = c;
    s->last = c;
    if (s->first == c) {
        set_timer(s);
    }
}

static void release_due(server *s) {
    uint64_t expirations;
    if (read(s->timer, &expirations, sizeof expirations) < 0) {
        return;
    }
    uint64_t time = now();
    while (s->first && s->first->due <= time) {
        connection *c = s->first;
        s->first = c->next;
        s->last = s->first ? s->last : NULL;
        c->held = false;
        if (c->fd < 0 || !write_answer(s, c)) {
            close_connection(c);
        }
    }
    set_timer(s);
}

/* Connections. A client sends its next request when it has the answer to the one before. */

static void on_connection(server *s, connection *c, uint32_t events) {
    if (c->at < c->pieces && events & EPOLLOUT && !write_answer(s, c)) {
        close_connection(c);
        return;
    }
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
        return;
    }
    ssize_t length = read(c->fd, c->in + c->filled, REQUEST_SIZE - 1 - c->filled);
    if (length <= 0) {
        if (length == 0 || errno != EAGAIN) {
            close_connection(c);
        }
        return;
    }
    c->filled += (size_t)length;
    while (take_request(s, c)) {
        if (s->latency) {
            hold_back(s, c);
        } else if (!write_answer(s, c)) {
            close_connection(c);
            return;
        }
    }
}

static void accept_all(server *s) {
    int fd;
    while ((fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        connection *c = calloc(1, sizeof *c);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        if (c) {
            c->fd = fd;
            s->connections++;
            watch(s, fd, c, EPOLLIN, EPOLL_CTL_ADD);
        } else {
            close(fd);
        }
    }
}

static int listen_on_loopback(unsigned *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, 128) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static bool open_server(server *s, unsigned *port) {
    s->listener = listen_on_loopback(port);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return s->listener >= 0 && s->epoll >= 0 && s->timer >= 0 &&
           watch(s, s->listener, &s->listener, EPOLLIN, EPOLL_CTL_ADD) &&
           watch(s, s->timer, &s->timer, EPOLLIN, EPOLL_CTL_ADD) &&
           watch(s, 0, NULL, EPOLLIN, EPOLL_CTL_ADD);
}

static void serve(server *s) {
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(s->epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            void *what = events[i].data.ptr;
            if (what == &s->listener) {
                accept_all(s);
            } else if (what == &s->timer) {
                release_due(s);
            } else if (what == NULL) {
                return;
            } else {
                on_connection(s, what, events[i].events);
            }
        }
    }
}

/* The number behind an option, or `fallback` if the option is not there. */
static unsigned long option(int count, char **arguments, const char *name, unsigned long fallback) {
    for (int i = 1; i + 1 < count; i++) {
        if (strcmp(arguments[i], name) == 0) {
            return strtoul(arguments[i + 1], NULL, 10);
        }
    }
    return fallback;
}

static bool flag(int count, char **arguments, const char *name) {
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], name) == 0) {
            return true;
        }
    }
    return false;
}

int main(int count, char **arguments) {
    server s = {.latency = option(count, arguments, "--latency", 0) * 1000000u};
    answers_shape shape = {
        .pages = (unsigned)option(count, arguments, "--pages", 1),
        .bytes = option(count, arguments, "--bytes", 0),
        .tree = flag(count, arguments, "--tree"),
        .gzip = flag(count, arguments, "--gzip"),
    };
    shape.objects = (unsigned)option(count, arguments, "--objects", shape.bytes ? 0 : 100);
    signal(SIGPIPE, SIG_IGN);
    if (!open_server(&s, &shape.port)) {
        perror("server");
        return 1;
    }
    s.all = s.plain = answers_new(&shape);
    if (shape.gzip) {
        shape.gzip = false;
        s.plain = answers_new(&shape);
    }
    if (!s.all || !s.plain) {
        fprintf(stderr, "server: out of memory\n");
        return 1;
    }
    printf("port %u\n", shape.port);
    fflush(stdout);
    serve(&s);
    printf("requests %lu connections %lu\n", s.requests, s.connections);
    if (s.plain != s.all) {
        answers_free(s.plain);
    }
    answers_free(s.all);
    return 0;
}
