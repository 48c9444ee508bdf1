/* SPDX-License-Identifier: MIT */
#include "answers.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* So many different pages are made, and shown in turn. */
#define VARIANTS 8

typedef struct {
    char *data;
    size_t length, capacity;
    bool failed;
} text;

struct answers {
    answers_shape shape;
    unsigned variants;
    text heads[VARIANTS], lists[VARIANTS];
    text *compressed; /* whole answers, one a page */
    text campaign, hierarchy, created, missing;
};

static void append(text *to, const char *bytes, size_t length) {
    if (to->length + length > to->capacity) {
        size_t capacity = to->capacity * 2 + length + 1024;
        char *data = realloc(to->data, capacity);
        if (!data) {
            to->failed = true;
            return;
        }
        to->data = data;
        to->capacity = capacity;
    }
    memcpy(to->data + to->length, bytes, length);
    to->length += length;
}

__attribute__((format(printf, 2, 3))) static void put(text *to, const char *format, ...) {
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof line) {
        to->failed = true;
        return;
    }
    append(to, line, (size_t)length);
}

/* Resources. */

#define SERVICE "https://a.klaviyo.com/api/"

/* 26 characters, as the service's ULIDs have. */
typedef struct {
    char text[27];
} identity;

static identity identify(char kind, unsigned number) {
    identity id;
    snprintf(id.text, sizeof id.text, "01JXYZ1234ABCDEFGHJ%c%06u", kind, number % 1000000);
    return id;
}

static void put_ids(text *to, const char *type, char kind, unsigned first, unsigned count) {
    put(to, "{\"data\":[");
    for (unsigned i = 0; i < count; i++) {
        put(to, "%s{\"type\":\"%s\",\"id\":\"%s\"}", i ? "," : "", type,
            identify(kind, first + i).text);
    }
    put(to, "]");
}

static void put_paths(text *to, const char *name, const char *campaign) {
    put(to, "\"links\":{\"self\":\"" SERVICE "campaigns/%s/relationships/%s/\",", campaign, name);
    put(to, "\"related\":\"" SERVICE "campaigns/%s/%s/\"}}", campaign, name);
}

static void put_definition(text *to, unsigned number) {
    static const char *const names[] = {"Summer Sale 2026", "Welcome back",
                                        "Caf\303\251 opening week", "Mother's Day",
                                        "Black Friday \\\"early\\\""};
    static const char *const colors[] = {"\"#4A90D9\"", "null", "\"#ff5733\""};
    put(to, "{\"name\":\"%s %u\",", names[number % 5], number);
    put(to, "\"builder\":\"%s\",", number % 7 ? "wizard" : "canvas");
    put(to, "\"archived\":%s,", number % 11 ? "false" : "true");
    put(to, "\"color\":%s,", colors[number % 3]);
    put(to, "\"description\":\"Multi-channel summer promotion, part %02u\",", number % 100);
    put(to, "\"send_settings\":{\"send_timezone\":\"America/New_York\","
            "\"send_strategy\":\"STATIC\",\"send_passed_rltz_immediately\":false,"
            "\"exit_condition_enabled\":false,\"exit_condition_conversion_metric_id\":null}}");
}

/* `audiences` 0: without relationships. */
static void put_campaign(text *to, unsigned number, unsigned audiences, unsigned messages) {
    identity own = identify('C', number);
    const char *id = own.text;
    put(to, "{\"type\":\"campaign\",\"id\":\"%s\",\"attributes\":{\"definition\":", id);
    put_definition(to, number);
    put(to, ",\"created_at\":\"2026-04-14T12:00:%02u.%06u+00:00\",", number % 60,
        number * 7919 % 1000000);
    put(to, "\"updated_at\":\"2026-04-14T12:05:%02u.%06u+00:00\"},", number % 60,
        number * 104729 % 1000000);
    if (audiences) {
        put(to, "\"relationships\":{\"campaign-audiences\":");
        put_ids(to, "campaign-audience", 'A', number * audiences, audiences);
        put(to, ",");
        put_paths(to, "campaign-audiences", id);
        put(to, ",\"campaign-messages\":");
        put_ids(to, "campaign-message", 'M', number * messages, messages);
        put(to, ",");
        put_paths(to, "campaign-messages", id);
        put(to, ",\"tags\":{");
        put_paths(to, "tags", id);
        put(to, "},");
    }
    put(to, "\"links\":{\"self\":\"" SERVICE "campaigns/%s/\"}}", id);
}

