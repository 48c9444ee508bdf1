/* SPDX-License-Identifier: MIT */
#ifndef SBX_API_API_H
#define SBX_API_API_H

/* Dialects, resource types and operations: the names that every folder to the right of base/ and
 * store/ shares. */

/* The dialects. Bits, so that a table can name several. */
typedef enum sbx_dialect {
    SBX_DIALECT_GUIDE = 1,        /* 2026-04-15.pre, by the published guide */
    SBX_DIALECT_OPENAPI_0415 = 2, /* 2026-04-15.pre, by its OpenAPI file */
    SBX_DIALECT_OPENAPI_0715 = 4, /* 2026-07-15.pre: adds throttle_unit */
    SBX_DIALECT_OPENAPI_1015 = 8, /* 2026-10-15: adds A/B tests, tracking_params, tags */
    SBX_DIALECT_STABLE = 16       /* 2026-07-15: only the operations beside campaigns that a client
                                     of a .pre revision uses */
} sbx_dialect;
#define SBX_DIALECT_SINCE_0715  (SBX_DIALECT_OPENAPI_0715 | SBX_DIALECT_OPENAPI_1015)
#define SBX_DIALECT_ANY_OPENAPI (SBX_DIALECT_OPENAPI_0415 | SBX_DIALECT_SINCE_0715)
#define SBX_DIALECT_ANY         (SBX_DIALECT_GUIDE | SBX_DIALECT_ANY_OPENAPI)
/* The dialects of the operations that are not in the .pre revisions. */
#define SBX_DIALECT_BESIDE (SBX_DIALECT_STABLE | SBX_DIALECT_OPENAPI_1015)

typedef enum sbx_type {
    SBX_TYPE_CAMPAIGN,
    SBX_TYPE_AUDIENCE,
    SBX_TYPE_MESSAGE,
    SBX_TYPE_VARIATION,
    SBX_TYPE_TAG,
    SBX_TYPE_IMAGE,
    SBX_TYPE_TRANSLATION,
    SBX_TYPE_SCHEDULE,
    SBX_TYPE_ESTIMATION_JOB,
    SBX_TYPE_ESTIMATION,
    SBX_TYPE_LIST,
    SBX_TYPE_SEGMENT,
    SBX_TYPE_TEMPLATE,
    SBX_TYPE_METRIC,
    SBX_TYPE_ACCOUNT,
    SBX_TYPE_VALUES_REPORT,
    SBX_TYPE_COUNT
} sbx_type;
#define SBX_TYPE_BIT(type) (1u << (type))
/* Whether a row of the type begins with its integer key, and has the id after it; the other rows
 * begin with the id. */
#define SBX_TYPE_KEYED(type)                                                                       \
    ((type) <= SBX_TYPE_TAG || (type) == SBX_TYPE_SCHEDULE ||                                      \
     ((type) >= SBX_TYPE_LIST && (type) <= SBX_TYPE_METRIC))

