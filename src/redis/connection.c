/* SPDX-License-Identifier: MIT */
#include "connection.h"
#include "guard.h"
#include "reply.h"
#include "resolve.h"
#include "tls.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHORTEST_PAUSE (50 * KLV_MILLISECOND)
#define LONGEST_PAUSE  (5 * KLV_SECOND)

struct klv_redis {
    klv_redis_config config; /* its texts are copies */

    klv_redis_state state;
    pid_t process; /* that made the connection */
    bool forked;
    char why[256];
    int failures;        /* in a row */
    klv_time retry_at;   /* WAITING */
    klv_time give_up_at; /* RESOLVING, CONNECTING */
    klv_time alarm;

    klv_resolve *resolve;
    klv_addresses addresses;
    int address; /* the one to try next */
    int tried;   /* addresses that failed in this attempt */

    redisAsyncContext *context; /* NULL: none; hiredis may free it in any of its calls */
    klv_guard guard;
    klv_tls tls;
    bool reading, writing;
    klv_socket socket, sockets[2]; /* sockets: with that of the presence, for the loop */
    uint32_t serial;
    int logins; /* replies of AUTH, SELECT, PING and SUBSCRIBE to come */
    bool logged_in;
    const char *refused; /* why the connection is of no use, though it stands; NULL: it is */

    char *name;          /* of the channel that the presence subscribes to; NULL: none is wanted */
    klv_redis *presence; /* NULL: none; owned */
    bool is_presence;

    klv_queue queue; /* of commands; those of the connection itself have KLV_NO_ID */
};

/* Copies a text, or sets it to NULL. */
static void copy(const char **text, bool *complete) {
    const char *original = *text;
    *text = original ? strdup(original) : NULL;
    *complete = *complete && (*text || !original);
}

klv_redis *klv_redis_new(const klv_redis_config *config) {
    klv_redis *redis = calloc(1, sizeof *redis);
    if (!redis) {
        return NULL;
    }
    bool complete = true;
    redis->config = *config;
    copy(&redis->config.host, &complete);
    copy(&redis->config.path, &complete);
    copy(&redis->config.user, &complete);
    copy(&redis->config.password, &complete);
    copy(&redis->config.ca_file, &complete);
    redis->process = getpid();
    redis->alarm = KLV_NEVER;
    redis->socket.fd = -1;
    if (!complete) {
        klv_redis_free(redis);
        return NULL;
    }
    return redis;
}

bool klv_redis_take(klv_redis *redis, klv_reply *out) {
    return klv_queue_take(&redis->queue, out);
}

/* Failing. */

static void end_presence(klv_redis *redis) {
    klv_redis *presence = redis->presence;
    redis->presence = NULL;
    klv_redis_free(presence);
}

/* Frees the context, if hiredis has not done so. */
static void drop(klv_redis *redis) {
    redisAsyncContext *context = redis->context;
    end_presence(redis);
    if (context) {
        redis->context = NULL;
        redisAsyncFree(context);
    }
    klv_resolve_free(redis->resolve);
    redis->resolve = NULL;
    redis->socket.fd = -1;
    klv_queue_lose(&redis->queue);
}

static klv_time pause_after(int failures) {
    klv_time span = SHORTEST_PAUSE;
    for (int i = 1; i < failures && span < LONGEST_PAUSE; i++) {
        span *= 2;
    }
    span = span < LONGEST_PAUSE ? span : LONGEST_PAUSE;
    /* up to a quarter less, so that a fleet does not come back all at once */
    return span - (klv_time)((uint64_t)klv_clock_monotonic() * 2654435761u % (uint64_t)(span / 4));
}

static void open_connection(klv_redis *redis);

/* A name may have addresses that nobody listens at: IPv6 beside IPv4. They make one attempt. */
static bool may_try_next(klv_redis *redis) {
    return redis->state == KLV_REDIS_CONNECTING && !redis->config.path && !redis->refused &&
           klv_clock_monotonic() < redis->give_up_at && ++redis->tried < redis->addresses.count;
}

