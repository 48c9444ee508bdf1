/* SPDX-License-Identifier: MIT */
#include "serve/server.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "serve/fault_player.h"
#include "serve/transaction.h"
#include "serve/request_timeout.h"

#define BODY_MAX        ((size_t)8 << 20)
#define DISCARD_MAX     ((size_t)64 << 20)
#define HEADER_MAX      ((size_t)32 << 10)
#define CONNECTIONS_MAX 2000
#define IDLE_SECONDS    60

struct sbx_server {
    sbx_instance *instance;
    const sbx_certificate *certificate;
    struct MHD_Daemon *daemon;
    sbx_fault_players players;
    sbx_request_timeouts timeouts;
};

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection) {
    sbx_transaction *transaction = calloc(1, sizeof *transaction);
    if (!transaction)
        return NULL;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    sbx_server *server = cls;
    transaction->instance = server->instance;
    transaction->players = &server->players;
    transaction->timeouts = &server->timeouts;
    transaction->connection = connection;
    transaction->path = strdup(uri);
    transaction->fd = info ? info->connect_fd : -1;
    if (server->instance->settings.tls) {
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
        transaction->tls = info ? info->tls_session : NULL;
    }
    transaction->deadline.fd = transaction->fd;
    transaction->deadline.tls = transaction->tls != NULL;
    sbx_request_timeouts_add(transaction->timeouts, &transaction->deadline);
    return transaction;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code) {
    (void)cls;
    (void)connection;
    (void)code;
    sbx_transaction *transaction = *state;
    *state = NULL;
    if (!transaction)
        return;
    sbx_request_timeouts_remove(transaction->timeouts, &transaction->deadline);
    free(transaction->path);
    sbx_text_free(&transaction->body);
    sbx_fault_free(transaction->fault);
    sbx_text_free(&transaction->normalised);
    sbx_response_free(&transaction->response);
    free(transaction);
}

/* The header section is complete. */
static enum MHD_Result begin_request(sbx_transaction *transaction, const char *method) {
    char *query = strchr(transaction->path, '?');
    if (query)
        *query++ = '\0';
    transaction->query = query ? query : "";
    transaction->method = method;
    transaction->begun = true;
    const char *length = MHD_lookup_connection_value(transaction->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (!length || strtoull(length, NULL, 10) <= BODY_MAX)
        return MHD_YES;
    sbx_request_timeouts_remove(transaction->timeouts, &transaction->deadline);
    return sbx_transaction_reject(transaction);
}

/* Takes a piece of the body. A body that is too large is read on and discarded for a while: the
 * client sends all of it before it reads the response. */
static enum MHD_Result take_body(sbx_transaction *transaction, const char *bytes, size_t *size) {
    if (transaction->body.size + *size > BODY_MAX || transaction->too_large) {
        transaction->too_large = true;
        transaction->discarded += *size;
    } else {
        sbx_text_add(&transaction->body, bytes, *size);
    }
    *size = 0;
    return transaction->body.failed || transaction->discarded > DISCARD_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state) {
    (void)cls;
    (void)connection;
    (void)url;
    (void)version;
    sbx_transaction *transaction = *state;
    if (!transaction || !transaction->path)
        return MHD_NO;
    if (transaction->phase == SBX_PLAYED)
        return MHD_NO;
    if (!transaction->begun)
        return begin_request(transaction, method);
    if (*upload_size)
        return take_body(transaction, upload, upload_size);
    sbx_request_timeouts_remove(transaction->timeouts, &transaction->deadline);
    return sbx_transaction_respond(transaction);
}

/* As many connections as there are file descriptors, leaving some for the host program. */
static unsigned connections_max(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return CONNECTIONS_MAX;
    rlim_t room = limit.rlim_cur > 128 ? limit.rlim_cur - 64 : 64;
    return room < CONNECTIONS_MAX ? (unsigned)room : CONNECTIONS_MAX;
}

static struct MHD_Daemon *start_daemon(sbx_server *server, int fd) {
    const sbx_certificate *certificate = server->certificate;
    struct MHD_OptionItem secure[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, certificate->key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, certificate->chain},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    bool tls = server->instance->settings.tls;
    unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                     MHD_USE_SUPPRESS_DATE_NO_CLOCK | (tls ? MHD_USE_TLS : 0);
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        NULL, MHD_OPTION_CONNECTION_LIMIT, connections_max(), MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADER_MAX, MHD_OPTION_ARRAY,
        tls ? secure : plain, MHD_OPTION_END);
}

/* The threads block all signals: the handlers of the host program expect to run in its threads. */
static bool start_threads(sbx_server *server, int fd) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    bool good =
        sbx_request_timeouts_start(&server->timeouts, server->instance->settings.request_timeout);
    if (good) {
        server->daemon = start_daemon(server, fd);
        if (!server->daemon) {
            sbx_request_timeouts_stop(&server->timeouts);
            good = false;
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

sbx_server *sbx_server_start(sbx_instance *instance, const sbx_certificate *certificate, int fd,
                             char **problem) {
    *problem = NULL;
    sbx_server *server = calloc(1, sizeof *server);
    bool staged = server && sbx_fault_players_init(&server->players);
    if (staged) {
        server->instance = instance;
        server->certificate = certificate;
        if (start_threads(server, fd))
            return server;
        sbx_fault_players_free(&server->players);
        *problem = strdup("the HTTP server could not be started");
    }
    free(server);
    close(fd);
    return NULL;
}

void sbx_server_stop(sbx_server *server) {
    if (!server)
        return;
    /* libmicrohttpd requires that no connection is suspended when it stops */
    sbx_fault_players_stop(&server->players);
    MHD_stop_daemon(server->daemon); /* closes the socket */
    sbx_request_timeouts_stop(&server->timeouts);
    sbx_fault_players_free(&server->players);
    free(server);
}