static void put_parent(text *to, const char *name, const char *type, char kind, unsigned number) {
    put(to, "\"%s\":{\"data\":{\"type\":\"%s\",\"id\":\"%s\"}}", name, type,
        identify(kind, number).text);
}

static void put_audience(text *to, unsigned campaign, unsigned number, unsigned messages) {
    identity own = identify('A', number);
    const char *id = own.text;
    put(to, "{\"type\":\"campaign-audience\",\"id\":\"%s\",\"attributes\":{", id);
    put(to, "\"audience_name\":\"Clientèle %u\",\"priority\":%u,", number, number % 2);
    put(to, "\"has_non_draft_messages\":false,\"included\":[\"LIST%06u\",\"SEGM%06u\"],", number,
        number);
    put(to, "\"excluded\":[],\"archived\":false,"
            "\"created_at\":\"2026-04-14T00:00:00.000000+00:00\","
            "\"updated_at\":\"2026-04-14T00:00:00.000000+00:00\"},\"relationships\":{");
    put_parent(to, "campaign", "campaign", 'C', campaign);
    put(to, ",\"campaign-messages\":");
    put_ids(to, "campaign-message", 'M', number * messages, messages);
    put(to, "}},\"links\":{\"self\":\"" SERVICE "campaign-audiences/%s/\"}}", id);
}

static void put_message(text *to, unsigned campaign, unsigned audience, unsigned number) {
    identity own = identify('M', number);
    const char *id = own.text;
    put(to, "{\"type\":\"campaign-message\",\"id\":\"%s\",\"attributes\":{", id);
    put(to, "\"name\":\"Message nº %u ✉️\",\"status\":\"DRAFT\",", number);
    put(to, "\"created\":\"2026-04-14T00:00:00.000000+00:00\","
            "\"updated\":\"2026-04-14T00:00:00.000000+00:00\","
            "\"definition\":null,\"scheduling_info\":null,\"tracking_params\":null},"
            "\"relationships\":{");
    put_parent(to, "campaign", "campaign", 'C', campaign);
    put(to, ",");
    put_parent(to, "campaign-audience", "campaign-audience", 'A', audience);
    put(to, ",\"campaign-variations\":");
    put_ids(to, "campaign-variation", 'V', number, 1);
    put(to, "}},\"links\":{\"self\":\"" SERVICE "campaign-messages/%s/\"}}", id);
}

static void put_variation(text *to, unsigned number) {
    static const char *const details[] = {
        "\"channel\":\"email\",\"subject\":\"L’été commence 🎉\","
        "\"from_email\":\"hello@example.com\",\"from_label\":\"Café Zoë\","
        "\"reply_to_email\":\"\",\"cc_email\":\"\",\"bcc_email\":\"\",\"preview_text\":\"\","
        "\"template_id\":null",
        "\"channel\":\"sms\",\"template_id\":null,\"body\":\"Ça commence 😎\","
        "\"shorten_links\":true,\"include_contact_card\":false",
    };
    identity own = identify('V', number);
    const char *id = own.text;
    put(to, "{\"type\":\"campaign-variation\",\"id\":\"%s\",\"attributes\":{", id);
    put(to, "\"created\":\"2026-04-14T00:00:00.000000+00:00\","
            "\"updated\":\"2026-04-14T00:00:00.000000+00:00\",");
    put(to,
        "\"definition\":{\"name\":\"Variante réglée %u\",\"details\":{%s}}},\"relationships\":{",
        number, details[number % 2]);
    put_parent(to, "campaign-message", "campaign-message", 'M', number);
    put(to, "},\"links\":{\"self\":\"" SERVICE "campaign-variations/%s/\"}}", id);
}