static void fail(klv_redis *redis, const char *what, const char *why) {
    drop(redis);
    if (may_try_next(redis)) {
        redis->address++;
        open_connection(redis);
        return;
    }
    snprintf(redis->why, sizeof redis->why, "%.100s%s%.120s", what, why[0] ? ": " : "", why);
    redis->failures++;
    redis->address++;
    redis->state = KLV_REDIS_WAITING;
    redis->retry_at = klv_clock_monotonic() + pause_after(redis->failures);
}

/* Callbacks of hiredis. They only record: nothing may be freed from inside of them. */

static void on_add_read(void *data) {
    ((klv_redis *)data)->reading = true;
}

static void on_stop_reading(void *data) {
    ((klv_redis *)data)->reading = false;
}

static void on_add_write(void *data) {
    ((klv_redis *)data)->writing = true;
}

static void on_stop_writing(void *data) {
    ((klv_redis *)data)->writing = false;
}

static void note_problem(klv_redis *redis, const redisAsyncContext *context) {
    const char *why = redis->guard.problem ? redis->guard.problem : context->errstr;
    if (redis->guard.problem || !klv_tls_why(&redis->tls, redis->why, sizeof redis->why)) {
        snprintf(redis->why, sizeof redis->why, "%.200s", why ? why : "");
    }
}

/* hiredis frees the context, or is about to; `why` keeps what it said. */
static void on_gone(void *data) {
    klv_redis *redis = data;
    redisAsyncContext *context = redis->context;
    if (context && !redis->refused) {
        note_problem(redis, context);
    }
    redis->context = NULL;
    redis->tls.session = NULL;
    redis->reading = redis->writing = false;
}

/* SELECT is the last but one, see log_in. */
static void reject_login(klv_redis *redis, const char *word) {
    if (redis->config.database && !redis->is_presence && redis->logins == 2) {
        snprintf(redis->why, sizeof redis->why, "Redis refused the database %d (%s)",
                 redis->config.database, word);
    } else {
        snprintf(redis->why, sizeof redis->why, "Redis refused the login (%s)", word);
    }
    redis->refused = redis->why;
}

static void on_login(klv_redis *redis, const redisReply *reply) {
    if (redis->refused) {
        return; /* of what followed a command that was refused */
    } else if (reply->type == REDIS_REPLY_ERROR) {
        char word[KLV_WORD_SIZE];
        klv_reply_word(reply, word);
        reject_login(redis, word);
    } else if (reply->type != REDIS_REPLY_STATUS &&
               !(redis->is_presence && reply->type == REDIS_REPLY_ARRAY)) {
        redis->refused = "no connection to Redis: it answers as no Redis does";
    } else if (--redis->logins == 0) {
        redis->logged_in = true;
        redis->why[0] = '\0';
    }
}

/* A reply of a Redis that is of no use is none: whoever waits asks again once there is another. */
static void on_result(klv_redis *redis, const redisReply *reply) {
    char number[KLV_NUMBER_SIZE];
    const char *text = NULL, *refusal = klv_reply_refusal(reply);
    size_t length = 0;
    if (reply->type == REDIS_REPLY_ERROR) {
        klv_reply_blot(reply, redis->config.user);
        klv_reply_blot(reply, redis->config.password);
    }
    klv_reply_kind kind = refusal ? KLV_REPLY_LOST : klv_reply_read(reply, number, &text, &length);
    redis->refused = refusal ? refusal : redis->refused;
    if (!klv_queue_reply(&redis->queue, kind, text, length)) {
        redis->refused = "out of memory";
    } else if (kind == KLV_REPLY_TEXT || kind == KLV_REPLY_NIL) {
        redis->failures = 0; /* it serves: a login alone does not show that */
    }
}

