/* SPDX-License-Identifier: MIT */
#include "tls.h"
#include "resolve.h"

#include <hiredis/hiredis.h>

#include <dlfcn.h>
#include <stdio.h>

/*
 * hiredis has its TLS in a library of its own. It is loaded when a rediss:// address is given, so
 * that the module builds and runs where there is none; and OpenSSL's functions are taken from what
 * that library has loaded, so that there is one OpenSSL. hiredis itself compares no host name:
 * OpenSSL does.
 */
#define TEXT_OF(x) #x
#define TEXT(x)    TEXT_OF(x)
#define HIREDIS    "libhiredis.so." TEXT(HIREDIS_SONAME)
#define LIBRARY    "libhiredis_ssl.so." TEXT(HIREDIS_SONAME)

enum { VERIFY_PEER = 1, SET_HOST_NAME = 55 }; /* SSL_VERIFY_PEER, SSL_CTRL_SET_TLSEXT_HOSTNAME */

typedef struct {
    int (*initiate)(struct redisContext *, void *);
    const void *(*client_method)(void);
    void *(*context_new)(const void *);
    void (*context_free)(void *);
    int (*default_paths)(void *);
    int (*load_locations)(void *, const char *, const char *);
    void *(*session_new)(void *);
    void (*session_free)(void *);
    void (*set_verify)(void *, int, void *);
    int (*set_host)(void *, const char *);
    long (*control)(void *, int, long, void *);
    void *(*parameters)(void *);
    int (*set_address)(void *, const char *);
    void (*clear_errors)(void);
    unsigned long (*last_error)(void);
    const char *(*error_text)(unsigned long);
    long (*verify_result)(const void *);
    const char *(*verify_text)(long);
} functions;

/* The library of TLS names none that it needs: hiredis itself, which was loaded for this module
 * alone, has to be visible to it. */
static void *open_library(void) {
    void *hiredis = dlopen(HIREDIS, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
    if (!hiredis) {
        return NULL;
    }
    dlclose(hiredis); /* it stays visible, and this module keeps it loaded */
    return dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
}

static bool load(functions *out) {
    static const char *const names[] = {"redisInitiateSSL",
                                        "TLS_client_method",
                                        "SSL_CTX_new",
                                        "SSL_CTX_free",
                                        "SSL_CTX_set_default_verify_paths",
                                        "SSL_CTX_load_verify_locations",
                                        "SSL_new",
                                        "SSL_free",
                                        "SSL_set_verify",
                                        "SSL_set1_host",
                                        "SSL_ctrl",
                                        "SSL_get0_param",
                                        "X509_VERIFY_PARAM_set1_ip_asc",
                                        "ERR_clear_error",
                                        "ERR_peek_last_error",
                                        "ERR_reason_error_string",
                                        "SSL_get_verify_result",
                                        "X509_verify_cert_error_string"};
    void *library = HIREDIS_MAJOR >= 1 ? open_library() : NULL;
    void **slots = (void **)out; /* POSIX: a pointer of dlsym's may be a function's */
    for (size_t i = 0; library && i < sizeof names / sizeof *names; i++) {
        slots[i] = dlsym(library, names[i]);
        if (!slots[i]) {
            return false;
        }
    }
    return library != NULL; /* it stays loaded: OpenSSL cannot be unloaded */
}

bool klv_tls_available(void) {
    functions f;
    return load(&f);
}

static void *new_session(const functions *f, const char *host, const char *ca_file) {
    void *context = f->context_new(f->client_method());
    if (!context) {
        return NULL;
    }
    bool trusts =
        (ca_file ? f->load_locations(context, ca_file, NULL) : f->default_paths(context)) == 1;
    void *session = trusts ? f->session_new(context) : NULL;
    f->context_free(context); /* the session has a reference of its own */
    if (!session) {
        return NULL;
    }
    f->set_verify(session, VERIFY_PEER, NULL);
    bool named = klv_resolve_is_numeric(host)
                     ? f->set_address(f->parameters(session), host) == 1
                     : f->set_host(session, host) == 1 &&
                           f->control(session, SET_HOST_NAME, 0, (void *)(size_t)host) == 1;
    if (!named) {
        f->session_free(session);
        return NULL;
    }
    return session;
}

void klv_tls_prepare(const klv_tls *tls) {
    if (tls->session) {
        tls->clear_errors();
    }
}

bool klv_tls_why(const klv_tls *tls, char *why, size_t size) {
    long verified = tls->session ? tls->verify_result(tls->session) : 0;
    unsigned long error = tls->session ? tls->last_error() : 0;
    const char *text = error ? tls->error_text(error) : NULL;
    if (verified) {
        snprintf(why, size, "its certificate is refused (%.80s)", tls->verify_text(verified));
    } else if (text) {
        snprintf(why, size, "TLS failed (%.80s)", text);
    }
    return verified || text;
}

bool klv_tls_begin(klv_tls *tls, struct redisContext *context, const char *host,
                   const char *ca_file, char *why, size_t size) {
    functions f;
    if (!load(&f)) {
        snprintf(why, size, "this hiredis has no TLS");
        return false;
    }
    void *session = new_session(&f, host, ca_file);
    if (!session) {
        snprintf(why, size, ca_file ? "the file of certificates cannot be read" : "out of memory");
        return false;
    }
    *tls = (klv_tls){.session = session,
                     .clear_errors = f.clear_errors,
                     .last_error = f.last_error,
                     .error_text = f.error_text,
                     .verify_result = f.verify_result,
                     .verify_text = f.verify_text};
    if (f.initiate(context, session) == REDIS_OK) {
        return true;
    }
    if (!klv_tls_why(tls, why, size)) {
        snprintf(why, size, "%.100s", context->errstr);
    }
    *tls = (klv_tls){.session = NULL};
    f.session_free(session); /* hiredis has not taken it */
    return false;
}
