/* SPDX-License-Identifier: MIT */
#ifndef SBX_SERVE_FAULT_PLAYER_H
#define SBX_SERVE_FAULT_PLAYER_H

#include <pthread.h>
#include <stdbool.h>
#include "base/visibility.h"
#include "state/fault.h"

SBX_HIDDEN_BEGIN

/* Plays faults that take time or bend HTTP: each in a thread of its own, which has the connection's
 * socket to itself while the server has the connection suspended. */

/* Shared by the players of a server. Owned by the server. */
typedef struct sbx_fault_players {
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool stopping;
    struct sbx_fault_player *first;
} sbx_fault_players;

bool sbx_fault_players_init(sbx_fault_players *players);
/* Ends every player at once and waits for them. */
void sbx_fault_players_stop(sbx_fault_players *players);
void sbx_fault_players_free(sbx_fault_players *players);
bool sbx_fault_players_stopping(sbx_fault_players *players);

typedef struct sbx_fault_script {
    int fd;                      /* -1: only wait */
    void *tls;                   /* the gnutls session of the connection, or NULL */
    int64_t latency;             /* microseconds before the first byte */
    sbx_text bytes;              /* taken over */
    int64_t filler;              /* bytes that follow them */
    int64_t cut;                 /* how many of all of them are sent; INT64_MAX: all */
    bool resets;                 /* the connection ends with a reset */
    bool drains;                 /* what still comes in is read for a while before the end */
    int64_t drip;                /* bytes a second; 0: as fast as it goes */
    void (*done)(void *context); /* called last, by the player's thread */
    void *context;
} sbx_fault_script;

/* Starts a player. False when it cannot be started (then nothing was taken over). */
bool sbx_fault_player_start(sbx_fault_players *players, const sbx_fault_script *script);

SBX_HIDDEN_END
#endif