static void on_reply(redisAsyncContext *context, void *data, void *unused) {
    klv_redis *redis = context->data;
    const redisReply *reply = data;
    (void)unused;
    if (!reply || !redis || redis->context != context || !redis->queue.waiting) {
        return; /* the context is being freed; its commands are lost together */
    }
    if (klv_queue_next(&redis->queue) == KLV_NO_ID) {
        klv_queue_reply(&redis->queue, KLV_REPLY_NIL, NULL, 0);
        on_login(redis, reply);
    } else {
        on_result(redis, reply);
    }
}

static void on_connect(const redisAsyncContext *context, int status) {
    (void)context;
    (void)status; /* hiredis frees the context if it failed, see on_gone */
}

/* Connecting. */

bool klv_redis_has_tls(void) {
    return klv_tls_available();
}

static bool send_login(klv_redis *redis, int count, const char **arguments) {
    redis->logins++;
    return klv_queue_add(&redis->queue, KLV_NO_ID, klv_clock_monotonic()) &&
           redisAsyncCommandArgv(redis->context, on_reply, NULL, count, arguments, NULL) ==
               REDIS_OK;
}

/* AUTH and SELECT, and PING, so that a server that answers is known; a presence subscribes to its
 * channel. hiredis sends them once the connection is there. */
static bool log_in(klv_redis *redis) {
    char database[16];
    const char *both[] = {"AUTH", redis->config.user ? redis->config.user : redis->config.password,
                          redis->config.password};
    const char *chosen[] = {"SELECT", database}, *ping[] = {"PING"};
    const char *subscribe[] = {"SUBSCRIBE", redis->name};
    snprintf(database, sizeof database, "%d", redis->config.database);
    redis->logins = 0;
    redis->logged_in = false;
    if (redis->config.password && !send_login(redis, redis->config.user ? 3 : 2, both)) {
        return false;
    } else if (redis->is_presence) {
        return send_login(redis, 2, subscribe);
    }
    return (!redis->config.database || send_login(redis, 2, chosen)) && send_login(redis, 1, ping);
}

static void adopt(klv_redis *redis, redisAsyncContext *context) {
    redis->context = context;
    redis->refused = NULL;
    klv_guard_install(&redis->guard, context, &redis->queue.waiting, redis->is_presence);
    context->data = redis;
    context->ev.data = redis;
    context->ev.addRead = on_add_read;
    context->ev.delRead = on_stop_reading;
    context->ev.addWrite = on_add_write;
    context->ev.delWrite = on_stop_writing;
    context->ev.cleanup = on_gone;
    redis->reading = redis->writing = false;
    redis->socket.fd = (int)context->c.fd;
    redis->socket.serial = ++redis->serial;
    redis->socket.events = 0;
    fcntl(redis->socket.fd, F_SETFD, FD_CLOEXEC);
    redisAsyncSetConnectCallback(context, on_connect); /* asks for writability as well */
}

static void open_connection(klv_redis *redis) {
    redisAsyncContext *context;
    redis->state = KLV_REDIS_CONNECTING;
    if (redis->config.path) {
        context = redisAsyncConnectUnix(redis->config.path);
    } else {
        const char *address = redis->addresses.address[redis->address % redis->addresses.count];
        context = redisAsyncConnect(address, redis->config.port);
    }
    if (!context) {
        fail(redis, "out of memory", "");
        return;
    }
    char why[128];
    if (context->err) {
        snprintf(why, sizeof why, "%.120s", context->errstr);
        redisAsyncFree(context);
        fail(redis, "no connection to Redis", why);
        return;
    }
    adopt(redis, context);
    if (redis->config.tls && !klv_tls_begin(&redis->tls, &context->c, redis->config.host,
                                            redis->config.ca_file, why, sizeof why)) {
        fail(redis, "no connection to Redis", why);
    } else if (!log_in(redis)) {
        fail(redis, "out of memory", "");
    }
}

