/* SPDX-License-Identifier: MIT */
#include "serve/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 511

static int port_of(int fd) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size))
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static int try_address(const struct addrinfo *address) {
    int on = 1, fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    /* without it, a stopped sandbox would occupy its port for a minute */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!bind(fd, address->ai_addr, address->ai_addrlen) && !listen(fd, BACKLOG))
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int sbx_listen(const char *host, int port, int *found, char **problem) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    int code = getaddrinfo(host, service, &hints, &list), fd = -1;
    for (struct addrinfo *address = code ? NULL : list; address && fd < 0;
         address = address->ai_next)
        fd = try_address(address);
    if (fd < 0 && asprintf(problem, "cannot listen on %s port %d: %s", host, port,
                           code ? gai_strerror(code) : strerror(errno)) < 0)
        *problem = NULL;
    if (!code)
        freeaddrinfo(list);
    if (fd >= 0)
        *found = port_of(fd);
    return fd;
}
