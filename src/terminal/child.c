/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* In the child ------------------------------------------------------------------------------- */

static void limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit value;
    if (getrlimit(resource, &value)) {
        return;
    }
    /* a limit that is lower already stays */
    value.rlim_max = hard < value.rlim_max ? hard : value.rlim_max;
    value.rlim_cur = soft < value.rlim_max ? soft : value.rlim_max;
    setrlimit(resource, &value);
}

/* The address space in use; 0 where the system does not say. */
static rlim_t address_space(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file) {
        if (fscanf(file, "%lu", &pages) != 1) {
            pages = 0;
        }
        fclose(file);
    }
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* The limit of memory is kept by the allocator, where Lua takes one. This one is for memory that
 * does not come from it, and has room for libraries that the child loads. */
static void set_limits(const klv_child_limits *limits) {
    rlim_t used = address_space();
    limit(RLIMIT_CORE, 0, 0); /* a dump would hold the parent's key */
    limit(RLIMIT_FSIZE, 0, 0);
    limit(RLIMIT_CPU, limits->seconds, limits->seconds + 1);
    if (used > 0) {
        limit(RLIMIT_AS, used + 2 * limits->memory, used + 2 * limits->memory);
    }
}

/* Ctrl-C is meant for the parent, which ends its child. */
static void reset_signals(void) {
    sigset_t none;
    for (int number = 1; number < NSIG; number++) {
        signal(number, number == SIGINT ? SIG_IGN : SIG_DFL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_up_to(int pipe, long end) {
    for (int fd = STDERR_FILENO + 1; fd < end && fd < 65536; fd++) {
        if (fd != pipe) {
            close(fd);
        }
    }
}

/* Closes what the parent has open, such as connections and locks; the standard streams become
 * /dev/null. The list is by numbers, so that closing one does not hide the next. */
static void close_others(int pipe) {
    int none = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= STDERR_FILENO && none >= 0; fd++) {
        if (fd != pipe) {
            dup2(none, fd);
        }
    }
    DIR *list = opendir("/dev/fd");
    if (!list) { /* a root directory without /dev or /proc */
        close_up_to(pipe, sysconf(_SC_OPEN_MAX));
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(list)) != NULL) {
        int fd = atoi(entry->d_name);
        if (fd > STDERR_FILENO && fd != pipe && fd != dirfd(list)) {
            close(fd);
        }
    }
    closedir(list);
}

_Noreturn void klv_child_end(klv_child_report *report, int pipe, klv_child_reason reason,
                             const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t count = write(pipe, bytes, size);
        if (count < 0 && errno != EINTR) {
            _exit(1);
        }
        bytes += count > 0 ? count : 0;
        size -= count > 0 ? (size_t)count : 0;
    }
    report->reason = reason;
    _exit(0);
}

/* In the parent ------------------------------------------------------------------------------ */

