/* SPDX-License-Identifier: MIT */
#include "request.h"
#include "conceal.h"
#include "random.h"
#include "retry.h"
#include "result.h"
#include "transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Making and freeing. */

static bool known_method(const char *method) {
    static const char *const methods[] = {"GET", "HEAD", "POST", "PATCH", "DELETE", "PUT"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(method, methods[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_line(klv_request *request, const char *line, klv_error *error) {
    if (strncasecmp(line, "authorization:", 14) == 0) {
        return klv_fail(error, KLV_ERROR_VALIDATION,
                        "a request cannot have an Authorization header: the client's is sent");
    }
    for (const unsigned char *c = (const unsigned char *)line; *c; c++) {
        if (*c < 0x20 || *c == 0x7f) {
            return klv_fail(error, KLV_ERROR_VALIDATION,
                            "a header or the revision holds a control character");
        }
    }
    struct curl_slist *longer = curl_slist_append(request->extra, line);
    if (!longer) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    request->extra = longer;
    return true;
}

static bool add_revision(klv_request *request, const char *revision, klv_error *error) {
    klv_buffer line = {0};
    bool good = klv_buffer_puts(&line, "revision: ") && klv_buffer_puts(&line, revision);
    good = good ? add_line(request, line.data, error)
                : klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    klv_buffer_free(&line);
    return good;
}

/* Sets the URL. One that holds the credential is refused: URLs are shown in events and logs, here
 * and at the service; and a service may give such a link. */
static bool set_url(klv_request *request, const char *target, size_t length, klv_error *error) {
    if (!klv_base_resolve(&request->client->base, target, length, &request->url, error)) {
        klv_conceal(request, error->message, strlen(error->message));
        return false;
    }
    klv_buffer copy = {0};
    if (!klv_buffer_append(&copy, request->url.data, request->url.length)) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    bool shows = klv_conceal(request, copy.data, copy.length);
    klv_buffer_free(&copy);
    return !shows ||
           klv_fail(error, KLV_ERROR_ORIGIN,
                    "a URL that holds the credential is not requested: it would be shown");
}

static bool fill(klv_request *request, const klv_request_spec *spec, klv_error *error) {
    const klv_client *client = request->client;
    if (!known_method(spec->method)) {
        return klv_fail(error, KLV_ERROR_VALIDATION,
                        "method must be GET, HEAD, POST, PATCH, DELETE or PUT");
    }
    strcpy(request->method, spec->method);
    request->safe = strcmp(spec->method, "GET") == 0 || strcmp(spec->method, "HEAD") == 0;
    request->not_idempotent =
        !spec->repeat_on_guess && (spec->not_idempotent || strcmp(spec->method, "POST") == 0);
    request->raw = spec->raw;
    request->rate = spec->rate;
    if (spec->body && !klv_buffer_append(&request->body, spec->body, spec->body_length)) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    if (spec->conceal &&
        !klv_buffer_append(&request->conceal, spec->conceal, spec->conceal_length)) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    if (spec->revision && !add_revision(request, spec->revision, error)) {
        return false;
    }
    for (const char *const *line = spec->headers; line && *line; line++) {
        if (!add_line(request, *line, error)) {
            return false;
        }
    }
    if (spec->bucket &&
        !(request->bucket = klv_limits_bucket(client->limits, spec->bucket, &spec->rate))) {
        return klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
    }
    if (request->bucket && !client->permits) {
        klv_waiter_join(request->bucket, &request->waiter);
    }
    request->submitted = klv_clock_monotonic();
    request->deadline =
        klv_time_add(request->submitted, spec->timeout ? spec->timeout : client->timeout);
    if (spec->deadline && spec->deadline < request->deadline) {
        request->deadline = spec->deadline;
    }
    request->attempt_timeout =
        spec->attempt_timeout ? spec->attempt_timeout : client->attempt_timeout;
    request->max_attempts = spec->max_attempts ? spec->max_attempts : client->max_attempts;
    return set_url(request, spec->target, spec->target_length, error);
}

klv_request *klv_request_new(klv_client *client, const klv_request_spec *spec, klv_error *error) {
    klv_request *request = calloc(1, sizeof *request);
    if (!request) {
        klv_fail(error, KLV_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    request->client = client;
    request->state = KLV_QUEUED;
    klv_headers_reset(&request->header_section);
    if (!fill(request, spec, error)) {
        klv_request_free(request);
        return NULL;
    }
    return request;
}

static void drop_document(klv_request *request) {
    klv_document_free(request->document);
    request->document = NULL;
}

/* Stops the transfer and leaves the account's rate limit, whatever the state. True: the request may
 * have reached the service. */
static bool withdraw(klv_request *request, klv_time now) {
    bool may_have_arrived = klv_transfer_stop(request);
    klv_waiter_leave(&request->waiter);
    if (request->has_ticket) {
        request->has_ticket = false;
        klv_bucket_release(request->bucket, request->ticket, now, may_have_arrived);
    }
    return may_have_arrived;
}

void klv_request_detach(klv_request *request) {
    klv_list_remove(&request->link);
    request->client = NULL;
    request->bucket = NULL;
}

void klv_request_close(klv_request *request) {
    if (request->client) {
        withdraw(request, klv_clock_monotonic());
        klv_request_detach(request);
    }
    klv_buffer_zeroize(&request->body); /* it may contain a refresh token */
    klv_buffer_zeroize(&request->conceal);
    klv_auth_zeroize(&request->token);
}

void klv_request_free(klv_request *request) {
    if (!request) {
        return;
    }
    klv_request_close(request);
    drop_document(request);
    klv_buffer_free(&request->response_body);
    klv_headers_free(&request->header_section);
    klv_buffer_free(&request->url);
    curl_slist_free_all(request->extra);
    free(request);
}

/* The state machine. */

static void enter(klv_request *request, klv_state state) {
    klv_client *client = request->client;
    klv_list *lists[] = {
        [KLV_QUEUED] = &client->queued,    [KLV_TOKEN] = &client->attention,
        [KLV_PERMIT] = &client->attention, [KLV_WAITING] = &client->waiting,
        [KLV_SENDING] = &client->sending,  [KLV_DONE] = &client->attention,
    };
    klv_list_remove(&request->link);
    request->state = state;
    klv_list_append(lists[state], &request->link);
}

/* The outcome is that of all attempts: how the last one failed does not undo what one before it may
 * have done. */
static void end(klv_request *request, klv_time now) {
    request->finished = now;
    request->error.outcome = request->error.kind ? request->outcome : KLV_OUTCOME_NONE;
    klv_waiter_leave(&request->waiter);
    klv_auth_zeroize(&request->token);
    enter(request, KLV_DONE);
}

static void wait_until(klv_request *request, klv_time wake) {
    request->wake = wake;
    if (request->state != KLV_WAITING) {
        enter(request, KLV_WAITING);
    }
}

static void add_outcome(klv_request *request, klv_outcome outcome) {
    if (outcome > request->outcome) {
        request->outcome = outcome;
    }
}

/* Ends it because no further attempt can be made. The reason is how the last one failed, if one was
 * made; `why` says why there is no other. */
static void give_up(klv_request *request, klv_time now, const char *why) {
    klv_error *error = &request->error;
    const klv_error *silence = &request->client->silence;
    if (error->kind == KLV_ERROR_NONE) {
        /* what others waited for in vain is why there is no time left for this one */
        bool hangs = silence->kind != KLV_ERROR_NONE;
        klv_fail(error, KLV_ERROR_TIMEOUT, "%.180s%s%s", hangs ? silence->message : "",
                 hangs ? " (the request before); " : "", why);
        error->retryable = true;
    } else {
        size_t length = strlen(error->message);
        snprintf(error->message + length, sizeof error->message - length, "; %s", why);
    }
    end(request, now);
}

/* The rate limit allows the request at `next`. Waits for that; or ends the request, if that is
 * after its deadline and no response that is under way can bring the time forward. */
static void wait_for_rate_limit(klv_request *request, klv_time next, klv_time now) {
    bool may_come_sooner = !request->client->permits && klv_bucket_in_flight(request->bucket);
    if (next >= request->deadline && !may_come_sooner) {
        char why[144];
        snprintf(why, sizeof why,
                 "the account's rate limit for this operation allows the next %s in %.1f s, which "
                 "is after the deadline (option timeout)",
                 request->attempt ? "attempt" : "call", (double)(next - now) / (double)KLV_SECOND);
        give_up(request, now, why);
        return;
    }
    if (request->state != KLV_WAITING) {
        klv_client_emit(request->client, KLV_EVENT_WAIT, request, next - now);
    }
    wait_until(request, next < request->deadline ? next : request->deadline);
}

/* True: the rate limit allows the request now. With permits, the external limiter counts the
 * windows; what the service itself has reported still applies. */
static bool within_rate_limit(klv_request *request, klv_time now) {
    if (!request->bucket) {
        return true;
    }
    klv_time next = request->client->permits
                        ? klv_bucket_server_reported(request->bucket, now)
                        : klv_bucket_next(request->bucket, &request->waiter, now);
    if (next <= now) {
        return true;
    }
    wait_for_rate_limit(request, next, now);
    return false;
}

/* libcurl ends an attempt at its timeout, unless it has lost track of the transfer (7.88 does when
 * it cannot allocate memory for a socket). This much later the attempt is ended here. */
#define OVERDUE (100 * KLV_MILLISECOND)

static void begin_attempt(klv_request *request, klv_time now) {
    request->attempt++;
    request->started = now;
    request->status = 0;
    request->error = (klv_error){0};
    if (request->bucket) {
        request->ticket = klv_bucket_take(request->bucket, &request->waiter, now);
        request->has_ticket = true;
    }
    if (klv_transfer_start(request, now)) {
        klv_time ends = klv_time_add(now, request->attempt_timeout);
        request->wake = klv_time_add(ends < request->deadline ? ends : request->deadline, OVERDUE);
        enter(request, KLV_SENDING);
        klv_client_emit(request->client, KLV_EVENT_ATTEMPT, request, now - request->submitted);
    } else {
        klv_request_finish(request, CURLE_OUT_OF_MEMORY, now);
    }
}

void klv_request_step(klv_request *request, klv_time now) {
    klv_client *client = request->client;
    if (request->state == KLV_SENDING) {
        if (request->wake <= now) {
            klv_request_finish(request, CURLE_OPERATION_TIMEDOUT, now);
        }
        return;
    }
    bool asks = request->state == KLV_TOKEN || request->state == KLV_PERMIT;
    /* one in the bucket's queue asks at every step: a response may have made room meanwhile */
    bool queues = request->state == KLV_WAITING && request->waiter.bucket;
    bool early = request->state == KLV_WAITING && !queues && request->wake > now;
    if (request->deadline <= now) {
        give_up(request, now,
                asks     ? "the deadline passed while waiting for an access token or a permit"
                : early  ? "the deadline passed while waiting for the next attempt"
                : queues ? "the deadline passed while waiting for the account's rate limit"
                         : "the deadline passed before the request could be sent");
    } else if (asks || early) {
        return;
    } else if (client->sending.count >= client->concurrency) {
        if (request->state == KLV_WAITING && request->wake <= now) {
            enter(request, KLV_QUEUED);
        }
    } else if (client->asks_token && !request->has_token) {
        enter(request, KLV_TOKEN);
    } else if (client->permits && !(request->has_permit && now < request->permit_ends)) {
        enter(request, KLV_PERMIT);
    } else if (within_rate_limit(request, now)) {
        begin_attempt(request, now);
    }
}

void klv_request_token(klv_request *request, const char *token, size_t length) {
    if (request->state != KLV_TOKEN || !request->client) {
        return;
    }
    if (klv_auth_set(&request->token, KLV_AUTH_BEARER, token, length, &request->error)) {
        request->has_token = true;
        /* the client keeps the last one too: a later response must not show it */
        klv_error ignored;
        klv_auth_set(&request->client->auth, KLV_AUTH_BEARER, token, length, &ignored);
        enter(request, KLV_QUEUED);
    } else {
        end(request, klv_clock_monotonic());
    }
}

void klv_request_no_token(klv_request *request, const char *why) {
    if (request->state == KLV_TOKEN && request->client) {
        klv_fail(&request->error, KLV_ERROR_AUTH, "no access token: %.200s", why);
        end(request, klv_clock_monotonic());
    }
}

void klv_request_permit(klv_request *request, klv_time delay, klv_time ends) {
    if (request->state != KLV_PERMIT || !request->client) {
        return;
    }
    klv_time now = klv_clock_monotonic();
    request->has_permit = delay <= 0;
    request->permit_ends = ends;
    if (delay <= 0) {
        enter(request, KLV_QUEUED);
    } else {
        wait_for_rate_limit(request, klv_time_add(now, delay), now);
    }
}

void klv_request_cancel(klv_request *request, const char *why) {
    if (request->state == KLV_DONE || !request->client) {
        return;
    }
    klv_time now = klv_clock_monotonic();
    bool success = klv_transfer_succeeds(request);
    if (withdraw(request, now) && !request->safe) {
        add_outcome(request, success ? KLV_OUTCOME_HAPPENED : KLV_OUTCOME_UNKNOWN);
    }
    drop_document(request);
    klv_fail(&request->error, KLV_ERROR_CANCELLED, "cancelled: %.200s", why);
    end(request, now);
}

/* Returns the ticket, and passes on what the response reported about the rate limit. */
static void update_rate_limit(klv_request *request, klv_time now) {
    if (!request->has_ticket) {
        return;
    }
    request->has_ticket = false;
    klv_bucket_release(request->bucket, request->ticket, now, request->may_have_arrived);
    if (request->status) {
        const klv_headers *headers = &request->header_section;
        klv_time retry_after = headers->retry_after >= 0 ? headers->retry_after : KLV_SECOND;
        klv_bucket_observe(request->bucket, headers->ratelimit_limit, headers->ratelimit_remaining,
                           headers->ratelimit_reset, request->status == 429 ? retry_after : -1,
                           now);
    }
}

static klv_decision decide(klv_request *request, klv_time now) {
    klv_attempt attempt = {
        .idempotent = !request->not_idempotent,
        .safe = request->safe,
        .may_have_arrived = request->may_have_arrived,
        .error_document = request->error_document,
        .success = request->status >= 200 && request->status < 300,
        .kind = request->error.kind,
        .status = request->error.status,
        .proxy_status = request->proxy_status,
        .attempt = request->attempt,
        .max_attempts = request->max_attempts,
        .retry_after = request->header_section.retry_after,
        .now = now,
        .deadline = request->deadline,
        .random = klv_random_next(&request->client->random),
    };
    return klv_retry_decide(&attempt);
}

void klv_request_finish(klv_request *request, CURLcode code, klv_time now) {
    klv_client *client = request->client;
    if (klv_transfer_restart(request, now)) {
        return;
    }
    klv_result_read(request, code);
    klv_transfer_end(request);
    if (request->header_section.date[0]) {
        memcpy(client->date, request->header_section.date, sizeof client->date);
        client->dated = now;
    }
    update_rate_limit(request, now);
    request->has_permit = false;
    client->silence = request->error;
    if (request->status)
        client->silence = (klv_error){0};
    klv_decision decision = decide(request, now);
    add_outcome(request, decision.outcome);
    klv_client_emit(client, KLV_EVENT_RESPONSE, request, now - request->started);
    if (request->error.kind == KLV_ERROR_NONE) {
        end(request, now);
        return;
    }
    request->error.retryable = decision.retryable;
    bool harmless = !request->not_idempotent || decision.outcome == KLV_OUTCOME_NONE;
    if (request->status == 401 && client->asks_token && !request->refreshed && harmless &&
        request->attempt < request->max_attempts) {
        /* the token may have expired in transit */
        request->refreshed = true;
        request->has_token = false;
        drop_document(request);
        enter(request, KLV_TOKEN);
        return;
    }
    if (decision.retry) {
        drop_document(request);
        klv_client_emit(client, KLV_EVENT_RETRY, request, decision.delay);
        wait_until(request, now + decision.delay);
    } else {
        end(request, now);
    }
}