/* Two audiences of two messages each, a variation in every message: ten resources. */
static void put_tree(text *to, unsigned campaign) {
    for (unsigned a = campaign * 2; a < campaign * 2 + 2; a++) {
        put_audience(to, campaign, a, 2);
        for (unsigned m = a * 2; m < a * 2 + 2; m++) {
            put(to, ",");
            put_message(to, campaign, a, m);
            put(to, ",");
            put_variation(to, m);
        }
        put(to, "%s", a % 2 ? "" : ",");
    }
}

/* Pages. */

/* The end of a page. It is as long on the last page as on the others, so that one Content-Length
 * serves them all. */
static size_t write_links(char room[ANSWERS_ROOM], const answers_shape *shape, unsigned page) {
    static const char form[] =
        "\"http://127.0.0.1:%u/api/campaigns?page%%5Bcursor%%5D=bmV4dDo6aWQ6Ojh%08u\"";
    char self[160], next[160];
    snprintf(self, sizeof self, form, shape->port, page);
    int width = snprintf(next, sizeof next, form, shape->port, page + 1);
    return (size_t)snprintf(room, ANSWERS_ROOM,
                            "],\"links\":{\"self\":%s,\"next\":%-*s,\"prev\":null}}", self, width,
                            page + 1 < shape->pages ? next : "null");
}

static void put_head(text *to, const char *status, size_t length, bool gzip) {
    put(to,
        "HTTP/1.1 %s\r\n"
        "Date: Tue, 14 Apr 2026 12:00:00 GMT\r\n"
        "Content-Type: application/vnd.api+json\r\n"
        "Content-Length: %zu\r\n%s"
        "Connection: keep-alive\r\n"
        "CID: QzzVzR\r\n"
        "RateLimit-Limit: 150, 10;w=1, 150;w=60\r\n"
        "RateLimit-Remaining: 149\r\n"
        "RateLimit-Reset: 1\r\n"
        "x-klaviyo-req-id: 3c1a4c62-6a39-4e5d-9d5c-8a2f2a0d4c11\r\n"
        "x-klaviyo-api-revision: 2026-04-15.pre\r\n"
        "Vary: Accept-Encoding\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n"
        "\r\n",
        status, length, gzip ? "Content-Encoding: gzip\r\n" : "");
}

/* Everything of a page up to the end of its objects. */
static void put_list(text *to, const answers_shape *shape, unsigned variant) {
    text included = {0};
    unsigned objects = shape->objects, audiences = shape->tree ? 2 : 1,
             messages = shape->tree ? 4 : 1;
    put(to, "{\"data\":[");
    for (unsigned i = 0; objects ? i < objects : to->length + 1650 < shape->bytes || i == 0; i++) {
        unsigned number = variant * 100000 + i;
        bool small = !objects && shape->bytes < 1700;
        put(to, "%s", i ? "," : "");
        put_campaign(to, number, small ? 0 : audiences, messages);
        if (shape->tree) {
            put(&included, "%s", i ? "," : "");
            put_tree(&included, number);
        }
    }
    if (shape->tree) {
        put(to, "],\"included\":[");
        append(to, included.data, included.length);
        to->failed = to->failed || included.failed;
    }
    free(included.data);
}

static void compress_into(text *to, const text *plain, const char *status) {
    z_stream stream = {0};
    size_t bound = compressBound((uLong)plain->length) + 64;
    unsigned char *out = malloc(bound);
    if (!out || deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        to->failed = true;
        free(out);
        return;
    }
    stream.next_in = (unsigned char *)plain->data;
    stream.avail_in = (uInt)plain->length;
    stream.next_out = out;
    stream.avail_out = (uInt)bound;
    to->failed = to->failed || deflate(&stream, Z_FINISH) != Z_STREAM_END;
    put_head(to, status, stream.total_out, true);
    append(to, (char *)out, stream.total_out);
    deflateEnd(&stream);
    free(out);
}

