/* SPDX-License-Identifier: MIT */
/* A load of HTTP requests on loopback, one at a time on each of several connections:
 *
 *   load PORT CONNECTIONS REQUESTS METHOD PATH [BODYFILE]
 *
 * Sends REQUESTS in all, each expecting a status of 2xx, and prints
 * "requests N seconds S rate R p50 US p99 US bytes B". Leaves with 1 at the first other status. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define ANSWER_MAX      (4u << 20)

struct connection {
    int fd;
    double since; /* when its request was sent */
    char *answer;
    size_t size, want; /* want: of head and body; 0 until the head is complete */
};

static char *request;
static size_t request_size;
static long left, done;
static double *times;
static size_t bytes;

static void die(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char *read_file(const char *name) {
    FILE *file = fopen(name, "rb");
    char *text = calloc(1, 1 << 20);
    if (!file || !text || fread(text, 1, (1 << 20) - 1, file) == 0)
        die(name);
    fclose(file);
    return text;
}

static void make_request(char **argv, int argc) {
    char *body = argc > 6 ? read_file(argv[6]) : NULL;
    int size = asprintf(&request,
                        "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n"
                        "Authorization: Klaviyo-API-Key pk_bench\r\nrevision: 2026-04-15.pre\r\n"
                        "Accept: application/vnd.api+json\r\n%s",
                        argv[4], argv[5], argv[1], body ? "" : "\r\n");
    if (size < 0)
        die("request");
    if (body) {
        char *whole;
        size = asprintf(&whole,
                        "%sContent-Type: application/vnd.api+json\r\nContent-Length: %zu\r\n\r\n%s",
                        request, strlen(body), body);
        if (size < 0)
            die("request");
        free(request);
        request = whole;
        free(body);
    }
    request_size = (size_t)size;
}

static void send_one(struct connection *c) {
    if (left == 0)
        return;
    left--;
    c->size = c->want = 0;
    c->since = now();
    if (send(c->fd, request, request_size, MSG_NOSIGNAL) != (ssize_t)request_size)
        die("send");
}

/* Looks for the end of the head and for the length that it tells. */
static void read_head(struct connection *c) {
    c->answer[c->size] = '\0';
    char *end = strstr(c->answer, "\r\n\r\n"), *line = c->answer;
    if (!end)
        return;
    if (strncmp(c->answer, "HTTP/1.1 2", 10) != 0) {
        fprintf(stderr, "load: %s\n", c->answer);
        exit(1);
    }
    c->want = (size_t)(end + 4 - c->answer);
    while ((line = strstr(line, "\r\n")) && line < end) {
        line += 2;
        if (strncasecmp(line, "content-length:", 15) == 0)
            c->want += strtoul(line + 15, NULL, 10);
    }
}

static void receive(struct connection *c) {
    ssize_t got = recv(c->fd, c->answer + c->size, ANSWER_MAX - 1 - c->size, 0);
    if (got <= 0)
        die("recv");
    c->size += (size_t)got;
    bytes += (size_t)got;
    if (!c->want)
        read_head(c);
    if (c->want && c->size >= c->want) {
        times[done++] = now() - c->since;
        send_one(c);
    }
}

static void open_one(struct connection *c, int port, int epoll) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    c->answer = malloc(ANSWER_MAX);
    if (c->fd < 0 || !c->answer || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0)
        die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
        die("epoll");
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    static struct connection connections[CONNECTIONS_MAX];
    if (argc < 6) {
        fprintf(stderr, "usage: load PORT CONNECTIONS REQUESTS METHOD PATH [BODYFILE]\n");
        return 2;
    }
    int count = atoi(argv[2]), epoll = epoll_create1(0);
    long requests = left = atol(argv[3]);
    times = calloc((size_t)requests + 1, sizeof *times);
    if (count < 1 || count > CONNECTIONS_MAX || requests < 1 || epoll < 0 || !times)
        die("arguments");
    make_request(argv, argc);
    for (int i = 0; i < count; i++)
        open_one(&connections[i], atoi(argv[1]), epoll);
    double start = now();
    for (int i = 0; i < count; i++)
        send_one(&connections[i]);
    while (done < requests) {
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, 10000);
        if (ready <= 0)
            die("no answer");
        for (int i = 0; i < ready; i++)
            receive(events[i].data.ptr);
    }
    double took = now() - start;
    qsort(times, (size_t)done, sizeof *times, compare);
    printf("requests %ld seconds %.3f rate %.1f p50 %.0f p99 %.0f bytes %zu\n", done, took,
           (double)done / took, times[done / 2] * 1e6, times[done * 99 / 100] * 1e6, bytes);
    return 0;
}
