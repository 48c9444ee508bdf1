/* SPDX-License-Identifier: MIT */
/* Whole sandboxes under load from several threads, while they are controlled, and stopped in the
 * middle: for TSan, and for LeakSanitizer, which sees every allocation of a sandbox. See the target
 * `units` of the Makefile. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "check.h"
#include "control/control.h"
#include "serve/sandbox.h"

#define SANDBOXES 3
#define CLIENTS   3
#define REQUESTS  60
#define GUIDE     "2026-04-15.pre"

static const char campaign[] =
    "{\"data\":{\"type\":\"campaign\",\"attributes\":{\"definition\":{\"name\":\"Sale\"},"
    "\"audiences\":[{\"temporary_id\":\"a\",\"included\":[\"L\"]}],\"messages\":[{"
    "\"audience_temporary_id\":\"a\",\"definition\":{\"name\":\"m\",\"variations\":[{"
    "\"definition\":{\"details\":{\"channel\":\"email\"}}}]}}]}}}";

static const char tested[] =
    "{\"data\":{\"type\":\"campaign\",\"attributes\":{\"definition\":{},\"audiences\":["
    "{\"temporary_id\":\"a\",\"included\":[\"L\"]}],\"messages\":[{"
    "\"audience_temporary_id\":\"a\",\"ab_test\":{\"winner_percentage\":20},\"variations\":["
    "{\"definition\":{\"details\":{\"channel\":\"email\"}}},"
    "{\"definition\":{\"details\":{\"channel\":\"sms\"}}}]}]}}}";

static const char report[] =
    "{\"data\":{\"type\":\"campaign-values-report\",\"attributes\":{\"statistics\":[\"opens\"],"
    "\"timeframe\":{\"key\":\"today\"},\"conversion_metric_id\":\"M\"}}}";

static const struct request {
    const char *method, *path, *body, *revision;
} requests[] = {
    {"POST", "/api/campaigns", campaign, GUIDE},
    {"GET", "/api/campaigns?include=campaign-audiences,campaign-messages", "", GUIDE},
    {"GET", "/api/campaign-messages?filter=equals(status,'DRAFT')&sort=name", "", GUIDE},
    {"POST", "/api/campaigns", "{\"data\":", GUIDE},
    {"GET", "/api/campaigns/nobody", "", GUIDE},
    {"POST", "/api/campaigns", tested, "2026-10-15"},
    {"GET", "/api/campaigns?include=tags", "", "2026-10-15"},
    {"POST", "/api/campaign-recipient-estimation-jobs", "{}", "2026-07-15"},
    {"GET", "/api/campaign-recipient-estimations/nobody", "", "2026-10-15"},
    {"POST", "/_sandbox/metrics", "{\"id\":\"M\",\"name\":\"Placed Order\"}", GUIDE},
    {"POST", "/api/campaign-values-reports", report, "2026-07-15"},
    {"GET", "/", "", GUIDE},
    {"GET", "/_sandbox/requests", "", GUIDE},
    {"GET", "/_sandbox/campaigns", "", GUIDE},
};

/* A client that sends requests to a sandbox, until it has sent enough or the sandbox has stopped.
 */
struct client {
    pthread_t thread;
    int port;
    unsigned seed;
    int responses;
};

