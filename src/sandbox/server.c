/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "listen.h"
#include "timestamp.h"

#define BODY_MAX        ((size_t)8 << 20)
#define HEAD_MAX        ((size_t)64 << 10)
#define CONNECTIONS_MAX 2000
#define IDLE_SECONDS    60

struct sbx_server {
    sbx_box *box;
    struct MHD_Daemon *daemon;
};

/* One request of a connection, from its first line until it was answered. */
typedef struct exchange {
    char *uri;
    sbx_text body;
    bool begun;
} exchange;

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection) {
    (void)cls;
    (void)connection;
    exchange *ex = calloc(1, sizeof *ex);
    if (ex)
        ex->uri = strdup(uri);
    return ex;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code) {
    (void)cls;
    (void)connection;
    (void)code;
    exchange *ex = *state;
    if (!ex)
        return;
    free(ex->uri);
    sbx_text_free(&ex->body);
    free(ex);
    *state = NULL;
}

static const char *header(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* The sandbox's time, not the system's: clients compare it with what the resources say. */
static void http_date(int64_t instant, char out[40]) {
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t day = sbx_floor_div(instant, SBX_DAY), year;
    int second = (int)((instant - day * SBX_DAY) / SBX_SECOND), month, date;
    sbx_date_from_days(day, &year, &month, &date);
    snprintf(out, 40, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[((day + 4) % 7 + 7) % 7], date,
             months[month - 1], (int)year, second / 3600, second / 60 % 60, second % 60);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, sbx_box *box,
                                   sbx_answer *answer) {
    size_t size;
    char *body = sbx_text_take(&answer->body, &size), date[40];
    struct MHD_Response *response =
        body ? MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE) : NULL;
    if (!response) {
        free(body);
        return MHD_NO;
    }
    pthread_mutex_lock(&box->lock);
    http_date(sbx_clock_now(&box->clock), date);
    pthread_mutex_unlock(&box->lock);
    MHD_add_response_header(response, "Date", date);
    MHD_add_response_header(response, "x-klaviyo-req-id", answer->id);
    if (answer->content_type)
        MHD_add_response_header(response, "Content-Type", answer->content_type);
    if (*answer->revision)
        MHD_add_response_header(response, "x-klaviyo-api-revision", answer->revision);
    if (*answer->allow)
        MHD_add_response_header(response, "Allow", answer->allow);
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_request(struct MHD_Connection *connection, sbx_server *server,
                                      exchange *ex, const char *method) {
    char *query = strchr(ex->uri, '?');
    if (query)
        *query++ = '\0';
    sbx_request request = {
        .method = method,
        .path = ex->uri,
        .query = query ? query : "",
        .body = ex->body.data,
        .body_size = ex->body.size,
        .authorization = header(connection, "Authorization"),
        .revision = header(connection, "revision"),
        .content_type = header(connection, "Content-Type"),
        .accept = header(connection, "Accept"),
        .host = header(connection, "Host"),
        .forwarded_proto = header(connection, "X-Forwarded-Proto"),
    };
    sbx_answer answer = {0};
    sbx_pipeline(server->box, &request, &answer);
    enum MHD_Result result = send_answer(connection, server->box, &answer);
    sbx_answer_free(&answer);
    return result;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state) {
    (void)url;
    (void)version;
    exchange *ex = *state;
    if (!ex || !ex->uri)
        return MHD_NO;
    if (!ex->begun) {
        ex->begun = true;
        return MHD_YES;
    }
    if (*upload_size) {
        if (ex->body.size + *upload_size > BODY_MAX)
            return MHD_NO;
        sbx_text_add(&ex->body, upload, *upload_size);
        *upload_size = 0;
        return ex->body.failed ? MHD_NO : MHD_YES;
    }
    return answer_request(connection, cls, ex, method);
}

static struct MHD_Daemon *start_daemon(sbx_server *server, int fd) {
    return MHD_start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0,
        NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK,
        on_uri, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_MAX, MHD_OPTION_END);
}

sbx_server *sbx_server_start(sbx_box *box, int *port, char **problem) {
    *problem = NULL;
    int fd = sbx_listen(box->settings.host, box->settings.port, port, problem);
    if (fd < 0)
        return NULL;
    sbx_server *server = calloc(1, sizeof *server);
    if (!server) {
        close(fd);
        return NULL;
    }
    server->box = box;
    server->daemon = start_daemon(server, fd);
    if (!server->daemon) {
        close(fd);
        free(server);
        *problem = strdup("the HTTP server could not be started");
        return NULL;
    }
    return server;
}

void sbx_server_stop(sbx_server *server) {
    if (!server)
        return;
    MHD_stop_daemon(server->daemon); /* closes the socket */
    free(server);
}
