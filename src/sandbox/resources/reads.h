/* SPDX-License-Identifier: MIT */
#ifndef SBX_RESOURCES_READS_H
#define SBX_RESOURCES_READS_H

#include "resources/call.h"

SBX_HIDDEN_BEGIN

/* The GET operations: a resource, a list, and what is related to a resource. */
void sbx_handle_get(sbx_call *call);
void sbx_handle_list(sbx_call *call);
void sbx_handle_related_one(sbx_call *call);
void sbx_handle_related_all(sbx_call *call);
void sbx_handle_accounts(sbx_call *call);
void sbx_handle_related_page(sbx_call *call);

SBX_HIDDEN_END
#endif