static void begin(klv_redis *redis, klv_time now) {
    redis->process = getpid();
    redis->tried = 0;
    redis->give_up_at = klv_time_add(now, redis->config.connect_timeout);
    if (redis->config.path) {
        open_connection(redis);
    } else if (klv_resolve_is_numeric(redis->config.host)) {
        redis->addresses.count = 1;
        snprintf(redis->addresses.address[0], KLV_ADDRESS_SIZE, "%s", redis->config.host);
        open_connection(redis);
    } else {
        redis->state = KLV_REDIS_RESOLVING;
        redis->resolve = klv_resolve_begin(redis->config.host);
        if (!redis->resolve) {
            fail(redis, "no thread to resolve the name of Redis", "");
        } else {
            redis->socket = (klv_socket){
                .fd = klv_resolve_fd(redis->resolve), .events = POLLIN, .serial = ++redis->serial};
        }
    }
}

static void finish_resolving(klv_redis *redis) {
    if (!klv_resolve_result(redis->resolve, &redis->addresses)) {
        return;
    }
    klv_resolve_free(redis->resolve);
    redis->resolve = NULL;
    redis->socket.fd = -1;
    if (redis->addresses.count) {
        open_connection(redis);
    } else {
        fail(redis, "the name of Redis could not be resolved", redis->addresses.why);
    }
}

/* The presence: a second connection, which subscribes to a channel of its own and is then silent.
 * Redis notices at once when the process is gone, and scripts see it by PUBSUB NUMSUB. A connection
 * that subscribes may do nothing else, hence a second one. */

bool klv_redis_appear(klv_redis *redis, const char *name) {
    char *own = name ? strdup(name) : NULL;
    if (name && !own) {
        return false;
    }
    free(redis->name);
    redis->name = own;
    return true;
}

static bool begin_presence(klv_redis *redis, klv_time now) {
    klv_redis_config config = redis->config;
    config.database = 0; /* channels are of all databases */
    klv_redis *presence = klv_redis_new(&config);
    if (!presence || !klv_redis_appear(presence, redis->name)) {
        klv_redis_free(presence);
        return false;
    }
    presence->is_presence = true;
    presence->addresses = redis->addresses;
    presence->address = redis->address;
    presence->serial = redis->serial++; /* a socket's number is not used twice */
    presence->give_up_at = klv_time_add(now, redis->config.connect_timeout);
    redis->give_up_at = klv_time_add(presence->give_up_at, KLV_SECOND);
    redis->presence = presence;
    open_connection(presence);
    return true;
}

/* A connection is ready once its presence is, or cannot be had: a user of Redis may have no right
 * to subscribe. Where the presence breaks later, others may take the process for gone: both are
 * made again. */
static void advance(klv_redis *redis, klv_time now) {
    if (redis->state == KLV_REDIS_CONNECTING && redis->logged_in && !redis->presence &&
        !(redis->name && !redis->is_presence && begin_presence(redis, now))) {
        redis->state = KLV_REDIS_READY;
    }
    if (!redis->presence) {
        return;
    } else if (redis->presence->state == KLV_REDIS_READY) {
        redis->state = KLV_REDIS_READY;
    } else if (redis->presence->state == KLV_REDIS_WAITING && redis->state == KLV_REDIS_READY) {
        fail(redis, "the connection to Redis broke", "");
    } else if (redis->presence->state == KLV_REDIS_WAITING) {
        end_presence(redis);
        redis->state = KLV_REDIS_READY;
    }
}

/* The child of a fork shares the parent's socket: it closes its own descriptor, sends nothing, and
 * makes a connection of its own. */
static void notice_fork(klv_redis *redis) {
    if (redis->process == getpid() || redis->state == KLV_REDIS_CLOSED) {
        return;
    }
    redis->process = getpid();
    redis->forked = true;
    klv_resolve_abandon(redis->resolve);
    redis->resolve = NULL;
    drop(redis);
    redis->state = redis->state == KLV_REDIS_IDLE ? KLV_REDIS_IDLE : KLV_REDIS_WAITING;
    redis->retry_at = 0;
}

