/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <stdio.h>
#include <string.h>

bool klv_fail(klv_error *error, klv_error_kind kind, const char *format, ...) {
    memset(error, 0, sizeof *error);
    error->kind = kind;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return false;
}

const char *klv_error_kind_name(klv_error_kind kind) {
    static const char *const names[] = {
        [KLV_ERROR_NONE] = "none",
        [KLV_ERROR_MEMORY] = "memory",
        [KLV_ERROR_RESOLVE] = "resolve",
        [KLV_ERROR_CONNECT] = "connect",
        [KLV_ERROR_TLS] = "tls",
        [KLV_ERROR_PROXY] = "proxy",
        [KLV_ERROR_TIMEOUT] = "timeout",
        [KLV_ERROR_STALLED] = "stalled",
        [KLV_ERROR_DISCONNECTED] = "disconnected",
        [KLV_ERROR_PROTOCOL] = "protocol",
        [KLV_ERROR_CONTENT_TYPE] = "content_type",
        [KLV_ERROR_JSON] = "json",
        [KLV_ERROR_TOO_LARGE] = "too_large",
        [KLV_ERROR_REDIRECT] = "redirect",
        [KLV_ERROR_ORIGIN] = "origin",
        [KLV_ERROR_LOOP] = "loop",
        [KLV_ERROR_SYSTEM] = "system",
        [KLV_ERROR_VALIDATION] = "validation",
        [KLV_ERROR_CANCELLED] = "cancelled",
        [KLV_ERROR_BUSY] = "busy",
        [KLV_ERROR_AUTH] = "auth",
        [KLV_ERROR_BAD_REQUEST] = "bad_request",
        [KLV_ERROR_UNAUTHORIZED] = "unauthorized",
        [KLV_ERROR_FORBIDDEN] = "forbidden",
        [KLV_ERROR_NOT_FOUND] = "not_found",
        [KLV_ERROR_CONFLICT] = "conflict",
        [KLV_ERROR_RATE_LIMITED] = "rate_limited",
        [KLV_ERROR_HTTP] = "http",
        [KLV_ERROR_SERVER] = "server",
    };
    return names[kind];
}

const char *klv_outcome_name(klv_outcome outcome) {
    static const char *const names[] = {
        [KLV_OUTCOME_NONE] = "none",
        [KLV_OUTCOME_UNKNOWN] = "unknown",
        [KLV_OUTCOME_HAPPENED] = "happened",
    };
    return names[outcome];
}

klv_error_kind klv_error_of_status(int status) {
    switch (status) {
    case 400:
        return KLV_ERROR_BAD_REQUEST;
    case 401:
        return KLV_ERROR_UNAUTHORIZED;
    case 403:
        return KLV_ERROR_FORBIDDEN;
    case 404:
        return KLV_ERROR_NOT_FOUND;
    case 409:
        return KLV_ERROR_CONFLICT;
    case 429:
        return KLV_ERROR_RATE_LIMITED;
    default:
        return status >= 500 ? KLV_ERROR_SERVER : KLV_ERROR_HTTP;
    }
}
