/* SPDX-License-Identifier: MIT */
/* The least that libmicrohttpd can do: one answer to everything, served as the sandbox serves, with
 * one internal thread. Prints "port N pid N" and serves until it is killed. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum MHD_Result hello(void *cls, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *upload,
                             size_t *size, void **state) {
    static const char body[] = "{\"data\":{\"type\":\"campaign\",\"id\":\"hello\"}}";
    static int begun;
    (void)cls, (void)url, (void)method, (void)version, (void)upload, (void)size;
    if (!*state) { /* the library wants two calls: one for the head, one for the answer */
        *state = &begun;
        return MHD_YES;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(
        sizeof body - 1, (void *)(uintptr_t)body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/vnd.api+json");
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

int main(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, hello, NULL,
                         MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info)
        return 1;
    printf("port %d pid %d\n", info->port, (int)getpid());
    fflush(stdout);
    pause();
    return 0;
}