static int connect_to(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Reads a response to the end of the connection; whether any of it arrived. */
static bool read_response(int fd) {
    char bytes[4096];
    bool some = false;
    for (ssize_t got; (got = recv(fd, bytes, sizeof bytes, 0)) > 0;)
        some = true;
    return some;
}

static bool ask(int port, const struct request *request, bool whole) {
    char head[512];
    int fd = connect_to(port);
    if (fd < 0)
        return false;
    int size =
        snprintf(head, sizeof head,
                 "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nrevision: %s\r\n"
                 "Content-Type: application/vnd.api+json\r\n"
                 "Connection: close\r\nContent-Length: %zu\r\n\r\n",
                 request->method, request->path, request->revision, strlen(request->body));
    bool good = send(fd, head, (size_t)size, MSG_NOSIGNAL) == size;
    if (whole) {
        good = send(fd, request->body, strlen(request->body), MSG_NOSIGNAL) >= 0 && good;
        good = read_response(fd) && good;
    }
    close(fd);
    return good;
}

static void *load(void *argument) {
    struct client *client = argument;
    for (int i = 0; i < REQUESTS; i++) {
        size_t which = (size_t)rand_r(&client->seed) % (sizeof requests / sizeof *requests);
        client->responses += ask(client->port, &requests[which], rand_r(&client->seed) % 8 != 0);
    }
    return NULL;
}

static sbx_sandbox *start(void) {
    sbx_settings settings = {.host = strdup("127.0.0.1"),
                             .db = strdup(":memory:"),
                             .rate_limits = true,
                             .rate_scale = 1000,
                             .revert_margin = 5 * SBX_MINUTE,
                             .request_timeout = 30 * SBX_SECOND,
                             .has_rate = true,
                             .rate = 60};
    const char *kind;
    char *problem;
    sbx_sandbox *sandbox = sbx_sandbox_start(&settings, &kind, &problem);
    CHECK(sandbox != NULL);
    free(problem);
    return sandbox;
}

/* What the main thread does meanwhile. */
static void control(sbx_sandbox *sandbox, const char *method, const char *path, const char *body) {
    sbx_response response = {0};
    sbx_control_request(sandbox->instance, method, path, body, strlen(body), &response);
    CHECK_INT(response.status, 200);
    sbx_response_free(&response);
}

static void control_all(sbx_sandbox **sandboxes) {
    for (int i = 0; i < SANDBOXES; i++) {
        control(sandboxes[i], "POST", "snapshot", "{\"name\":\"s\"}");
        control(sandboxes[i], "POST", "faults",
                "{\"path\":\"/api/campaigns\",\"latency\":\"20ms\"}");
        control(sandboxes[i], "POST", "faults", "{\"path\":\"/api/campaigns\",\"cut\":\"body\"}");
        control(sandboxes[i], "POST", "faults", "{\"path\":\"/api/campaigns\",\"drip\":2000}");
        control(sandboxes[i], "POST", "single-channel", "{\"name\":\"Old\"}");
        control(sandboxes[i], "POST", "clock", "{\"advance\":\"1h\"}");
        control(sandboxes[i], "GET", "requests", "");
        control(sandboxes[i], "POST", "restore", "{\"name\":\"s\"}");
        control(sandboxes[i], "POST", "reset", "");
    }
}

static void round_of(bool stop_early) {
    sbx_sandbox *sandboxes[SANDBOXES];
    struct client clients[SANDBOXES * CLIENTS];
    for (int i = 0; i < SANDBOXES; i++)
        sandboxes[i] = start();
    for (int i = 0; i < SANDBOXES * CLIENTS; i++) {
        clients[i] =
            (struct client){.port = sandboxes[i % SANDBOXES]->port, .seed = (unsigned)i + 1};
        CHECK_INT(pthread_create(&clients[i].thread, NULL, load, &clients[i]), 0);
    }
    control_all(sandboxes);
    for (int i = 0; stop_early && i < SANDBOXES; i++)
        sbx_sandbox_stop(sandboxes[i]);
    for (int i = 0; i < SANDBOXES * CLIENTS; i++) {
        CHECK_INT(pthread_join(clients[i].thread, NULL), 0);
        CHECK(stop_early || clients[i].responses > REQUESTS / 2);
    }
    for (int i = 0; !stop_early && i < SANDBOXES; i++)
        sbx_sandbox_stop(sandboxes[i]);
}

int main(void) {
    round_of(false);
    round_of(true);
    round_of(true);
    printf("%d passed, %d failed\n", check_counts.passed, check_counts.failed);
    return check_counts.failed != 0;
}