typedef enum sbx_op {
    SBX_OP_CAMPAIGN_LIST,   /* GET    campaigns */
    SBX_OP_CAMPAIGN_CREATE, /* POST   campaigns */
    SBX_OP_CAMPAIGN_GET,    /* GET    campaigns/{id} */
    SBX_OP_CAMPAIGN_UPDATE, /* PATCH  campaigns/{id} */
    SBX_OP_CAMPAIGN_DELETE, /* DELETE campaigns/{id} */
    SBX_OP_CAMPAIGN_CLONE,  /* POST   campaign-clone */

    SBX_OP_AUDIENCE_LIST,   /* GET    campaign-audiences (guide alone) */
    SBX_OP_AUDIENCE_CREATE, /* POST   campaign-audiences */
    SBX_OP_AUDIENCE_GET,    /* GET    campaign-audiences/{id} */
    SBX_OP_AUDIENCE_UPDATE, /* PATCH  campaign-audiences/{id} */
    SBX_OP_AUDIENCE_DELETE, /* DELETE campaign-audiences/{id} */
    SBX_OP_AUDIENCE_CLONE,  /* POST   campaign-audience-clone */

    SBX_OP_MESSAGE_LIST,   /* GET    campaign-messages */
    SBX_OP_MESSAGE_CREATE, /* POST   campaign-messages */
    SBX_OP_MESSAGE_GET,    /* GET    campaign-messages/{id} */
    SBX_OP_MESSAGE_UPDATE, /* PATCH  campaign-messages/{id} */
    SBX_OP_MESSAGE_DELETE, /* DELETE campaign-messages/{id} */
    SBX_OP_MESSAGE_CLONE,  /* POST   campaign-message-clone */

    SBX_OP_VARIATION_LIST,   /* GET    campaign-variations (guide alone) */
    SBX_OP_VARIATION_CREATE, /* POST   campaign-variations */
    SBX_OP_VARIATION_GET,    /* GET    campaign-variations/{id} */
    SBX_OP_VARIATION_UPDATE, /* PATCH  campaign-variations/{id} */
    SBX_OP_VARIATION_DELETE, /* DELETE campaign-variations/{id} */

    SBX_OP_SCHEDULE_CREATE, /* POST   campaign-message-schedule */
    SBX_OP_SCHEDULE_UPDATE, /* PATCH  campaign-message-schedule/{id} */

    SBX_OP_ESTIMATION_JOB_CREATE, /* POST   campaign-recipient-estimation-jobs */
    SBX_OP_ESTIMATION_JOB_GET,    /* GET    campaign-recipient-estimation-jobs/{id} */
    SBX_OP_ESTIMATION_GET,        /* GET    campaign-recipient-estimations/{id} */
    SBX_OP_TEMPLATE_ASSIGN,       /* POST   campaign-message-assign-template */

    SBX_OP_LIST_LIST,       /* GET    lists */
    SBX_OP_LIST_GET,        /* GET    lists/{id} */
    SBX_OP_SEGMENT_LIST,    /* GET    segments */
    SBX_OP_SEGMENT_GET,     /* GET    segments/{id} */
    SBX_OP_TEMPLATE_LIST,   /* GET    templates */
    SBX_OP_TEMPLATE_GET,    /* GET    templates/{id} */
    SBX_OP_TEMPLATE_RENDER, /* POST   template-render */
    SBX_OP_TAG_LIST,        /* GET    tags */
    SBX_OP_TAG_CREATE,      /* POST   tags */
    SBX_OP_TAG_ATTACH,      /* POST   tags/{id}/relationships/campaigns */
    SBX_OP_TAG_DETACH,      /* DELETE tags/{id}/relationships/campaigns */
    SBX_OP_METRIC_LIST,     /* GET    metrics */
    SBX_OP_ACCOUNT_LIST,    /* GET    accounts */
    SBX_OP_VALUES_REPORT,   /* POST   campaign-values-reports */

    /* Related resources, and after them (_IDS) the linkage below relationships/. */
    SBX_OP_CAMPAIGN_AUDIENCES,    /* GET campaigns/{id}/campaign-audiences */
    SBX_OP_CAMPAIGN_MESSAGES,     /* GET campaigns/{id}/campaign-messages */
    SBX_OP_CAMPAIGN_TAGS,         /* GET campaigns/{id}/tags (guide, 2026-10-15) */
    SBX_OP_AUDIENCE_CAMPAIGN,     /* GET campaign-audiences/{id}/campaign */
    SBX_OP_AUDIENCE_MESSAGES,     /* GET campaign-audiences/{id}/campaign-messages */
    SBX_OP_MESSAGE_CAMPAIGN,      /* GET campaign-messages/{id}/campaign */
    SBX_OP_MESSAGE_AUDIENCE,      /* GET campaign-messages/{id}/campaign-audience */
    SBX_OP_MESSAGE_VARIATIONS,    /* GET campaign-messages/{id}/campaign-variations */
    SBX_OP_MESSAGE_TAGS,          /* GET campaign-messages/{id}/tags */
    SBX_OP_VARIATION_MESSAGE,     /* GET campaign-variations/{id}/campaign-message */
    SBX_OP_VARIATION_IMAGE,       /* GET campaign-variations/{id}/image */
    SBX_OP_VARIATION_TRANSLATION, /* GET campaign-variations/{id}/translation */

    SBX_OP_CAMPAIGN_AUDIENCES_IDS,
    SBX_OP_CAMPAIGN_MESSAGES_IDS,
    SBX_OP_CAMPAIGN_TAGS_IDS,
    SBX_OP_AUDIENCE_CAMPAIGN_IDS,
    SBX_OP_AUDIENCE_MESSAGES_IDS,
    SBX_OP_MESSAGE_CAMPAIGN_IDS,
    SBX_OP_MESSAGE_AUDIENCE_IDS,
    SBX_OP_MESSAGE_VARIATIONS_IDS,
    SBX_OP_MESSAGE_TAGS_IDS,
    SBX_OP_VARIATION_MESSAGE_IDS,
    SBX_OP_VARIATION_IMAGE_IDS,
    SBX_OP_VARIATION_TRANSLATION_IDS,

    SBX_OP_COUNT
} sbx_op;

#endif
