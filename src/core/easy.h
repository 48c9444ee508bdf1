/* SPDX-License-Identifier: MIT */
#ifndef KLV_EASY_H
#define KLV_EASY_H

#include "internal.h"
#include "client.h"

#include <curl/curl.h>

KLV_PRIVATE_BEGIN

/* A libcurl easy handle with everything set that all requests of the client share; an idle one if
 * there is any. NULL: out of memory. */
CURL *klv_easy_take(klv_client *client);

/* Keeps a handle for the next request, or frees it if enough are idle. */
void klv_easy_give(klv_client *client, CURL *easy);

/* Frees the idle handles. */
void klv_easy_free_idle(klv_client *client);

KLV_PRIVATE_END

#endif
