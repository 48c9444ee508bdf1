/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_SHAPE_MACROS_H
#define SBX_API_SHAPE_MACROS_H

/* Macros for the tables of shapes: each makes one sbx_field. */
#include "api/shape.h"

#define SHAPE(name, ...) static const sbx_shape name = {(const sbx_field[]){__VA_ARGS__, {0}}}
#define FIELD(field, type, ...)                                                                    \
    { .name = field, .kind = SBX_IS_##type, .flags = 0 __VA_ARGS__ }
#define OF(field, type, inner, ...)                                                                \
    { .name = field, .kind = SBX_IS_##type, .shape = &(inner), .flags = 0 __VA_ARGS__ }
#define WORDS(field, list, ...)                                                                    \
    { .name = field, .kind = SBX_IS_STRING, .words = list, .flags = 0 __VA_ARGS__ }
#define TYPE(list)                                                                                 \
    { .name = "type", .kind = SBX_IS_TYPE, .words = list, .flags = SBX_REQUIRED }
#define ID                                                                                         \
    { .name = "id", .kind = SBX_IS_PATH_ID, .flags = SBX_REQUIRED }
#define ANY_ID                                                                                     \
    { .name = "id", .kind = SBX_IS_STRING, .flags = SBX_REQUIRED | SBX_NOT_EMPTY }

/* A field of variation details, with the JSON written when it was never given. */
#define DETAIL(field, type, value, ...)                                                            \
    { .name = field, .kind = SBX_IS_##type, .absent = value, .flags = 0 __VA_ARGS__ }
#define DETAIL_OF(field, list, value)                                                              \
    { .name = field, .kind = SBX_IS_STRING, .words = list, .absent = value }
#define CHANNEL                                                                                    \
    { .name = "channel", .kind = SBX_IS_STRING, .flags = SBX_REQUIRED }

/* To-one linkage: {"data": {"type", "id"}}. */
#define LINK(name, list)                                                                           \
    SHAPE(name##_identifier, TYPE(list), ANY_ID);                                                  \
    SHAPE(name, OF("data", OBJECT, name##_identifier, | SBX_REQUIRED))
/* To-many linkage: {"data": [...]}. */
#define LINKS(name, list)                                                                          \
    SHAPE(name##_identifier, TYPE(list), ANY_ID);                                                  \
    SHAPE(name, OF("data", LIST, name##_identifier, | SBX_REQUIRED))

/* The operations of every dialect that take a body, and the NAME_data in it. */
#define BODIES(X)                                                                                  \
    X(CAMPAIGN_CREATE, campaign_create)                                                            \
    X(CAMPAIGN_UPDATE, campaign_update)                                                            \
    X(CAMPAIGN_CLONE, campaign_clone)                                                              \
    X(AUDIENCE_CREATE, audience_create)                                                            \
    X(AUDIENCE_UPDATE, audience_update)                                                            \
    X(AUDIENCE_CLONE, audience_clone)                                                              \
    X(MESSAGE_CREATE, message_create)                                                              \
    X(MESSAGE_UPDATE, message_update)                                                              \
    X(MESSAGE_CLONE, message_clone)                                                                \
    X(VARIATION_CREATE, variation_create)                                                          \
    X(VARIATION_UPDATE, variation_update)                                                          \
    X(SCHEDULE_CREATE, schedule_create)                                                            \
    X(SCHEDULE_UPDATE, schedule_update)
#define BODY(op, name)    SHAPE(name, OF("data", OBJECT, name##_data, | SBX_REQUIRED));
#define BODY_OF(op, name) [SBX_OP_##op] = &name,

/* Defines a dialect's function from an operation to the shape of its body; NULL: it takes none.
 * MORE(X): operations that the dialect has besides; LISTS(X): those whose NAME is to-many linkage.
 */
#define SHAPE_OF_OPERATION(function, MORE, LISTS)                                                  \
    BODIES(BODY)                                                                                   \
    MORE(BODY)                                                                                     \
    const sbx_shape *function(sbx_op op) {                                                         \
        static const sbx_shape *const shapes[SBX_OP_COUNT] = {BODIES(BODY_OF) MORE(BODY_OF)        \
                                                                  LISTS(BODY_OF)};                 \
        return shapes[op];                                                                         \
    }

#endif
