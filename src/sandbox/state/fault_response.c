/* SPDX-License-Identifier: MIT */
#include "state/fault_response.h"

const char sbx_fault_html[] =
    "<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head><body>"
    "<h1>Service unavailable</h1><p>The server is temporarily unable to service your request."
    "</p></body></html>\n";

static void put_body(sbx_response *response, const char *type, const char *body) {
    sbx_text_clear(&response->body);
    sbx_text_puts(&response->body, body);
    response->content_type = type;
}

void sbx_fault_put_gateway(sbx_gateway gateway, sbx_response *response) {
    *response->id = '\0';
    response->revision = NULL;
    response->limited = false;
    response->retry_after = 0;
    if (gateway == SBX_GATEWAY_HTML)
        put_body(response, "text/html", sbx_fault_html);
    else if (gateway == SBX_GATEWAY_TEXT)
        put_body(response, "text/plain", "upstream request failed\n");
    else if (gateway == SBX_GATEWAY_JSON)
        put_body(response, "application/json", "{\"message\":\"upstream request failed\"}");
    else
        put_body(response, NULL, "");
}

void sbx_fault_break_body(sbx_broken broken, sbx_response *response) {
    static const char *const bodies[] = {
        [SBX_BROKEN_EMPTY] = "",
        [SBX_BROKEN_NULL] = "null",
        [SBX_BROKEN_STRING] = "\"ok\"",
        [SBX_BROKEN_OBJECT] = "{}",
        [SBX_BROKEN_LIST] = "{\"data\":[]}",
        [SBX_BROKEN_TYPE] = "{\"data\":{\"type\":\"list\",\"id\":\"01\",\"attributes\":{}}}",
        [SBX_BROKEN_NO_ID] = "{\"data\":{\"type\":\"campaign\",\"attributes\":{}}}",
        [SBX_BROKEN_ERRORS] = "{\"errors\":[{\"status\":500,\"code\":\"fault\",\"title\":"
                              "\"A fault was asked for.\",\"detail\":\"\"}]}"};
    if (response->status == 204)
        response->status = 200; /* a 204 has no body that could be broken */
    if (broken == SBX_BROKEN_HTML)
        put_body(response, "text/html", sbx_fault_html);
    else if (broken != SBX_BROKEN_CUT)
        put_body(response, SBX_JSON_API, bodies[broken]);
    else if (response->body.size)
        response->body.data[response->body.size /= 2] = '\0';
    else
        put_body(response, SBX_JSON_API, "{\"data\":");
}