static bool compress_pages(answers *all) {
    const answers_shape *shape = &all->shape;
    all->compressed = calloc(shape->pages, sizeof *all->compressed);
    bool complete = all->compressed != NULL;
    for (unsigned page = 0; page < shape->pages && complete; page++) {
        char links[ANSWERS_ROOM];
        text plain = {0};
        append(&plain, all->lists[page % all->variants].data,
               all->lists[page % all->variants].length);
        append(&plain, links, write_links(links, shape, page));
        compress_into(&all->compressed[page], &plain, "200 OK");
        complete = !plain.failed && !all->compressed[page].failed;
        free(plain.data);
    }
    return complete;
}

static bool make_pages(answers *all) {
    char links[ANSWERS_ROOM];
    size_t end = write_links(links, &all->shape, 0);
    all->variants = all->shape.bytes > 1 << 20 ? 1 : VARIANTS;
    for (unsigned v = 0; v < all->variants; v++) {
        put_list(&all->lists[v], &all->shape, v);
        put_head(&all->heads[v], "200 OK", all->lists[v].length + end, false);
        if (all->lists[v].failed || all->heads[v].failed) {
            return false;
        }
    }
    return !all->shape.gzip || compress_pages(all);
}

/* A whole answer with one campaign in it. */
static bool make_single(text *to, const answers_shape *shape, const char *status,
                        unsigned audiences, bool tree) {
    text body = {0};
    put(&body, "{\"data\":");
    put_campaign(&body, 1, audiences, audiences * audiences);
    if (tree) {
        put(&body, ",\"included\":[");
        put_tree(&body, 1);
        put(&body, "]");
    }
    put(&body, "}");
    if (shape->gzip) {
        compress_into(to, &body, status);
    } else {
        put_head(to, status, body.length, false);
        append(to, body.data, body.length);
    }
    free(body.data);
    return !body.failed && !to->failed;
}

static bool make_missing(text *to) {
    static const char body[] =
        "{\"errors\":[{\"id\":\"1\",\"status\":404,\"code\":\"not_found\",\"title\":\"Not found.\","
        "\"detail\":\"There is nothing here.\",\"source\":{\"pointer\":\"/data/\"}}]}";
    put_head(to, "404 Not Found", sizeof body - 1, false);
    append(to, body, sizeof body - 1);
    return !to->failed;
}

answers *answers_new(const answers_shape *shape) {
    answers *all = calloc(1, sizeof *all);
    if (!all) {
        return NULL;
    }
    all->shape = *shape;
    if (!make_pages(all) || !make_single(&all->campaign, shape, "200 OK", 1, false) ||
        !make_single(&all->hierarchy, shape, "200 OK", 2, true) ||
        !make_single(&all->created, shape, "201 Created", 2, false) ||
        !make_missing(&all->missing)) {
        answers_free(all);
        return NULL;
    }
    return all;
}

void answers_free(answers *all) {
    for (unsigned i = 0; i < VARIANTS; i++) {
        free(all->heads[i].data);
        free(all->lists[i].data);
    }
    for (unsigned i = 0; all->compressed && i < all->shape.pages; i++) {
        free(all->compressed[i].data);
    }
    free(all->compressed);
    free(all->campaign.data);
    free(all->hierarchy.data);
    free(all->created.data);
    free(all->missing.data);
    free(all);
}

static answers_text view(const text *of) {
    return (answers_text){of->data, of->length};
}

unsigned answers_page(const answers *all, unsigned page, answers_text pieces[3],
                      char room[ANSWERS_ROOM]) {
    if (page >= all->shape.pages) {
        pieces[0] = view(&all->missing);
        return 1;
    }
    if (all->compressed) {
        pieces[0] = view(&all->compressed[page]);
        return 1;
    }
    unsigned variant = page % all->variants;
    pieces[0] = view(&all->heads[variant]);
    pieces[1] = view(&all->lists[variant]);
    pieces[2] = (answers_text){room, write_links(room, &all->shape, page)};
    return 3;
}

answers_text answers_campaign(const answers *all) {
    return view(&all->campaign);
}

answers_text answers_hierarchy(const answers *all) {
    return view(&all->hierarchy);
}

answers_text answers_created(const answers *all) {
    return view(&all->created);
}

answers_text answers_missing(const answers *all) {
    return view(&all->missing);
}
