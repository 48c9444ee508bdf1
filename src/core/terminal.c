/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Of the process, as signals are. */
static volatile sig_atomic_t noted, caught, hidden;

bool klv_terminal_is(int fd) {
    return isatty(fd) == 1;
}

bool klv_terminal_size(int fd, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row) {
        return false;
    }
    *columns = size.ws_col;
    *rows = size.ws_row;
    return true;
}

void klv_terminal_open_streams(void) {
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) {
        close(fd);
    }
}

bool klv_terminal_readable(int fd, int milliseconds) {
    struct pollfd one = {.fd = fd, .events = POLLIN};
    return poll(&one, 1, milliseconds) > 0;
}

int klv_terminal_claim(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

void klv_terminal_cursor_hidden(bool is_hidden) {
    hidden = is_hidden;
}

static void note(int number) {
    if (noted) {
        static const char show[] = "\033[?25h";
        if (hidden && write(STDOUT_FILENO, show, sizeof show - 1) < 0) {
            hidden = 0; /* there is no terminal any more */
        }
        signal(number, SIG_DFL);
        raise(number);
    }
    noted = number;
}

/* Not ignored: what is ignored stays so in the programs that this one starts. */
static void overlook(int number) {
    (void)number;
}

static bool handle(int number, void (*handler)(int), int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, NULL) == 0;
}

/* Lua unloads its modules when a state is closed, and a handler must not outlive its code. What is
 * still to be written then, nobody may read: that must not end the process either. */
__attribute__((destructor)) static void release_signals(void) {
    if (!caught) {
        return;
    }
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
}

bool klv_terminal_catch_signals(void) {
    caught = 1;
    /* without SA_RESTART: reading an answer from the keyboard must end as well */
    return handle(SIGINT, note, 0) && handle(SIGTERM, note, 0) && handle(SIGHUP, note, 0) &&
           handle(SIGPIPE, overlook, SA_RESTART);
}

int klv_terminal_take_signal(void) {
    int number = noted;
    noted = 0;
    return number;
}
