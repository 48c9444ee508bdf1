/* SPDX-License-Identifier: MIT */
#ifndef KLV_LUA_HANDLE_H
#define KLV_LUA_HANDLE_H

#include "compat.h"
#include "driven.h"
#include "internal.h"

KLV_PRIVATE_BEGIN

/* Names of the metatables in the registry, by which arguments are checked. */
#define KLV_LUA_CLIENT       "klaviyo.client"
#define KLV_LUA_DOCUMENT     "klaviyo.document"
#define KLV_LUA_EVENT        "klaviyo.event"
#define KLV_LUA_NGINX_POLLER "klaviyo.watch"
#define KLV_LUA_PAGES        "klaviyo.pages"
#define KLV_LUA_RELAY        "klaviyo.relay"
#define KLV_LUA_REQUEST      "klaviyo.request"

/*
 * A userdata that owns an object of the engine.
 *
 * Any allocation in Lua may run a finalizer, and a finalizer may close whatever it reaches: also
 * the object whose method is running. So every method runs with its object pinned. Closing ends
 * what the object does at once, pinned or not; the memory of a pinned object is freed with its last
 * pin. An error that leaves a method leaves its pin behind: then the memory goes with the userdata.
 *
 * A pin does not promise that the object is still open after an allocation, or that what it
 * points to has not changed. A method allocates first and reads afterwards, or copies before.
 */
typedef struct klv_handle klv_handle;

/* A method: the handle of its object is at index 1, open and pinned. Returns the number of results.
 */
typedef int (*klv_method_call)(lua_State *L, void *object);

/* One of the two functions is NULL. `any` is called for closed objects as well, and without a pin.
 */
typedef struct {
    const char *name;
    klv_method_call call;
    lua_CFunction any;
} klv_method;

typedef struct {
    const char *name;            /* KLV_LUA_..., the metatable */
    void (*close)(void *object); /* ends what the object does; it stays readable. NULL: nothing */
    void (*free)(klv_handle *handle, void *object); /* of a closed object */
    const luaL_Reg *metamethods;
    const klv_method *methods;
    const klv_driven_class *driven; /* of an object that a loop drives; else NULL */
} klv_class;

struct klv_handle {
    const klv_class *class;
    void *object; /* NULL: closed, or not filled yet */
    void *closed; /* closed while it was pinned */
    unsigned pins;
};

/* Makes the metatable. To be called when the module opens, as often as it does. [-0, +0], may raise
 * (memory) */
void klv_class_register(lua_State *L, const klv_class *class);

/* Pushes an empty userdata of `size` bytes, which begins with the handle; the rest is zero. The
 * caller sets `object`. [-0, +1], may raise (memory) */
void *klv_handle_new(lua_State *L, const klv_class *class, size_t size);

/* The handle at `index`, open or closed. Raises for any other value. [-0, +0] */
klv_handle *klv_handle_check(lua_State *L, int index, const char *name);

/* The object of the handle at `index`, borrowed until the next allocation in Lua. Raises for any
 * other value and for a closed one ("client is closed"). [-0, +0] */
void *klv_handle_open(lua_State *L, int index, const char *name);

/* The same for a metatable that stands at index `metatable`: comparing it is cheaper than looking
 * up its name. */
klv_handle *klv_handle_check_fast(lua_State *L, int index, const char *name, int metatable);

/* The handle at index 1 of a metamethod, or of a method for closed objects as well: open or closed.
 * Raises for any other value. [-0, +0] */
klv_handle *klv_handle_self(lua_State *L, const char *name);

/* What a loop drives, of the handle at `index`: a client, or the like of another module. Raises for
 * any other value and for a closed one. Allocates nothing. [-0, +0] */
klv_driven klv_handle_driven(lua_State *L, int index);

/* Raises "client is closed". Does not return. */
int klv_handle_raise_closed(lua_State *L, const klv_handle *handle);

void klv_handle_pin(klv_handle *handle);
void klv_handle_unpin(klv_handle *handle);

/* Closes the object; harmless when repeated. */
void klv_handle_close(klv_handle *handle);

/* Closes and frees: for __gc alone, when nobody can be using the object any more. */
void klv_handle_free(klv_handle *handle);

KLV_PRIVATE_END

#endif
