/* SPDX-License-Identifier: MIT */
/*
 * Lua states in threads of their own, each with a client and a sandbox: they share nothing. And
 * each sandbox with its own threads, in spec/torture/storm.lua. To be run under TSan with both
 * modules built for it (`make units`).
 */
#include "check.h"

#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdbool.h>

#define STATES   2
#define SESSIONS "10"

static const char program[] =
    "local session = require 'spec.torture.session' "
    "local box = assert(require('klaviyo.sandbox').start { port = 0 }) "
    "for i = 1, " SESSIONS " do assert(session.run(box.url, 'Session ' .. i)) end "
    "require('spec.torture.storm')(box) "
    "box:stop()";

static void *run(void *message) {
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    bool failed = luaL_dostring(L, program);
    snprintf(message, 256, "%s", failed ? lua_tostring(L, -1) : "");
    lua_close(L);
    return NULL;
}

int main(void) {
    pthread_t threads[STATES];
    char messages[STATES][256];
    for (int i = 0; i < STATES; i++) {
        pthread_create(&threads[i], NULL, run, messages[i]);
    }
    for (int i = 0; i < STATES; i++) {
        pthread_join(threads[i], NULL);
        CHECK_TEXT(messages[i], "");
    }
    printf("%d passed, %d failed\n", check_counts.passed, check_counts.failed);
    return check_counts.failed != 0;
}
