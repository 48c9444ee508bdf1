/* SPDX-License-Identifier: MIT */
/*
 * An allocator that fails on command: preloaded (LD_PRELOAD), and also a Lua module that controls
 * it. The return address of an allocation tells which library made it, so that the engine, Lua and
 * libcurl run out of memory one at a time. Linux with glibc. See spec/torture/memory.lua.
 */
#include "library.h"

#include <errno.h>
#include <malloc.h>
#include <lauxlib.h>
#include <lua.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT    __attribute__((visibility("default")))
#define LIBRARIES 4
#define LIVE_MOST 65536

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

EXPORT int luaopen_starve(lua_State *L);

/* One process, one thread: counting begins in the child of a fork, see starve_run. */
static library libraries[LIBRARIES];
static bool counts_live[LIBRARIES]; /* Lua frees its own blocks; those of the others are counted */
static size_t library_count;
static bool watching;
static size_t victim;               /* index of the library that runs out of memory */
static long long seen, first, last; /* its allocations so far; those that fail */
static struct {
    void *block;
    size_t owner;
} live[LIVE_MOST];
static size_t live_count;
static char secret[64];
static long long spilled[LIBRARIES]; /* blocks that were freed with the secret still in them */

static size_t owner_of(const void *address) {
    size_t i = 0;
    while (i < library_count && !library_holds(&libraries[i], address)) {
        i++;
    }
    return i;
}

/* Whether this allocation is to fail. */
static bool fails(size_t owner) {
    if (!watching || owner != victim || owner == library_count) {
        return false;
    }
    seen++;
    if (seen < first || seen > last) {
        return false;
    }
    errno = ENOMEM;
    return true;
}

/* Records a block. Zeroes what an earlier owner left in it, from `used` on. */
static void *keep(void *block, size_t owner, size_t used) {
    if (watching && block && owner < library_count && counts_live[owner] &&
        live_count < LIVE_MOST) {
        size_t size = malloc_usable_size(block);
        if (used < size) {
            memset((char *)block + used, 0, size - used);
        }
        live[live_count].block = block;
        live[live_count++].owner = owner;
    }
    return block;
}

static bool holds_secret(const void *block, size_t size) {
    return secret[0] && memmem(block, size, secret, strlen(secret)) != NULL;
}

/* Records that a block is freed; `spills`: with the secret in it. */
static void drop(void *block, bool spills) {
    for (size_t i = live_count; watching && block && i-- > 0;) {
        if (live[i].block == block) {
            spilled[live[i].owner] += spills;
            live[i] = live[--live_count];
            return;
        }
    }
}

static void *copy_of(const char *text, size_t length, size_t owner) {
    char *copy = fails(owner) ? NULL : keep(__libc_malloc(length + 1), owner, 0);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

#define OWNER owner_of(__builtin_return_address(0))

EXPORT void *malloc(size_t size) {
    size_t owner = OWNER;
    return fails(owner) ? NULL : keep(__libc_malloc(size), owner, 0);
}

EXPORT void *calloc(size_t count, size_t size) {
    size_t owner = OWNER;
    return fails(owner) ? NULL : keep(__libc_calloc(count, size), owner, 0);
}

EXPORT void *realloc(void *block, size_t size) {
    size_t owner = OWNER;
    if (size && fails(owner)) {
        return NULL;
    }
    size_t used = block ? malloc_usable_size(block) : 0;
    bool secretive = watching && block && holds_secret(block, used);
    void *moved = __libc_realloc(block, size);
    if (moved || !size) {
        drop(block, secretive && moved != block);
    }
    return keep(moved, owner, used);
}

EXPORT void free(void *block) {
    drop(block, watching && block && holds_secret(block, malloc_usable_size(block)));
    __libc_free(block);
}

EXPORT char *strdup(const char *text) {
    return copy_of(text, strlen(text), OWNER);
}

EXPORT char *strndup(const char *text, size_t most) {
    return copy_of(text, strnlen(text, most), OWNER);
}

/* The Lua module. */

/* library(name, counts_live): `name` is part of its path, "" the program itself. Returns its
 * number. */
static int starve_library(lua_State *L) {
    library fresh = {0};
    strncpy(fresh.name, luaL_checkstring(L, 1), sizeof fresh.name - 1);
    if (!library_find(&fresh) || library_count == LIBRARIES) {
        return luaL_error(L, "no library %s is loaded", fresh.name);
    }
    counts_live[library_count] = lua_toboolean(L, 2);
    libraries[library_count++] = fresh;
    lua_pushinteger(L, (lua_Integer)library_count);
    return 1;
}

/* begin(library, n, times): its n-th allocation from now on fails, and the `times` - 1 after it. */
static int starve_begin(lua_State *L) {
    victim = (size_t)luaL_checkinteger(L, 1) - 1;
    first = luaL_checkinteger(L, 2);
    last = first + luaL_checkinteger(L, 3) - 1;
    seen = 0;
    watching = true;
    return 0;
}

/* relent(): nothing fails any more; counting goes on. Returns the number of allocations so far. */
static int starve_relent(lua_State *L) {
    first = last = 0;
    lua_pushinteger(L, seen);
    return 1;
}

/* live(library): the number of its blocks that were allocated since `begin` and not freed. */
static int starve_live(lua_State *L) {
    size_t owner = (size_t)luaL_checkinteger(L, 1) - 1, count = 0;
    for (size_t i = 0; i < live_count; i++) {
        count += live[i].owner == owner;
    }
    lua_pushinteger(L, (lua_Integer)count);
    return 1;
}

/* secret(text): what no block may contain when it is freed. */
static int starve_secret(lua_State *L) {
    strncpy(secret, luaL_checkstring(L, 1), sizeof secret - 1);
    return 0;
}

/* spilled(library): the number of its blocks that were freed with the secret in them. */
static int starve_spilled(lua_State *L) {
    lua_pushinteger(L, spilled[luaL_checkinteger(L, 1) - 1]);
    return 1;
}

/* run(fn, seconds): calls fn in a child process, which exits with the number that fn returns; a
 * signal kills it when the time is over. Returns that number, or minus the number of the signal
 * that ended it. */
static int starve_run(lua_State *L) {
    unsigned seconds = (unsigned)luaL_checkinteger(L, 2);
    pid_t child = fork();
    if (child < 0) {
        return luaL_error(L, "fork: %s", strerror(errno));
    } else if (child == 0) {
        alarm(seconds);
        lua_settop(L, 1);
        _exit(lua_pcall(L, 0, 1, 0) == 0 ? (int)lua_tointeger(L, -1) : 99);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    lua_pushinteger(L, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
    return 1;
}

int luaopen_starve(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"begin", starve_begin},     {"library", starve_library},
        {"live", starve_live},       {"relent", starve_relent},
        {"run", starve_run},         {"secret", starve_secret},
        {"spilled", starve_spilled}, {NULL, NULL},
    };
    lua_newtable(L);
    for (const luaL_Reg *f = functions; f->name; f++) {
        lua_pushcfunction(L, f->func);
        lua_setfield(L, -2, f->name);
    }
    return 1;
}
