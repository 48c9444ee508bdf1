/* SPDX-License-Identifier: MIT */
/* Lua in a child process: a new state, so that nothing of the parent's, such as a client and its
 * connections, is reachable, collected or finalised there. */
#include "lua_child.h"

#include "child.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define METATABLE "klaviyo.child"

/* What the child needs to know; borrowed from the parent's stack, which fork copies. */
typedef struct job {
    const char *module, *path, *cpath;
    const char *input, *trusted;
    size_t input_size, trusted_size;
    int steps;
    size_t limit, used; /* bytes of Lua's memory */
    klv_child_report *report;
    int pipe;
} job;

/* In the child ------------------------------------------------------------------------------- */

/* Of the child process, which evaluates one file and ends. */
static job *current;

static void *allocate(void *data, void *block, size_t before, size_t after) {
    job *work = data;
    size_t old = block ? before : 0;
    if (after == 0) {
        free(block);
        work->used -= old;
        return NULL;
    } else if (after > old && work->used + (after - old) > work->limit) {
        return NULL;
    }
    void *made = realloc(block, after);
    if (made) {
        work->used = work->used - old + after;
    }
    return made;
}

/* Records the line of the file that runs. Of modules that the file calls, such as the builder, the
 * line of the caller stays. */
static void record(lua_State *L, lua_Debug *at, job *work) {
    if (!lua_getinfo(L, "Sl", at) || strncmp(at->source, work->trusted, work->trusted_size) == 0) {
        return;
    }
    klv_child_report *report = work->report;
    if (strncmp(report->source, at->source, sizeof report->source - 1) != 0) {
        report->line = 0; /* never a line of another file, wherever the child is killed */
        strncpy(report->source, at->source, sizeof report->source - 1);
    }
    report->line = at->currentline;
}

static void hook(lua_State *L, lua_Debug *at) {
    record(L, at, current);
    if (at->event == LUA_HOOKCOUNT) {
        klv_child_end(current->report, current->pipe, KLV_CHILD_STEPS, NULL, 0);
    }
}

/* watch([boolean]) -> source, line: from now on lines are recorded and instructions are counted; or
 * no longer. Returns the last recorded line. */
static int watch(lua_State *L) {
    if (!lua_isnoneornil(L, 1)) {
        bool on = lua_toboolean(L, 1);
        lua_sethook(L, on ? hook : NULL, on ? LUA_MASKLINE | LUA_MASKCOUNT : 0, current->steps);
    }
    lua_pushstring(L, current->report->source);
    lua_pushinteger(L, current->report->line);
    return 2;
}

static int panic(lua_State *L) {
    (void)L;
    klv_child_end(current->report, current->pipe, KLV_CHILD_MEMORY, NULL, 0);
}

static void set_path(lua_State *L, const char *name, const char *value) {
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

/* Calls `answer(input, watch)` of the module; leaves its result. */
static int run(lua_State *L) {
    const job *work = current;
    luaL_openlibs(L);
    lua_getglobal(L, "package");
    set_path(L, "path", work->path);
    set_path(L, "cpath", work->cpath);
    lua_pop(L, 1);
    lua_getglobal(L, "require");
    lua_pushstring(L, work->module);
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "answer");
    lua_pushlstring(L, work->input, work->input_size);
    lua_pushcfunction(L, watch);
    lua_call(L, 2, 1);
    luaL_checkstring(L, -1);
    return 1;
}

/* LuaJIT without GC64 takes no allocator: there the limit of the process alone holds. */
static lua_State *new_state(job *work) {
    lua_State *L = lua_newstate(allocate, work);
    return L ? L : luaL_newstate();
}

static void work_in_child(void *data, klv_child_report *report, int pipe) {
    job *work = current = data;
    work->report = report;
    work->pipe = pipe;
    lua_State *L = new_state(work);
    if (!L) {
        klv_child_end(report, pipe, KLV_CHILD_MEMORY, NULL, 0);
    }
    lua_atpanic(L, panic);
    lua_pushcfunction(L, run);
    int status = lua_pcall(L, 0, 1, 0);
    size_t size = 0;
    const char *text = lua_tolstring(L, -1, &size);
    if (status == LUA_ERRMEM || (status && text && strstr(text, "not enough memory"))) {
        klv_child_end(report, pipe, KLV_CHILD_MEMORY, NULL, 0);
    }
    klv_child_end(report, pipe, status ? KLV_CHILD_ERROR : KLV_CHILD_DONE, text ? text : "",
                  text ? size : 0);
}