bool klv_redis_forked(klv_redis *redis) {
    notice_fork(redis);
    bool forked = redis->forked;
    redis->forked = false;
    return forked;
}

void klv_redis_connect(klv_redis *redis) {
    notice_fork(redis);
    if (redis->state == KLV_REDIS_IDLE || redis->state == KLV_REDIS_WAITING) {
        begin(redis, klv_clock_monotonic());
    }
}

klv_redis_state klv_redis_state_of(const klv_redis *redis) {
    return redis->state;
}

const char *klv_redis_why(const klv_redis *redis) {
    return redis->why;
}

/* Commands. */

bool klv_redis_command(klv_redis *redis, uint64_t id, int count, const char **arguments,
                       const size_t *lengths) {
    notice_fork(redis);
    if (redis->state != KLV_REDIS_READY ||
        !klv_queue_add(&redis->queue, id, klv_clock_monotonic())) {
        return false;
    } else if (redisAsyncCommandArgv(redis->context, on_reply, NULL, count, arguments, lengths) !=
               REDIS_OK) {
        klv_queue_withdraw(&redis->queue);
        return false;
    }
    return true;
}

size_t klv_redis_pending(const klv_redis *redis) {
    return redis->queue.waiting + redis->queue.answered;
}

void klv_redis_alarm(klv_redis *redis, klv_time at) {
    redis->alarm = at;
}

/* Driving. */

static bool has_events(klv_redis *redis) {
    if (redis->context) {
        redis->socket.events =
            (short)((redis->reading ? POLLIN : 0) | (redis->writing ? POLLOUT : 0));
    }
    return redis->socket.fd >= 0 && redis->socket.events;
}

static size_t redis_sockets(const void *object, const klv_socket **sockets) {
    klv_redis *redis = (klv_redis *)(uintptr_t)object;
    size_t count = 0;
    if (has_events(redis)) {
        redis->sockets[count++] = redis->socket;
    }
    if (redis->presence && has_events(redis->presence)) {
        redis->sockets[count++] = redis->presence->socket;
    }
    *sockets = redis->sockets;
    return count;
}

static klv_time redis_deadline(void *object, klv_time now) {
    const klv_redis *redis = object;
    klv_time wake = redis->queue.answered ? now : redis->alarm, due = KLV_NEVER;
    if (redis->state == KLV_REDIS_RESOLVING || redis->state == KLV_REDIS_CONNECTING) {
        due = redis->give_up_at;
    } else if (redis->state == KLV_REDIS_WAITING) {
        due = redis->retry_at;
    } else if (redis->state == KLV_REDIS_READY) {
        due = klv_time_add(klv_queue_since(&redis->queue), redis->config.reply_timeout);
    }
    due = due < wake ? due : wake;
    if (redis->presence) {
        wake = redis_deadline(redis->presence, now);
    }
    return due < wake ? due : wake;
}

/* hiredis has freed the context, or the server is of no use. */
static void check_context(klv_redis *redis) {
    char why[sizeof redis->why];
    snprintf(why, sizeof why, "%s", redis->refused ? redis->refused : redis->why);
    if (redis->refused) {
        fail(redis, why, "");
    } else if (!redis->context) {
        fail(redis,
             redis->state == KLV_REDIS_READY ? "the connection to Redis broke"
                                             : "no connection to Redis",
             why);
    } else if (!klv_guard_fits(&redis->guard, &redis->context->c)) {
        fail(redis, "no connection to Redis", redis->guard.problem);
    }
}

static void read_and_write(klv_redis *redis, short events) {
    if (redis->context && redis->writing && events & ~POLLIN) {
        redisAsyncHandleWrite(redis->context);
    }
    if (redis->context && redis->reading && events & ~POLLOUT) {
        redisAsyncHandleRead(redis->context);
    }
}

