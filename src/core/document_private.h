/* SPDX-License-Identifier: MIT */
#ifndef KLV_DOCUMENT_PRIVATE_H
#define KLV_DOCUMENT_PRIVATE_H

#include "document.h"
#include "json_tape.h"

KLV_PRIVATE_BEGIN

/* Made by klv_document_new, freed by klv_document_free with everything it points to. */
struct klv_document {
    klv_buffer text;
    klv_json_tape tape;
    klv_pool *pool;    /* counted reference; NULL: none */
    uint32_t *slots;   /* for lookup: nodes of resource objects by hash, KLV_DOCUMENT_NONE if empty;
                          NULL before the first lookup */
    size_t slot_count; /* a power of two */
};

KLV_PRIVATE_END

#endif
