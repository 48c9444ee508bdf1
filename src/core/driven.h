/* SPDX-License-Identifier: MIT */
#ifndef KLV_DRIVEN_H
#define KLV_DRIVEN_H

#include "internal.h"
#include "clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

KLV_PRIVATE_BEGIN

/* A socket and what to wait for on it: POLLIN, POLLOUT. The system may reuse the number of a closed
 * descriptor before the loop asks again; the serial tells the two sockets apart. */
typedef struct {
    int fd;
    short events;
    uint32_t serial;
} klv_socket;

/*
 * What a loop drives: a client, or the connection of another module of this project. The functions
 * are those of the seam in lua/klaviyo/loop/init.lua; one thread calls them.
 */
typedef struct {
    /* The sockets to wait for, borrowed until the next call of any of these. */
    size_t (*sockets)(const void *object, const klv_socket **sockets);
    /* When `tick` must be called at the latest; KLV_NEVER: not at all. */
    klv_time (*deadline)(void *object, klv_time now);
    /* A descriptor is ready for POLLIN, POLLOUT or POLLERR. Called after `tick`, without anything
     * in between that could fork. */
    void (*ready)(void *object, int fd, short events, klv_time now);
    /* Does what is due. */
    void (*tick)(void *object, klv_time now);
} klv_driven_class;

typedef struct {
    const klv_driven_class *class;
    void *object;
} klv_driven;

/* Where the metatable of a userdata that can be driven has its klv_driven_class, as light userdata.
 * An integer, since reading it allocates nothing; the userdata is a klv_handle. */
#define KLV_DRIVEN_KEY 1

/* Blocks until a socket of one of them is ready, for at most `timeout`, and drives them. For loops
 * that have nothing else to do. False: out of memory, or interrupted by a signal; the call may be
 * repeated in both cases. */
bool klv_driven_wait(const klv_driven *list, size_t count, klv_time timeout);

KLV_PRIVATE_END

#endif
