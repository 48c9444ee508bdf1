/* SPDX-License-Identifier: MIT */
/*
 * Bare libcurl, as a competent C programmer would write it: the limit that the others are held
 * against. It fetches and looks at nothing but the link to the next page.
 *
 *   bare walk [multi]       every page of the list
 *   bare get COUNT [multi]  one campaign, COUNT times one after the other
 *   bare together COUNT WIDTH
 *   bare create COUNT       POST, then GET with the whole tree
 *   bare first
 *
 * With "multi", through the multi interface and poll, as a library does that owns no loop.
 */
#include <curl/curl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 64

/* What the others build and encode: two audiences, four messages. */
#define EMAIL(audience, name)                                                                      \
    "{\"audience_temporary_id\":\"" audience "\",\"definition\":{\"name\":\"" name "\","           \
    "\"variations\":[{\"definition\":{\"details\":{\"channel\":\"email\","                         \
    "\"subject\":\"L’été commence 🎉\",\"from_email\":\"hello@example.com\","                \
    "\"from_label\":\"Café Zoë\"}}}]}}"
#define SMS(audience, name)                                                                        \
    "{\"audience_temporary_id\":\"" audience "\",\"definition\":{\"name\":\"" name "\","           \
    "\"variations\":[{\"definition\":{\"details\":{\"channel\":\"sms\",\"body\":\"Ça commence "   \
    "😎\"}}}]}}"
static const char campaign_body[] =
    "{\"data\":{\"type\":\"campaign\",\"attributes\":{\"definition\":{\"name\":\"Soldes d’été 2026 "
    "☀️\","
    "\"description\":\"Promotion d’été, tous les canaux\",\"send_settings\":"
    "{\"send_timezone\":\"America/New_York\",\"send_strategy\":\"STATIC\"}},\"audiences\":["
    "{\"temporary_id\":\"aud_1\",\"included\":[\"LIST_1\"],\"excluded\":[]},"
    "{\"temporary_id\":\"aud_2\",\"included\":[\"LIST_2\"],\"excluded\":[\"LIST_1\"]}],"
    "\"messages\":[" EMAIL("aud_1", "E-mail privilégiés") "," SMS(
        "aud_1", "SMS privilégiés") "," EMAIL("aud_2",
                                              "E-mail à tous") "," SMS("aud_2",
                                                                       "SMS à tous") "]}}}";

typedef struct {
    char *data;
    size_t length, capacity;
} bytes;

typedef struct {
    CURLM *multi; /* NULL: the easy interface alone */
    struct curl_slist *headers, *headers_body;
    const char *url;
    unsigned long answers, total;
    /* of the multi interface */
    struct pollfd sockets[MOST];
    nfds_t socket_count;
    long timeout;
} context;

static size_t on_body(char *data, size_t size, size_t count, void *to) {
    bytes *body = to;
    size_t length = size * count;
    if (body->length + length + 1 > body->capacity) {
        size_t capacity = (body->length + length + 1) * 2;
        char *larger = realloc(body->data, capacity);
        if (!larger) {
            return 0;
        }
        body->data = larger;
        body->capacity = capacity;
    }
    memcpy(body->data + body->length, data, length);
    body->length += length;
    body->data[body->length] = '\0';
    return length;
}

static CURL *make_easy(const context *c, bytes *body) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "bare/1");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)body);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, 30L);
    return easy;
}

/* The multi interface. */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *unused) {
    context *c = data;
    (void)easy;
    (void)unused;
    nfds_t i = 0;
    while (i < c->socket_count && c->sockets[i].fd != fd) {
        i++;
    }
    if (what == CURL_POLL_REMOVE) {
        if (i < c->socket_count) {
            c->sockets[i] = c->sockets[--c->socket_count];
        }
    } else if (i < MOST) {
        c->sockets[i] = (struct pollfd){.fd = fd,
                                        .events = (short)((what & CURL_POLL_IN ? POLLIN : 0) |
                                                          (what & CURL_POLL_OUT ? POLLOUT : 0))};
        c->socket_count += i == c->socket_count;
    }
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *data) {
    (void)multi;
    ((context *)data)->timeout = milliseconds;
    return 0;
}

static void open_multi(context *c) {
    c->multi = curl_multi_init();
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
}

/* Waits once and lets libcurl work. Returns a transfer that is done, or NULL. */
static CURL *turn(context *c) {
    int running, left;
    CURLMsg *message = curl_multi_info_read(c->multi, &left);
    if (!message) {
        if (c->timeout == 0) {
            c->timeout = -1;
            curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        } else if (poll(c->sockets, c->socket_count, (int)c->timeout) == 0) {
            curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        } else {
            struct pollfd ready[MOST];
            nfds_t count = c->socket_count;
            memcpy(ready, c->sockets, sizeof ready);
            for (nfds_t i = 0; i < count; i++) {
                if (ready[i].revents) {
                    int what = (ready[i].revents & POLLIN ? CURL_CSELECT_IN : 0) |
                               (ready[i].revents & POLLOUT ? CURL_CSELECT_OUT : 0);
                    curl_multi_socket_action(c->multi, ready[i].fd, what, &running);
                }
            }
        }
        message = curl_multi_info_read(c->multi, &left);
    }
    if (!message || message->msg != CURLMSG_DONE) {
        return NULL;
    }
    if (message->data.result != CURLE_OK) {
        fprintf(stderr, "bare: %s\n", curl_easy_strerror(message->data.result));
        exit(1);
    }
    return message->easy_handle;
}

/* One request and its answer. */