/* Both ends are closed on exec: a program that another thread starts must not hold them open. */
static bool open_pipe(int ends[2]) {
    if (pipe(ends)) {
        return false;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return true;
}

static klv_child_report *map_report(void) {
    void *at = mmap(NULL, sizeof(klv_child_report), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

bool klv_child_start(klv_child *child, const klv_child_limits *limits, klv_child_work work,
                     void *data) {
    int ends[2];
    sigset_t all, before;
    child->limits = *limits;
    child->began = now();
    child->report = map_report();
    if (!child->report || !open_pipe(ends)) {
        return false;
    }
    /* no handler of the parent may run in the child: libuv's would write into the parent's pipe */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    child->pid = fork();
    if (child->pid == 0) {
        reset_signals();
        close_others(ends[1]);
        set_limits(limits);
        work(data, child->report, ends[1]);
        _exit(1);
    }
    int reason = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    child->pipe = ends[0];
    if (child->pid < 0) {
        child->pid = 0;
        errno = reason;
        return false;
    }
    return true;
}

/* Waits for a child that has closed its pipe, or was killed. Where the parent ignores SIGCHLD there
 * is no status. */
static void reap(klv_child *child) {
    int status = 0;
    pid_t found;
    do {
        found = waitpid(child->pid, &status, 0);
    } while (found < 0 && errno == EINTR);
    child->signal = found == child->pid && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    child->pid = 0;
}

static void close_pipe(klv_child *child) {
    if (child->pipe >= 0) {
        close(child->pipe);
        child->pipe = -1;
    }
}

static void stop(klv_child *child, klv_child_reason reason) {
    kill(child->pid, SIGKILL);
    close_pipe(child);
    reap(child);
    child->report->reason = reason;
}

static bool grow(klv_child *child) {
    size_t capacity = child->capacity ? 2 * child->capacity : 16384;
    char *output = realloc(child->output, capacity);
    if (!output) {
        return false;
    }
    child->output = output;
    child->capacity = capacity;
    return true;
}

/* Reads what is there. False: the child has ended, or has been ended. */
static bool receive(klv_child *child) {
    if (child->size == child->capacity && !grow(child)) {
        stop(child, KLV_CHILD_MEMORY);
        return false;
    }
    ssize_t count = read(child->pipe, child->output + child->size, child->capacity - child->size);
    if (count < 0) {
        return errno == EINTR || errno == EAGAIN;
    }
    child->size += (size_t)count;
    if (child->size > child->limits.output) {
        stop(child, KLV_CHILD_OUTPUT);
        return false;
    } else if (count == 0) {
        close_pipe(child);
        reap(child);
        return false;
    }
    return true;
}

bool klv_child_wait(klv_child *child, int milliseconds) {
    if (!child->pid) {
        return true;
    }
    struct pollfd one = {.fd = child->pipe, .events = POLLIN};
    int ready = poll(&one, 1, milliseconds);
    if (ready <= 0) {
        if (now() - child->began < child->limits.patience) {
            return false;
        }
        stop(child, KLV_CHILD_STUCK);
        return true;
    }
    return !receive(child);
}

klv_child_reason klv_child_reason_of(const klv_child *child) {
    int reason = child->report ? child->report->reason : KLV_CHILD_NONE;
    if (reason > KLV_CHILD_NONE && reason < KLV_CHILD_REASONS) {
        return (klv_child_reason)reason;
    }
    return child->signal == SIGXCPU ? KLV_CHILD_TIME : KLV_CHILD_SIGNAL;
}

void klv_child_close(klv_child *child) {
    if (child->pid) {
        stop(child, KLV_CHILD_NONE);
    }
    close_pipe(child);
    if (child->report) {
        munmap(child->report, sizeof *child->report);
        child->report = NULL;
    }
    free(child->output);
    child->output = NULL;
    child->size = child->capacity = 0;
}

/* Programs ----------------------------------------------------------------------------------- */

_Noreturn static void become_program(char *const arguments[], int pipe) {
    reset_signals();
    signal(SIGINT, SIG_DFL);
    close_others(pipe);
    setsid();
    execvp(arguments[0], arguments);
    int reason = errno;
    /* the parent takes a pipe that closes without a number for success */
    _exit(write(pipe, &reason, sizeof reason) < 0 ? 126 : 127);
}

/* The exit status of a process that may end within some time; -1 while it runs. */
static int status_within(pid_t pid, int milliseconds) {
    double end = now() + milliseconds / 1e3;
    const struct timespec pause = {.tv_nsec = 20000000};
    int status = 0;
    pid_t found;
    while ((found = waitpid(pid, &status, WNOHANG)) <= 0) {
        if ((found < 0 && errno != EINTR) || now() >= end) {
            return -1;
        }
        nanosleep(&pause, NULL);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool klv_child_program(char *const arguments[], int milliseconds, int *status) {
    int ends[2], reason = 0;
    if (!open_pipe(ends)) {
        return false;
    }
    pid_t pid = fork();
    if (pid == 0) {
        become_program(arguments, ends[1]);
    }
    int failed = pid < 0 ? errno : 0;
    close(ends[1]);
    ssize_t count;
    do {
        count = pid < 0 ? 0 : read(ends[0], &reason, sizeof reason);
    } while (count < 0 && errno == EINTR);
    close(ends[0]);
    if (failed || count > 0) {
        if (pid > 0) {
            waitpid(pid, NULL, 0);
        }
        errno = failed ? failed : reason;
        return false;
    }
    *status = status_within(pid, milliseconds);
    return true;
}

_Noreturn static void become_shell(const char *command, bool to_stderr) {
    reset_signals();
    signal(SIGINT, SIG_DFL);
    if (to_stderr) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
    }
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

enum { LOOK = 100, GRACE = 500, LAST = 2000 }; /* milliseconds */

bool klv_child_shell(const char *command, bool to_stderr, int (*signal_seen)(void), int *status) {
    signal(SIGCHLD, SIG_DFL); /* whoever started this program may ignore it, and then nothing can be
                                 waited for */
    pid_t pid = fork();
    if (pid == 0) {
        become_shell(command, to_stderr);
    } else if (pid < 0) {
        return false;
    }
    do {
        *status = status_within(pid, LOOK);
    } while (*status < 0 && !signal_seen());
    if (*status < 0) {
        *status = status_within(pid, GRACE); /* Ctrl-C reaches the command from the terminal */
    }
    if (*status < 0) {
        kill(pid, signal_seen());
        *status = status_within(pid, LAST);
    }
    return true;
}
