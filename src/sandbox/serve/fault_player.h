/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_FAULT_PLAYER_H
#define SBX_SERVE_FAULT_PLAYER_H

#include <pthread.h>
#include <stdbool.h>
#include "base/visibility.h"
#include "state/fault.h"

SBX_HIDDEN_BEGIN

/* Faults that take time or break HTTP. Each is played by a thread of its own, which is the only
 * user of the socket while the server has the connection suspended. */

/* All fault players of a server, which owns this. */
typedef struct sbx_fault_players {
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool stopping;
    struct sbx_fault_player *first;
} sbx_fault_players;

bool sbx_fault_players_init(sbx_fault_players *players);
/* Stops every player and waits for them. */
void sbx_fault_players_stop(sbx_fault_players *players);
void sbx_fault_players_free(sbx_fault_players *players);
bool sbx_fault_players_stopping(sbx_fault_players *players);

typedef struct sbx_fault_script {
    int fd;          /* -1: wait only */
    void *tls;       /* the gnutls session of the connection, or NULL */
    int64_t latency; /* microseconds before the first byte */
    sbx_text bytes;  /* owned by the player once started */
    int64_t filler;  /* spaces that are sent after the bytes */
    int64_t cut;     /* bytes and filler end after so many; INT64_MAX: never */
    bool resets;     /* the connection ends with a reset */
    bool drains;     /* what the client still sends is read before the connection closes */
    int64_t drip;    /* bytes per second; 0: as fast as possible */
    void (*done)(void *context); /* called last, on the player's thread */
    void *context;
} sbx_fault_script;

/* Starts a player. False when it cannot be started; the caller then still owns the bytes. */
bool sbx_fault_player_start(sbx_fault_players *players, const sbx_fault_script *script);

SBX_HIDDEN_END
#endif
