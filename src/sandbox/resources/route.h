/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_ROUTE_H
#define SBX_RESOURCES_ROUTE_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

typedef struct sbx_route {
    const char *method;
    const char *path; /* below /api/; "{id}" is a parameter */
    sbx_op op;
    void (*act)(sbx_call *call);
    void (*check)(sbx_call *call); /* of the body, see rules.h; NULL for none */
    sbx_type type;                 /* what the path names */
    sbx_type other;                /* what a related path leads to */
    int column;                    /* to one: the column of the row of `type` that holds its id */
    sbx_statement rows; /* to many, all of them: the statement that finds them by parent */
} sbx_route;

typedef enum sbx_match { SBX_MATCH_NONE, SBX_MATCH_PATH, SBX_MATCH_ROUTE } sbx_match;

/* Finds the route of a path (decoded segments are compared, one trailing slash is let pass). On
 * SBX_MATCH_PATH the path is known with other methods, which are in `allow`. *id is in the arena.
 */
sbx_match sbx_route_find(sbx_arena *arena, const char *method, const char *path,
                         sbx_dialect dialect, const sbx_route **route, const char **id,
                         char allow[64]);

/* The operations. */
void sbx_act_get(sbx_call *call);
void sbx_act_list(sbx_call *call);
void sbx_act_related_one(sbx_call *call);
void sbx_act_related_all(sbx_call *call);
void sbx_act_related_page(sbx_call *call);
void sbx_act_campaign_create(sbx_call *call);
void sbx_act_campaign_update(sbx_call *call);
void sbx_act_campaign_delete(sbx_call *call);
void sbx_act_campaign_clone(sbx_call *call);
void sbx_act_audience_create(sbx_call *call);
void sbx_act_audience_update(sbx_call *call);
void sbx_act_audience_delete(sbx_call *call);
void sbx_act_audience_clone(sbx_call *call);
void sbx_act_message_create(sbx_call *call);
void sbx_act_message_update(sbx_call *call);
void sbx_act_message_delete(sbx_call *call);
void sbx_act_message_clone(sbx_call *call);
void sbx_act_variation_create(sbx_call *call);
void sbx_act_variation_update(sbx_call *call);
void sbx_act_variation_delete(sbx_call *call);
void sbx_act_schedule_create(sbx_call *call);
void sbx_act_schedule_update(sbx_call *call);

SBX_HIDDEN_END
#endif
