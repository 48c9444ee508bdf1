/* SPDX-License-Identifier: MIT */
/* The nginx poller with its thread; `make units` runs it under TSan. */
#include "check.h"
#include "client.h"
#include "nginx_poller.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* As much of a client as a poller needs: sockets, and when libcurl wants to be called. */
static klv_client make_client(klv_socket *sockets, size_t count, klv_time wake) {
    return (klv_client){.sockets = sockets, .socket_count = count, .curl_wake = wake};
}

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

/* The number of bytes that arrive within so many milliseconds of each other; -1 at the end. */
static int bytes_from(int fd, int milliseconds) {
    char bytes[64];
    int count = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, milliseconds) == 1) {
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0) {
            return count ? count : -1;
        }
        count += (int)n;
    }
    return count;
}

static klv_nginx_poller *begin(int *host) {
    klv_error error;
    klv_nginx_poller *poller = klv_nginx_poller_new(&error);
    *host = connect_to(klv_nginx_poller_path(poller));
    CHECK(klv_nginx_poller_begin(poller, &error));
    return poller;
}

static void test_files(void) {
    klv_error error;
    struct stat about;
    char path[128];
    klv_nginx_poller *poller = klv_nginx_poller_new(&error);
    snprintf(path, sizeof path, "%s", klv_nginx_poller_path(poller));
    CHECK_INT(stat(path, &about), 0);
    CHECK(!klv_nginx_poller_begin(poller, &error)); /* nobody connected */
    CHECK_HOLDS(error.message, "nobody connected");
    CHECK_INT(error.kind, KLV_ERROR_SYSTEM);
    *strrchr(path, '/') = '\0';
    CHECK_INT(stat(path, &about), 0);
    CHECK_INT(about.st_mode & 0777, 0700);
    klv_nginx_poller_free(poller);
    CHECK_INT(stat(path, &about), -1);

    int host;
    poller = begin(&host);
    CHECK_INT(strlen(klv_nginx_poller_path(poller)), 0); /* removed once connected */
    klv_nginx_poller_free(poller);
    CHECK_INT(bytes_from(host, 1000), -1);
    close(host);
}

static void test_bytes(void) {
    int host, ends[2];
    klv_nginx_poller *poller = begin(&host);
    CHECK_INT(pipe(ends), 0);
    klv_socket socket = {.fd = ends[0], .events = POLLIN};
    klv_client client = make_client(&socket, 1, KLV_NEVER);
    klv_driven clients[] = {{&klv_client_driven, &client}};

    CHECK(klv_nginx_poller_arm(poller, clients, 1, KLV_NEVER));
    CHECK_INT(bytes_from(host, 50), 0);
    CHECK_INT(write(ends[1], "x", 1), 1);
    CHECK_INT(bytes_from(host, 50), 1); /* one byte, however long it stays ready */

    CHECK(klv_nginx_poller_arm(poller, clients, 1, KLV_NEVER)); /* still ready */
    CHECK_INT(bytes_from(host, 50), 1);

    klv_time soon = klv_clock_monotonic() + 20 * KLV_MILLISECOND;
    CHECK(klv_nginx_poller_arm(poller, clients, 0, soon));
    CHECK_INT(bytes_from(host, 100), 1);
    CHECK(klv_clock_monotonic() >= soon);

    client = make_client(NULL, 0, klv_clock_monotonic() + 20 * KLV_MILLISECOND);
    CHECK(klv_nginx_poller_arm(poller, clients, 1, KLV_NEVER)); /* the client's deadline */
    CHECK_INT(bytes_from(host, 100), 1);

    klv_nginx_poller_kick(poller);
    klv_nginx_poller_kick(poller);
    CHECK_INT(bytes_from(host, 50), 2);

    client = make_client(&socket, 1, KLV_NEVER);
    close(ends[0]);
    CHECK(klv_nginx_poller_arm(poller, clients, 1,
                               KLV_NEVER)); /* an invalid descriptor: the host must look */
    CHECK_INT(bytes_from(host, 50), 1);

    close(host);
    klv_nginx_poller_kick(poller); /* the host is gone: no signal, no error */
    CHECK(klv_nginx_poller_arm(poller, clients, 1, 0));
    klv_nginx_poller_free(poller);
    close(ends[1]);
}

/* Calls of arm that overtake each other; sockets that come and go. */
static void test_storm(void) {
    enum { PIPES = 40 };
    int host, ends[PIPES][2];
    klv_socket sockets[PIPES];
    klv_nginx_poller *poller = begin(&host);
    for (int i = 0; i < PIPES; i++) {
        CHECK_INT(pipe(ends[i]), 0);
        sockets[i] = (klv_socket){.fd = ends[i][0], .events = POLLIN};
    }
    unsigned random = 1;
    for (int round = 0; round < 5000; round++) {
        random = random * 1103515245u + 12345u;
        size_t count = (random >> 16) % PIPES + 1;
        int chosen = (int)((random >> 8) % count);
        klv_client client = make_client(sockets, count, KLV_NEVER);
        klv_driven clients[] = {{&klv_client_driven, &client}};
        CHECK(klv_nginx_poller_arm(poller, clients, 1, KLV_NEVER));
        if (round % 3 == 0) {
            continue;
        }
        CHECK_INT(write(ends[chosen][1], "x", 1), 1);
        struct pollfd p = {.fd = host, .events = POLLIN};
        CHECK_INT(poll(&p, 1, 5000), 1);
        char bytes[64];
        CHECK(read(host, bytes, sizeof bytes) > 0);
        CHECK_INT(read(ends[chosen][0], bytes, 1), 1);
        if (round % 7 == 0) {
            close(ends[chosen][0]);
            close(ends[chosen][1]);
            CHECK_INT(pipe(ends[chosen]), 0);
            sockets[chosen].fd = ends[chosen][0];
        }
    }
    klv_nginx_poller_free(poller);
    for (int i = 0; i < PIPES; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
    close(host);
}

int main(void) {
    test_files();
    test_bytes();
    test_storm();
    printf("%d passed, %d failed\n", check_counts.passed, check_counts.failed);
    return check_counts.failed != 0;
}
