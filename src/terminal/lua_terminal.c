/* SPDX-License-Identifier: MIT */
/* The Lua module klaviyo.terminal, which only the klaviyo command loads; documented in
 * lua/klaviyo/meta/terminal.lua. */
#include "child.h"
#include "file.h"
#include "lua_child.h"
#include "terminal.h"

#include <errno.h>
#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <lualib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 8 };

/* isatty(fd) -> boolean */
static int terminal_isatty(lua_State *L) {
    lua_pushboolean(L, klv_terminal_is((int)luaL_checkinteger(L, 1)));
    return 1;
}

/* size(fd) -> columns, rows | nil */
static int terminal_size(lua_State *L) {
    int columns, rows;
    if (!klv_terminal_size((int)luaL_checkinteger(L, 1), &columns, &rows)) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, columns);
    lua_pushinteger(L, rows);
    return 2;
}

/* catch_signals() -> boolean */
static int terminal_catch_signals(lua_State *L) {
    lua_pushboolean(L, klv_terminal_catch_signals());
    return 1;
}

/* signal() -> number and name of the recorded signal | nil */
static int terminal_signal(lua_State *L) {
    int number = klv_terminal_take_signal();
    if (!number) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, number);
    lua_pushstring(L, number == SIGINT ? "SIGINT" : number == SIGTERM ? "SIGTERM" : "SIGHUP");
    return 2;
}

/* cursor_hidden(boolean) */
static int terminal_cursor_hidden(lua_State *L) {
    luaL_checktype(L, 1, LUA_TBOOLEAN);
    klv_terminal_cursor_hidden(lua_toboolean(L, 1));
    return 0;
}

/* open_streams() */
static int terminal_open_streams(lua_State *L) {
    (void)L;
    klv_terminal_open_streams();
    return 0;
}

/* readable(file, seconds) -> boolean */
static int terminal_readable(lua_State *L) {
    /* the file handle of every supported Lua begins with a FILE * */
    FILE **file = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    lua_Number seconds = luaL_checknumber(L, 2);
    luaL_argcheck(L, *file, 1, "is closed");
    luaL_argcheck(L, seconds >= 0 && seconds <= 3600, 2, "is a number from 0 to 3600");
    lua_pushboolean(L, klv_terminal_readable(fileno(*file), (int)(seconds * 1000)));
    return 1;
}

/* claim(path) -> true | false: another process holds the lock | nil, message */
static int terminal_claim(lua_State *L) {
    bool claimed = klv_terminal_claim(luaL_checkstring(L, 1)) >= 0;
    if (!claimed && errno != EWOULDBLOCK) {
        lua_pushnil(L);
        lua_pushstring(L, strerror(errno));
        return 2;
    }
    lua_pushboolean(L, claimed);
    return 1;
}

/* Returns nil and errno as a message. */
static int push_errno(lua_State *L, const char *path) {
    int reason = errno;
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, strerror(reason));
    return 2;
}

