/* SPDX-License-Identifier: MIT */
#include "serve/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "serve/listen.h"

static bool make_certificate(sbx_sandbox *sandbox, char **problem) {
    const sbx_settings *settings = &sandbox->instance->settings;
    if (!settings->tls)
        return true;
    const char *wrong =
        sbx_certificate_make(settings->host, time(NULL), NULL, &sandbox->certificate);
    *problem = wrong ? strdup(wrong) : NULL;
    return !wrong;
}

/* The origin is set before the first request is served: every response has links. */
static bool serve(sbx_sandbox *sandbox, char **problem) {
    sbx_instance *instance = sandbox->instance;
    const char *host = instance->settings.host;
    bool v6 = strchr(host, ':') != NULL;
    int fd = sbx_listen(host, instance->settings.port, &sandbox->port, problem);
    if (fd < 0)
        return false;
    if (asprintf(&instance->origin, "%s://%s%s%s:%d", instance->settings.tls ? "https" : "http",
                 v6 ? "[" : "", host, v6 ? "]" : "", sandbox->port) < 0) {
        instance->origin = NULL;
        close(fd);
        return false;
    }
    sandbox->server = sbx_server_start(instance, &sandbox->certificate, fd, problem);
    return sandbox->server != NULL;
}

static bool start(sbx_sandbox *sandbox, const char **kind, char **problem) {
    *kind = "storage";
    if (!sbx_instance_open(sandbox->instance, problem))
        return false;
    *kind = "tls";
    if (!make_certificate(sandbox, problem))
        return false;
    *kind = "listen";
    return serve(sandbox, problem);
}

sbx_sandbox *sbx_sandbox_start(sbx_settings *settings, const char **kind, char **problem) {
    *problem = NULL;
    *kind = "memory";
    sbx_instance *instance = sbx_instance_new(settings);
    sbx_sandbox *sandbox = instance ? calloc(1, sizeof *sandbox) : NULL;
    if (!sandbox) {
        sbx_instance_free(instance);
        return NULL;
    }
    sandbox->instance = instance;
    if (start(sandbox, kind, problem))
        return sandbox;
    sbx_sandbox_stop(sandbox);
    return NULL;
}

void sbx_sandbox_stop(sbx_sandbox *sandbox) {
    if (!sandbox)
        return;
    sbx_server_stop(sandbox->server);
    sbx_certificate_free(&sandbox->certificate);
    sbx_instance_free(sandbox->instance);
    free(sandbox);
}