/* hiredis and OpenSSL write with write(2), which raises SIGPIPE on a connection that Redis has
 * closed. With TLS reading writes too. */
static void read_and_write_without_signal(klv_redis *redis, short events) {
    sigset_t pipe_signal, before, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    klv_tls_prepare(&redis->tls);
    read_and_write(redis, events);
    sigpending(&pending);
    if (!was_pending && sigismember(&pending, SIGPIPE) == 1) {
        int number;
        sigwait(&pipe_signal, &number);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void redis_ready(void *object, int fd, short events, klv_time now) {
    klv_redis *redis = object;
    notice_fork(redis);
    if (redis->presence && fd == redis->presence->socket.fd) {
        redis_ready(redis->presence, fd, events, now);
    } else if (fd != redis->socket.fd || fd < 0) {
        return;
    } else if (redis->resolve) {
        finish_resolving(redis);
        return;
    } else {
        read_and_write_without_signal(redis, events);
        check_context(redis);
    }
    advance(redis, now);
}

static bool is_connecting(const klv_redis *redis) {
    return redis->state == KLV_REDIS_RESOLVING || redis->state == KLV_REDIS_CONNECTING;
}

static bool is_overdue(const klv_redis *redis, klv_time now) {
    if (is_connecting(redis)) {
        return redis->give_up_at <= now;
    }
    return redis->state == KLV_REDIS_READY &&
           klv_time_add(klv_queue_since(&redis->queue), redis->config.reply_timeout) <= now;
}

/* What came while the process did not run: without this, a process that was paused would take Redis
 * for slow. */
static void read_what_came(klv_redis *redis, klv_time now) {
    if (has_events(redis)) {
        struct pollfd p = {.fd = redis->socket.fd, .events = redis->socket.events};
        if (poll(&p, 1, 0) > 0) {
            redis_ready(redis, p.fd, p.revents, now);
        }
    }
}

static void give_up(klv_redis *redis) {
    if (redis->state == KLV_REDIS_RESOLVING) {
        fail(redis, "the name of Redis could not be resolved", "no answer in time");
    } else if (redis->state == KLV_REDIS_CONNECTING) {
        fail(redis, "no connection to Redis", "it does not answer");
    } else {
        fail(redis, "Redis does not answer", "");
    }
}

static void redis_tick(void *object, klv_time now) {
    klv_redis *redis = object;
    notice_fork(redis);
    if (is_overdue(redis, now)) {
        read_what_came(redis, now);
    }
    if (is_overdue(redis, now)) {
        give_up(redis);
    } else if (redis->state == KLV_REDIS_WAITING && redis->retry_at <= now && !redis->is_presence) {
        begin(redis, now);
    }
    if (redis->presence) {
        redis_tick(redis->presence, now);
    }
    advance(redis, now);
}

const klv_driven_class klv_redis_driven = {
    .sockets = redis_sockets,
    .deadline = redis_deadline,
    .ready = redis_ready,
    .tick = redis_tick,
};

/* Closing. */

static void free_text(const char *text) {
    if (text) {
        explicit_bzero((char *)(uintptr_t)text, strlen(text));
        free((char *)(uintptr_t)text);
    }
}

void klv_redis_close(klv_redis *redis) {
    if (redis->state == KLV_REDIS_CLOSED) {
        return;
    }
    notice_fork(redis);
    drop(redis);
    klv_queue_clear(&redis->queue);
    redis->state = KLV_REDIS_CLOSED;
    redis->alarm = KLV_NEVER;
}

void klv_redis_free(klv_redis *redis) {
    if (!redis) {
        return;
    }
    klv_redis_close(redis);
    free_text(redis->config.host);
    free_text(redis->config.path);
    free_text(redis->config.ca_file);
    free_text(redis->config.user);
    free_text(redis->config.password);
    free(redis->name);
    free(redis);
}
