/* SPDX-License-Identifier: MIT */
/*
 * Runs one client against one server and says what the client cost:
 *
 *   measure CORE SECONDS SERVER [ARGUMENT...] -- CLIENT [ARGUMENT...]
 *
 * Both are pinned to one core. The server's port comes from its first line ("port N"), and goes to
 * the client as BENCH_URL in its environment. What the client prints passes through; behind it:
 *
 *   measured status N wall S user S system S rss KILOBYTES server S requests N connections N
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A negative core: anywhere. */
static void pin(int core) {
    if (core < 0) {
        return;
    }
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

/* Nobody outlives this program: what it starts is killed with it. */
static pid_t start(char **command, int core, int input, int output) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pin(core);
        if (input >= 0) {
            dup2(input, 0);
        }
        if (output >= 0) {
            dup2(output, 1);
        }
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    return child;
}

static pid_t client;

static void on_alarm(int signal_number) {
    (void)signal_number;
    kill(client, SIGKILL);
}

int main(int count, char **arguments) {
    int split = 3;
    while (split < count && strcmp(arguments[split], "--") != 0) {
        split++;
    }
    if (split + 1 >= count) {
        fprintf(stderr,
                "usage: measure CORE SECONDS SERVER [ARGUMENT...] -- CLIENT [ARGUMENT...]\n");
        return 2;
    }
    arguments[split] = NULL;
    int core = atoi(arguments[1]), to_server[2], from_server[2];
    if (pipe2(to_server, O_CLOEXEC) != 0 || pipe2(from_server, O_CLOEXEC) != 0) {
        perror("pipe");
        return 1;
    }
    pid_t server = start(arguments + 3, core, to_server[0], from_server[1]);
    close(to_server[0]);
    close(from_server[1]);
    FILE *said = fdopen(from_server[0], "r");
    unsigned port;
    if (server < 0 || !said || fscanf(said, "port %u", &port) != 1) {
        fprintf(stderr, "measure: the server did not start\n");
        return 1;
    }
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    setenv("BENCH_URL", url, 1);

    double began = now();
    client = start(arguments + split + 1, core, -1, -1);
    signal(SIGALRM, on_alarm);
    alarm((unsigned)atoi(arguments[2]));
    struct rusage used = {0}, serving = {0};
    int status = 0;
    wait4(client, &status, 0, &used);
    double wall = now() - began;
    alarm(0);

    unsigned long requests = 0, connections = 0;
    close(to_server[1]);
    int known = fscanf(said, " requests %lu connections %lu", &requests, &connections);
    wait4(server, NULL, 0, &serving);
    printf("measured status %d wall %.6f user %.6f system %.6f rss %ld server %.6f requests %lu "
           "connections %lu\n",
           known != 2          ? -1
           : WIFEXITED(status) ? WEXITSTATUS(status)
                               : 128 + WTERMSIG(status),
           wall, seconds(used.ru_utime), seconds(used.ru_stime), used.ru_maxrss,
           seconds(serving.ru_utime) + seconds(serving.ru_stime), requests, connections);
    return 0;
}
