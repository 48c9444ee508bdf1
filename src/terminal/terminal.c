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

/* Signal handlers belong to the process, and so does this state. */
static volatile sig_atomic_t pending, caught, cursor_is_hidden;

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
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

void klv_terminal_cursor_hidden(bool is_hidden) {
    cursor_is_hidden = is_hidden;
}

static void record(int number) {
    if (pending) {
        static const char show[] = "\033[?25h";
        if (cursor_is_hidden && write(STDOUT_FILENO, show, sizeof show - 1) < 0) {
            cursor_is_hidden = 0; /* the terminal is gone; the process ends anyway */
        }
        signal(number, SIG_DFL);
        raise(number);
    }
    pending = number;
}

/* A handler instead of SIG_IGN: child processes inherit SIG_IGN, but not a handler. */
static void do_nothing(int number) {
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

/* Lua unloads C modules when it closes the state, and a handler must not outlive its code. SIGPIPE
 * stays ignored: output that is flushed after the unload may still meet a closed pipe. */
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
    /* no SA_RESTART: a signal must also end a read from the keyboard */
    return handle(SIGINT, record, 0) && handle(SIGTERM, record, 0) && handle(SIGHUP, record, 0) &&
           handle(SIGPIPE, do_nothing, SA_RESTART);
}

int klv_terminal_seen_signal(void) {
    return pending;
}

int klv_terminal_take_signal(void) {
    int number = pending;
    pending = 0;
    return number;
}