/* write_file(path, content, is_private) -> true | nil, message */
static int terminal_write_file(lua_State *L) {
    size_t size;
    const char *path = luaL_checkstring(L, 1);
    const char *content = luaL_checklstring(L, 2, &size);
    if (!klv_file_write(path, content, size, lua_toboolean(L, 3))) {
        if (errno == ENOENT && klv_file_is_link(path)) {
            lua_pushnil(L);
            lua_pushfstring(L, "%s: is a link to a file that does not exist", path);
            return 2;
        }
        return push_errno(L, path);
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* create_file(directory, suffix, content) -> path | nil, message */
static int terminal_create_file(lua_State *L) {
    size_t size;
    const char *directory = luaL_checkstring(L, 1);
    const char *suffix = luaL_checkstring(L, 2);
    const char *content = luaL_checklstring(L, 3, &size);
    char path[PATH_MAX];
    if (!klv_file_create(directory, suffix, content, size, path, sizeof path)) {
        return push_errno(L, directory);
    }
    lua_pushstring(L, path);
    return 1;
}

/* file_access(path) -> { mode, other_owner, shared_group, open_directory } | nil, message */
static int terminal_file_access(lua_State *L) {
    klv_file_access access;
    const char *path = luaL_checkstring(L, 1);
    if (!klv_file_access_of(path, &access)) {
        return push_errno(L, path);
    }
    lua_newtable(L);
    lua_pushinteger(L, (lua_Integer)access.mode);
    lua_setfield(L, -2, "mode");
    lua_pushboolean(L, access.other_owner);
    lua_setfield(L, -2, "other_owner");
    lua_pushboolean(L, access.shared_group);
    lua_setfield(L, -2, "shared_group");
    lua_pushboolean(L, access.open_directory);
    lua_setfield(L, -2, "open_directory");
    char identity[48];
    snprintf(identity, sizeof identity, "%llx:%llx", access.device, access.inode);
    lua_pushstring(L, identity);
    lua_setfield(L, -2, "identity");
    return 1;
}

/* file_type(path) -> "file" | "directory" | "other" | nil, message */
static int terminal_file_type(lua_State *L) {
    static const char *const names[] = {NULL, "file", "directory", "other"};
    const char *path = luaL_checkstring(L, 1);
    klv_file_type type = klv_file_type_of(path);
    if (type == KLV_FILE_MISSING) {
        return push_errno(L, path);
    }
    lua_pushstring(L, names[type]);
    return 1;
}

/* is_link(path) -> boolean */
static int terminal_is_link(lua_State *L) {
    lua_pushboolean(L, klv_file_is_link(luaL_checkstring(L, 1)));
    return 1;
}

/* real_path(path) -> string | nil, message */
static int terminal_real_path(lua_State *L) {
    char real[PATH_MAX];
    const char *path = luaL_checkstring(L, 1);
    if (!klv_file_real_path(path, real)) {
        return push_errno(L, path);
    }
    lua_pushstring(L, real);
    return 1;
}

/* set_environment(name, value | nil): for the programs that this one starts */
static int terminal_set_environment(lua_State *L) {
    const char *name = luaL_checkstring(L, 1), *value = luaL_optstring(L, 2, NULL);
    int failed = value ? setenv(name, value, 1) : unsetenv(name);
    return failed ? push_errno(L, name) : (lua_pushboolean(L, 1), 1);
}

/* start(words, seconds) -> exit status | true while it runs | nil, message */
static int terminal_start(lua_State *L) {
    char *words[MAX_WORDS + 1];
    int count = 0, status;
    luaL_checktype(L, 1, LUA_TTABLE);
    int milliseconds = (int)(luaL_checknumber(L, 2) * 1000);
    for (;; count++) {
        lua_rawgeti(L, 1, count + 1); /* stays on the stack, and so the string stays */
        if (lua_isnil(L, -1)) {
            break;
        }
        luaL_argcheck(L, count < MAX_WORDS && lua_type(L, -1) == LUA_TSTRING, 1,
                      "a short list of strings is needed");
        words[count] = (char *)lua_tostring(L, -1);
    }
    luaL_argcheck(L, count > 0, 1, "there is no program");
    words[count] = NULL;
    if (!klv_child_program(words, milliseconds, &status)) {
        return push_errno(L, words[0]);
    }
    if (status < 0) {
        lua_pushboolean(L, 1);
    } else {
        lua_pushinteger(L, status);
    }
    return 1;
}

/* shell(command, to_stderr) -> exit status | false where it runs on after a signal | nil, message
 */
static int terminal_shell(lua_State *L) {
    const char *command = luaL_checkstring(L, 1);
    int status;
    if (!klv_child_shell(command, lua_toboolean(L, 2), klv_terminal_seen_signal, &status)) {
        return push_errno(L, "sh");
    }
    if (status < 0) {
        lua_pushboolean(L, 0);
    } else {
        lua_pushinteger(L, status);
    }
    return 1;
}

/* directory(path) -> names | nil, message */
static int terminal_directory(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    long capacity = 4096, size;
    char *names;
    /* into memory of Lua, which a raised error frees; files may be created between two readings */
    for (;; capacity = size) {
        names = lua_newuserdata(L, (size_t)capacity);
        size = klv_file_names(path, names, (size_t)capacity);
        if (size < 0) {
            return push_errno(L, path);
        } else if (size <= capacity) {
            break;
        }
        lua_pop(L, 1);
    }
    lua_newtable(L);
    int count = 0;
    for (const char *name = names; name < names + size; name += strlen(name) + 1) {
        lua_pushstring(L, name);
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

__attribute__((visibility("default"))) int luaopen_klaviyo_terminal(lua_State *L);

int luaopen_klaviyo_terminal(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"catch_signals", terminal_catch_signals},
        {"claim", terminal_claim},
        {"create_file", terminal_create_file},
        {"cursor_hidden", terminal_cursor_hidden},
        {"directory", terminal_directory},
        {"evaluate", klv_lua_child_evaluate},
        {"file_access", terminal_file_access},
        {"file_type", terminal_file_type},
        {"is_link", terminal_is_link},
        {"isatty", terminal_isatty},
        {"open_streams", terminal_open_streams},
        {"readable", terminal_readable},
        {"real_path", terminal_real_path},
        {"set_environment", terminal_set_environment},
        {"shell", terminal_shell},
        {"signal", terminal_signal},
        {"size", terminal_size},
        {"start", terminal_start},
        {"write_file", terminal_write_file},
        {NULL, NULL},
    };
    lua_newtable(L);
    for (const luaL_Reg *function = functions; function->name; function++) {
        lua_pushcfunction(L, function->func);
        lua_setfield(L, -2, function->name);
    }
    return 1;
}