static void perform(context *c, CURL *easy, bytes *body) {
    body->length = 0;
    if (c->multi) {
        curl_multi_add_handle(c->multi, easy);
        while (!turn(c)) {
        }
        curl_multi_remove_handle(c->multi, easy);
    } else {
        CURLcode code = curl_easy_perform(easy);
        if (code != CURLE_OK) {
            fprintf(stderr, "bare: %s\n", curl_easy_strerror(code));
            exit(1);
        }
    }
    long status;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300) {
        fprintf(stderr, "bare: status %ld\n", status);
        exit(1);
    }
    c->answers++;
    c->total += body->length;
}

/* links.next stands in the last few hundred bytes. False: this was the last page. */
static bool find_next(const bytes *body, char *url, size_t size) {
    static const char key[] = "\"next\":\"";
    size_t tail = body->length < 400 ? body->length : 400;
    const char *at = memmem(body->data + body->length - tail, tail, key, sizeof key - 1);
    if (!at) {
        return false;
    }
    at += sizeof key - 1;
    size_t length = strcspn(at, "\"");
    if (length >= size) {
        return false;
    }
    memcpy(url, at, length);
    url[length] = '\0';
    return true;
}

static void walk(context *c) {
    bytes body = {0};
    char url[1024];
    CURL *easy = make_easy(c, &body);
    snprintf(url, sizeof url, "%s/api/campaigns", c->url);
    do {
        curl_easy_setopt(easy, CURLOPT_URL, url);
        perform(c, easy, &body);
    } while (find_next(&body, url, sizeof url));
    curl_easy_cleanup(easy);
    free(body.data);
}

static void campaign_url(const context *c, char url[256], unsigned long number, const char *query) {
    snprintf(url, 256, "%s/api/campaigns/01JXYZ1234ABCDEFGHJC%06lu%s", c->url, number % 1000000,
             query);
}

static void get(context *c, unsigned long count) {
    bytes body = {0};
    char url[256];
    CURL *easy = make_easy(c, &body);
    for (unsigned long i = 0; i < count; i++) {
        campaign_url(c, url, i, "");
        curl_easy_setopt(easy, CURLOPT_URL, url);
        perform(c, easy, &body);
    }
    curl_easy_cleanup(easy);
    free(body.data);
}

static void together(context *c, unsigned long count, unsigned long width) {
    bytes bodies[MOST] = {0};
    char url[256];
    unsigned long sent = 0, done = 0;
    open_multi(c);
    for (; sent < width && sent < count; sent++) {
        CURL *easy = make_easy(c, &bodies[sent]);
        campaign_url(c, url, sent, "");
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_multi_add_handle(c->multi, easy);
    }
    while (done < count) {
        CURL *easy = turn(c);
        if (!easy) {
            continue;
        }
        char *body;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &body);
        c->total += ((bytes *)(void *)body)->length;
        ((bytes *)(void *)body)->length = 0;
        c->answers++;
        done++;
        curl_multi_remove_handle(c->multi, easy);
        if (sent < count) {
            campaign_url(c, url, sent++, "");
            curl_easy_setopt(easy, CURLOPT_URL, url);
            curl_multi_add_handle(c->multi, easy);
        } else {
            curl_easy_cleanup(easy);
        }
    }
    for (unsigned i = 0; i < MOST; i++) {
        free(bodies[i].data);
    }
}

static void create(context *c, unsigned long count) {
    bytes body = {0};
    char url[256];
    CURL *easy = make_easy(c, &body);
    for (unsigned long i = 0; i < count; i++) {
        snprintf(url, sizeof url, "%s/api/campaigns", c->url);
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->headers_body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, campaign_body);
        perform(c, easy, &body);
        campaign_url(c, url, 1,
                     "?include=campaign-audiences%2Ccampaign-messages%2Ccampaign-variations");
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->headers);
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        perform(c, easy, &body);
    }
    curl_easy_cleanup(easy);
    free(body.data);
}

static void set_headers(context *c) {
    static const char *const lines[] = {
        "Authorization: Klaviyo-API-Key pk_0123456789abcdef0123456789abcdef01",
        "revision: 2026-04-15.pre", "Accept: application/vnd.api+json"};
    for (unsigned i = 0; i < 3; i++) {
        c->headers = curl_slist_append(c->headers, lines[i]);
        c->headers_body = curl_slist_append(c->headers_body, lines[i]);
    }
    c->headers_body = curl_slist_append(c->headers_body, "Content-Type: application/vnd.api+json");
}

int main(int count, char **arguments) {
    context c = {.url = getenv("BENCH_URL"), .timeout = -1};
    const char *what = count > 1 ? arguments[1] : "";
    unsigned long number = count > 2 ? strtoul(arguments[2], NULL, 10) : 1;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    set_headers(&c);
    if (strcmp(arguments[count - 1], "multi") == 0) {
        open_multi(&c);
    }
    if (strcmp(what, "walk") == 0) {
        walk(&c);
    } else if (strcmp(what, "get") == 0 || strcmp(what, "first") == 0) {
        get(&c, number);
    } else if (strcmp(what, "together") == 0) {
        together(&c, number, count > 3 ? strtoul(arguments[3], NULL, 10) : 32);
    } else if (strcmp(what, "create") == 0) {
        create(&c, number);
    } else {
        fprintf(stderr, "usage: bare walk|get|together|create|first [COUNT [WIDTH]] [multi]\n");
        return 2;
    }
    if (c.multi) {
        curl_multi_cleanup(c.multi);
    }
    curl_slist_free_all(c.headers);
    curl_slist_free_all(c.headers_body);
    curl_global_cleanup();
    printf("result %lu %lu\n", c.answers, c.total);
    return 0;
}
