/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_SHAPE_H
#define SBX_API_SHAPE_H

#include <jansson.h>
#include "api/api.h"
#include "base/errors.h"
#include "base/visibility.h"

SBX_HIDDEN_BEGIN

/* The shapes of request bodies, as data. shapes_guide.c and shapes_openapi.c hold the tables,
 * validate.c checks a body against them. */
typedef enum sbx_kind {
    SBX_IS_STRING,
    SBX_IS_BOOLEAN,
    SBX_IS_INTEGER,
    SBX_IS_NUMBER,
    SBX_IS_STRINGS, /* an array of non-empty strings, of `words` if there are some */
    SBX_IS_MAP,     /* an object of any members */
    SBX_IS_MAPS,    /* an array of such objects */
    SBX_IS_ANY,
    SBX_IS_INSTANT, /* a date-time with its offset */
    SBX_IS_DATE,
    SBX_IS_ZONE,     /* an IANA time zone */
    SBX_IS_PERCENT,  /* one of the throttle percentages */
    SBX_IS_DURATION, /* a number of seconds, or "90s", "2h" */
    SBX_IS_OBJECT,   /* of `shape` */
    SBX_IS_LIST,     /* an array of objects of `shape` */
    SBX_IS_DETAILS,  /* an object whose "channel" selects its shape */
    SBX_IS_TYPE,     /* the resource type words[0]; another type is a 409 */
    SBX_IS_PATH_ID   /* the id of the path; another id is a 409 */
} sbx_kind;

enum {
    SBX_REQUIRED = 1,
    SBX_NULLABLE = 2,
    SBX_READ_ONLY = 4,     /* part of responses; rejected in requests unless null */
    SBX_NOT_ON_CREATE = 8, /* rejected when the resource is created */
    SBX_NOT_EMPTY = 16,    /* strings and lists */
    SBX_NOT_NEGATIVE = 32  /* integers */
};

typedef struct sbx_field {
    const char *name; /* NULL ends a table */
    sbx_kind kind;
    unsigned flags;
    const char *const *words; /* the allowed values, NULL-terminated; NULL for any */
    const struct sbx_shape *shape;
    unsigned dialects;  /* SBX_DIALECT bits; 0 for all dialects that share the table */
    const char *absent; /* variation details: the JSON written for a field that was never given */
} sbx_field;

typedef struct sbx_shape {
    const sbx_field *fields;
} sbx_shape;

/* A channel and the shape of its details; a table ends with .channel = NULL. */
typedef struct sbx_channel {
    const char *channel;
    const sbx_shape *shape;
} sbx_channel;

/* Returns the shape of the body of an operation; NULL when it takes none. */
const sbx_shape *sbx_shape_guide(sbx_op op);
const sbx_shape *sbx_shape_openapi(sbx_op op);
const sbx_shape *sbx_shape_of(sbx_op op, sbx_dialect dialect);

extern const sbx_channel sbx_channels_guide[];
extern const sbx_channel sbx_channels_openapi[];
const sbx_channel *sbx_channels_of(sbx_dialect dialect);
/* NULL for an unknown channel (or NULL). */
const sbx_shape *sbx_channel_shape(sbx_dialect dialect, const char *channel);

struct sbx_zones;

typedef struct sbx_validation {
    sbx_dialect dialect;
    bool create;
    const char *path_id;     /* for SBX_IS_PATH_ID; NULL when the path has none */
    struct sbx_zones *zones; /* for SBX_IS_ZONE */
    sbx_errors *errors;      /* every error is added here */
} sbx_validation;

/* Checks a document against a shape; true when no error was added. */
bool sbx_validate(const sbx_validation *validation, const sbx_shape *shape, json_t *document);

/* Returns the microseconds of a value that was validated as SBX_IS_DURATION; 0 for NULL. */
int64_t sbx_duration_read(json_t *value);

/* Whether the percentage is one of the nine allowed; and those nine, for a sentence. */
bool sbx_percentage_known(json_int_t percentage);
#define SBX_PERCENTAGES "10, 11, 13, 14, 17, 20, 25, 33, 50"

SBX_HIDDEN_END
#endif