/* In the parent ------------------------------------------------------------------------------ */

static klv_child *check_child(lua_State *L) {
    return luaL_checkudata(L, 1, METATABLE);
}

/* child:wait(seconds) -> boolean: whether it has ended */
static int child_wait(lua_State *L) {
    lua_Number seconds = luaL_checknumber(L, 2);
    klv_child *child = check_child(L);
    luaL_argcheck(L, seconds >= 0 && seconds <= 3600, 2, "is a number from 0 to 3600");
    luaL_argcheck(L, child->report, 1, "is closed");
    lua_pushboolean(L, klv_child_wait(child, (int)(seconds * 1000)));
    return 1;
}

/* child:result() -> output | nil, reason, source | nil, line, message */
static int child_result(lua_State *L) {
    static const char *const names[KLV_CHILD_REASONS] = {
        NULL, "done", "steps", "time", "memory", "output", "error", "stuck", "signal"};
    klv_child *child = check_child(L);
    luaL_argcheck(L, child->report && !child->pid, 1, "has not ended, or is closed");
    klv_child_reason reason = klv_child_reason_of(child);
    const klv_child_report *report = child->report;
    const char *output = child->output ? child->output : "";
    lua_pushlstring(L, output, reason == KLV_CHILD_DONE ? child->size : 0);
    if (reason != KLV_CHILD_DONE) {
        lua_pushnil(L);
        lua_replace(L, -2);
    }
    lua_pushstring(L, names[reason]);
    lua_pushstring(L, report->line > 0 ? report->source : NULL);
    lua_pushinteger(L, report->line);
    if (reason == KLV_CHILD_ERROR) {
        lua_pushlstring(L, output, child->size);
    } else {
        lua_pushfstring(L, "signal %d", child->signal);
    }
    return 5;
}

static int child_close(lua_State *L) {
    klv_child_close(check_child(L));
    return 0;
}

static void push_metatable(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"close", child_close}, {"result", child_result}, {"wait", child_wait}, {NULL, NULL}};
    if (!luaL_newmetatable(L, METATABLE)) {
        return;
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, METATABLE);
    lua_setfield(L, -2, "__name");
    lua_pushcfunction(L, child_close);
    lua_setfield(L, -2, "__gc");
    for (const luaL_Reg *method = methods; method->name; method++) {
        lua_pushcfunction(L, method->func);
        lua_setfield(L, -2, method->name);
    }
}

/* A string of the option table; it stays on the stack. */
static const char *text_option(lua_State *L, const char *name, size_t *size) {
    lua_getfield(L, 1, name);
    if (lua_type(L, -1) != LUA_TSTRING) {
        luaL_error(L, "evaluate: %s is a string", name);
    }
    return lua_tolstring(L, -1, size);
}

static lua_Number number_option(lua_State *L, const char *name, lua_Number largest) {
    lua_getfield(L, 1, name);
    lua_Number value = lua_tonumber(L, -1);
    if (!(value >= 1 && value <= largest)) {
        luaL_error(L, "evaluate: %s is a number from 1 to %f", name, largest);
    }
    lua_pop(L, 1);
    return value;
}

int klv_lua_child_evaluate(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    job work = {0};
    work.module = text_option(L, "module", NULL);
    work.path = text_option(L, "path", NULL);
    work.cpath = text_option(L, "cpath", NULL);
    work.trusted = text_option(L, "trusted", &work.trusted_size);
    work.input = text_option(L, "input", &work.input_size);
    work.steps = (int)number_option(L, "steps", 2e9);
    klv_child_limits limits = {.seconds = (unsigned)number_option(L, "seconds", 3600),
                               .memory = (size_t)number_option(L, "memory", 4e9),
                               .output = (size_t)number_option(L, "output", 1e9),
                               .patience = number_option(L, "patience", 3600)};
    work.limit = limits.memory;
    klv_child *child = lua_newuserdata(L, sizeof *child);
    memset(child, 0, sizeof *child);
    child->pipe = -1;
    push_metatable(L);
    lua_setmetatable(L, -2);
    if (!klv_child_start(child, &limits, work_in_child, &work)) {
        int reason = errno;
        klv_child_close(child);
        lua_pushnil(L);
        lua_pushstring(L, strerror(reason));
        return 2;
    }
    return 1;
}
