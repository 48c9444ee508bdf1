/* SPDX-License-Identifier: MIT */
#include "resources/responses.h"

#include "resources/find.h"
#include "resources/include.h"

sbx_writer sbx_writer_of(sbx_call *call) {
    return (sbx_writer){.store = call->store,
                        .dialect = call->dialect,
                        .newest = call->newest,
                        .primary = call->route->type,
                        .origin = call->origin,
                        .query = &call->query,
                        .out = &call->response->body,
                        .address = &call->address};
}

void sbx_write_cursor_link(sbx_call *call, const char *name, const char *parameter,
                           const char *cursor) {
    const char *canonical = call->query.canonical ? call->query.canonical : "";
    sbx_text link = {0}, *out = &call->response->body;
    sbx_text_printf(&link, "%s%s%s%s", call->origin, call->request->path, *canonical ? "?" : "",
                    canonical);
    if (cursor)
        sbx_text_printf(&link, "%s%s=%s", *canonical ? "&" : "?", parameter, cursor);
    out->failed |= link.failed;
    if (!link.failed) {
        sbx_json_key(out, name);
        sbx_json_string(out, link.data, link.size);
    }
    sbx_text_free(&link);
}

void sbx_write_request_link(sbx_call *call, const char *name, const char *cursor) {
    sbx_write_cursor_link(call, name, "page%5Bcursor%5D", cursor);
}

void sbx_write_document_links(sbx_call *call) {
    sbx_text *out = &call->response->body;
    if (call->dialect == SBX_DIALECT_GUIDE)
        return;
    sbx_json_open(out, "links", '{');
    sbx_write_request_link(call, "self", NULL);
    sbx_text_puts(out, "}");
}

void sbx_respond_row(sbx_call *call, int status, sbx_type type, sqlite3_stmt *row) {
    sbx_text *out = &call->response->body;
    sbx_writer writer = sbx_writer_of(call);
    sbx_primary primary;
    sbx_primary_read(&primary, type, row, &call->arena);
    sbx_json_open(out, NULL, '{');
    sbx_json_key(out, "data");
    sbx_write_resource(&writer, type, row);
    sqlite3_reset(row);
    sbx_write_included(&writer, type, &primary, 1);
    sbx_write_document_links(call);
    sbx_text_puts(out, "}");
    call->response->status = status;
}

void sbx_respond_one(sbx_call *call, int status, sbx_type type, const char *id) {
    sqlite3_stmt *row = sbx_find(call, type, id, NULL);
    if (row)
        sbx_respond_row(call, status, type, row);
}

void sbx_respond_created(sbx_call *call, sbx_type type, int64_t pk) {
    if (call->errors.count || !pk)
        return;
    sqlite3_stmt *row = sbx_find_by_key(call->store, type, pk);
    if (row)
        sbx_respond_row(call, 201, type, row);
}
