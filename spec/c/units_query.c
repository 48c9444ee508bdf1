/* SPDX-License-Identifier: MIT */
#include "api/query.h"
#include "api/query_rules.h"
#include "check.h"

#define GUIDE   SBX_DIALECT_GUIDE
#define OPENAPI SBX_DIALECT_OPENAPI_0715

/* A parsed query, its errors and its memory; freed by `end`. */
static struct {
    sbx_arena arena;
    sbx_errors errors;
    sbx_query query;
    bool ok;
} parse;

static void end(void) {
    sbx_errors_free(&parse.errors);
    sbx_arena_free(&parse.arena);
}

static const sbx_query *good(sbx_op op, sbx_dialect dialect, const char *raw) {
    end();
    parse.ok = sbx_query_parse(&parse.arena, op, dialect, "", raw, strlen(raw), &parse.errors,
                               &parse.query);
    if (!parse.ok)
        fprintf(stderr, "%s: %s\n", raw, parse.errors.count ? parse.errors.list[0].detail : "?");
    CHECK(parse.ok);
    return &parse.query;
}

/* Must be rejected with one error about this parameter. */
static void bad(sbx_op op, sbx_dialect dialect, const char *raw, const char *parameter,
                const char *detail) {
    end();
    parse.ok = sbx_query_parse(&parse.arena, op, dialect, "", raw, strlen(raw), &parse.errors,
                               &parse.query);
    CHECK(!parse.ok);
    CHECK_INT(parse.errors.count, 1);
    if (parse.errors.count) {
        CHECK_INT(parse.errors.list[0].status, 400);
        CHECK_INT(parse.errors.list[0].source, SBX_SOURCE_PARAMETER);
        CHECK_TEXT(parse.errors.list[0].where, parameter);
        CHECK_HOLDS(parse.errors.list[0].detail, detail);
    }
}

static void test_defaults(void) {
    const sbx_query *q = good(SBX_OP_CAMPAIGN_LIST, GUIDE, "");
    CHECK_TEXT(q->sort->name, "updated_at");
    CHECK(q->descending && !q->filter && !q->cursor && q->include == 0);
    CHECK_INT(q->page_size, 100);
    CHECK_TEXT(q->canonical, "");
    q = good(SBX_OP_MESSAGE_LIST, GUIDE, "");
    CHECK_TEXT(q->sort->name, "updated");
    CHECK_INT(q->page_size, 20);
    q = good(SBX_OP_MESSAGE_LIST, OPENAPI, "&&");
    CHECK_INT(q->page_size, 20);
    q = good(SBX_OP_CAMPAIGN_MESSAGES, OPENAPI, "");
    CHECK_INT(q->page_size, 20);
    CHECK_TEXT(q->sort->name, "id");
    CHECK(!q->descending);
    q = good(SBX_OP_CAMPAIGN_GET, OPENAPI, "");
    CHECK(q->sort == NULL && q->page_size == 0);
}

static void test_values(void) {
    const sbx_query *q = good(
        SBX_OP_CAMPAIGN_LIST, GUIDE,
        "filter=contains(name,%27Summer%27)&sort=-created_at&page[size]=20"
        "&include=campaign-audiences,tags,tags&fields%5Bcampaign%5D=definition.name,created_at");
    CHECK_INT(q->filter->first->op, SBX_FILTER_CONTAINS);
    CHECK_TEXT(q->filter->first->values[0].value.text, "Summer");
    CHECK_TEXT(q->sort->column, "campaigns.created");
    CHECK(q->descending);
    CHECK_INT(q->page_size, 20);
    CHECK_INT(q->include, SBX_TYPE_BIT(SBX_TYPE_AUDIENCE) | SBX_TYPE_BIT(SBX_TYPE_TAG));
    CHECK_INT(q->fields[SBX_TYPE_CAMPAIGN].count, 2);
    CHECK(!q->fields[SBX_TYPE_MESSAGE].given);
    CHECK_TEXT(q->canonical,
               "filter=contains%28name%2C%27Summer%27%29&sort=-created_at&page%5Bsize%5D=20"
               "&include=campaign-audiences%2Ctags%2Ctags"
               "&fields%5Bcampaign%5D=definition.name%2Ccreated_at");

    q = good(SBX_OP_CAMPAIGN_LIST, GUIDE, "sort=name");
    CHECK(!q->descending);
    q = good(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=contains(name,'a+b%2Bc%C3%A9')");
    CHECK_TEXT(q->filter->first->values[0].value.text, "a b+c\xC3\xA9");
    q = good(SBX_OP_CAMPAIGN_LIST, GUIDE, "include=&fields[campaign]=");
    CHECK(q->include == 0 && q->fields[SBX_TYPE_CAMPAIGN].given &&
          q->fields[SBX_TYPE_CAMPAIGN].count == 0);
    q = good(SBX_OP_VARIATION_GET, OPENAPI, "include=campaign-message,image,translation");
    CHECK_INT(q->include, SBX_TYPE_BIT(SBX_TYPE_MESSAGE) | SBX_TYPE_BIT(SBX_TYPE_IMAGE) |
                              SBX_TYPE_BIT(SBX_TYPE_TRANSLATION));
    for (const char **size = (const char *[]){"1", "007", "100", NULL}; *size; size++) {
        char raw[40];
        snprintf(raw, sizeof raw, "page[size]=%s", *size);
        good(SBX_OP_MESSAGE_LIST, OPENAPI, raw);
    }
}

/* Each documented filter and sort is accepted, in its own dialect only. */
static void test_dialects(void) {
    good(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=equals(id,'x')");
    bad(SBX_OP_CAMPAIGN_LIST, OPENAPI, "filter=equals(id,'x')", "filter", "takes any");
    good(SBX_OP_CAMPAIGN_LIST, OPENAPI, "filter=any(id,['x'])");
    good(SBX_OP_CAMPAIGN_LIST, GUIDE,
         "filter=and(equals(builder,'wizard'),greater-than(created_at,2026-01-01T00:00:00Z))");
    good(SBX_OP_CAMPAIGN_LIST, OPENAPI,
         "filter=equals(archived,false),less-or-equal(updated_at,2026-01-01T00:00:00Z)");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=equals(name,'x')", "filter", "takes contains");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=equals(builder,'hand')", "filter",
        "allowed: wizard, canvas");
    good(SBX_OP_MESSAGE_LIST, GUIDE, "filter=equals(campaign.id,'x'),equals(status,'DRAFT')");
    bad(SBX_OP_MESSAGE_LIST, GUIDE, "filter=equals(campaign_id,'x')", "filter", "campaign.id");
    bad(SBX_OP_MESSAGE_LIST, GUIDE, "filter=equals(status,'draft')", "filter", "DRAFT, SCHEDULED");
    good(SBX_OP_MESSAGE_LIST, OPENAPI, "filter=equals(campaign_id,'x'),equals(status,'draft')");
    bad(SBX_OP_MESSAGE_LIST, OPENAPI, "filter=equals(campaign.id,'x')", "filter", "campaign_id");
    good(SBX_OP_MESSAGE_LIST, OPENAPI, "filter=equals(id,['x'])");
    good(SBX_OP_MESSAGE_LIST, OPENAPI, "sort=-status");
    bad(SBX_OP_MESSAGE_LIST, GUIDE, "sort=-status", "sort", "allowed: updated, created, id, name");
    good(SBX_OP_AUDIENCE_LIST, GUIDE, "filter=equals(campaign.id,'x')&page[size]=5");
    good(SBX_OP_VARIATION_LIST, GUIDE, "filter=equals(campaign-message.id,'x')");
    bad(SBX_OP_CAMPAIGN_LIST, OPENAPI, "include=tags", "include",
        "possible: campaign-audiences, campaign-messages");
    good(SBX_OP_MESSAGE_GET, SBX_DIALECT_OPENAPI_0715,
         "fields[campaign-message]=definition.send_options.throttle_unit");
    bad(SBX_OP_MESSAGE_GET, SBX_DIALECT_OPENAPI_0415,
        "fields[campaign-message]=definition.send_options.throttle_unit",
        "fields[campaign-message]", "unknown field");

    CHECK(sbx_op_known(SBX_OP_AUDIENCE_LIST, GUIDE) &&
          !sbx_op_known(SBX_OP_AUDIENCE_LIST, OPENAPI));
    CHECK(!sbx_op_known(SBX_OP_VARIATION_IMAGE, GUIDE));
    CHECK(sbx_op_known(SBX_OP_VARIATION_IMAGE, SBX_DIALECT_OPENAPI_0415));
    int guide = 0, openapi = 0;
    for (sbx_op op = 0; op < SBX_OP_COUNT; op++) {
        guide += sbx_op_known(op, GUIDE);
        openapi += sbx_op_known(op, OPENAPI);
    }
    CHECK_INT(openapi, 45); /* the number in the OpenAPI files */
    CHECK_INT(guide, 45 - 6 + 4);
}

static void test_refusals(void) {
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[size]=0", "page[size]", "from 1 to 100, not \"0\"");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[size]=101", "page[size]", "1 to 100");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[size]=99999999999999999999999", "page[size]",
        "1 to 100");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[size]=-1", "page[size]", "1 to 100");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[size]=", "page[size]", "1 to 100");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[size]=1e1", "page[size]", "1 to 100");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[size]=+5", "page[size]", "1 to 100");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page=5", "page",
        "takes no parameter \"page\"; it takes filter");
    bad(SBX_OP_CAMPAIGN_GET, GUIDE, "filter=x", "filter", "it takes include, fields[campaign]");
    bad(SBX_OP_CAMPAIGN_DELETE, GUIDE, "x", "x", "it takes none");
    bad(SBX_OP_CAMPAIGN_MESSAGES, OPENAPI, "page[size]=5", "page[size]", "it takes page[cursor]");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "sort=name&sort=id", "sort", "more than once");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[size]=5&page%5Bsize%5D=6", "page[size]",
        "more than once");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "sort=", "sort", "is not a sort order");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "sort=-", "sort", "is not a sort order");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "sort=--name", "sort", "is not a sort order");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "sort=name,id", "sort", "is not a sort order");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "include=campaign-audiences,", "include",
        "\"\" cannot be included");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "fields[campaign]=name", "fields[campaign]",
        "unknown field \"name\"; known: id, definition, definition.name");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "fields[campaign]=definition,", "fields[campaign]",
        "unknown field \"\"");
    bad(SBX_OP_CAMPAIGN_CREATE, GUIDE, "fields[campaign-message]=name", "fields[campaign-message]",
        "it takes fields[campaign]");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=%zz", "filter", "two hexadecimal digits");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=%4", "filter", "two hexadecimal digits");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=%", "filter", "two hexadecimal digits");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=%00", "filter", "NUL is not allowed");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=%ff", "filter", "not UTF-8");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter=%C3", "filter", "not UTF-8");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "%zz=1", "", "the name of parameter \"%zz\"");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "filter", "filter", "position 1");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[cursor]=", "page[cursor]",
        "not a cursor of this server");
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, "page[cursor]=abc", "page[cursor]",
        "not a cursor of this server");
    char name[600], raw[700];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(raw, sizeof raw, "%s=1", name);
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, raw, name, "takes no parameter \"aaa");

    /* all errors at once */
    const char *many = "sort=x&page[size]=0&include=a,b&fields[campaign]=c&zz=1&filter=has(name)";
    end();
    CHECK(!sbx_query_parse(&parse.arena, SBX_OP_CAMPAIGN_LIST, GUIDE, "", many, strlen(many),
                           &parse.errors, &parse.query));
    CHECK_INT(parse.errors.count, 7);

    static char big[SBX_QUERY_LENGTH_MAX + 2];
    memset(big, '&', sizeof big);
    end();
    CHECK(!sbx_query_parse(&parse.arena, SBX_OP_CAMPAIGN_LIST, GUIDE, "", big, sizeof big - 1,
                           &parse.errors, &parse.query));
    CHECK_INT(parse.errors.count, 1);
}

static const char *cursor_of(const sbx_query *q, sbx_arena *arena) {
    sbx_cursor cursor = {.value = {.kind = SBX_SQL_INT, .integer = 5}, .row = 9};
    return sbx_cursor_encode(arena, q->sort, &cursor, q->binding);
}

static void with_cursor(char *raw, size_t size, const char *rest, const char *cursor) {
    snprintf(raw, size, "%s%spage[cursor]=%s", rest, *rest ? "&" : "", cursor);
}

static void test_cursors(void) {
    sbx_arena arena = {0};
    char raw[500];
    const char *filter = "filter=contains(name,'x')&sort=-created_at";
    const sbx_query *q = good(SBX_OP_CAMPAIGN_LIST, GUIDE, filter);
    const char *cursor = cursor_of(q, &arena);
    with_cursor(raw, sizeof raw, filter, cursor);
    q = good(SBX_OP_CAMPAIGN_LIST, GUIDE, raw);
    CHECK(q->cursor && q->cursor->row == 9 && q->cursor->value.integer == 5);
    CHECK(strstr(q->canonical, "cursor") == NULL);
    /* another page size, spelling, order of parameters or dialect makes no difference */
    snprintf(raw, sizeof raw,
             "page[cursor]=%s&page[size]=3&sort=-created_at&filter=contains%%28name,%%27x%%27)",
             cursor);
    good(SBX_OP_CAMPAIGN_LIST, OPENAPI, raw);
    /* another sort, filter or list does */
    with_cursor(raw, sizeof raw, "filter=contains(name,'x')&sort=created_at", cursor);
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, raw, "page[cursor]", "another list, sort or filter");
    with_cursor(raw, sizeof raw, "filter=contains(name,'y')&sort=-created_at", cursor);
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, raw, "page[cursor]", "another list, sort or filter");
    with_cursor(raw, sizeof raw, "", cursor);
    bad(SBX_OP_CAMPAIGN_LIST, GUIDE, raw, "page[cursor]", "another list, sort or filter");
    bad(SBX_OP_MESSAGE_LIST, GUIDE, raw, "page[cursor]", "another list, sort or filter");
    /* so does the same list of another parent */
    q = good(SBX_OP_CAMPAIGN_MESSAGES, GUIDE, "");
    with_cursor(raw, sizeof raw, "", cursor_of(q, &arena));
    good(SBX_OP_CAMPAIGN_MESSAGES, GUIDE, raw);
    end();
    CHECK(!sbx_query_parse(&parse.arena, SBX_OP_CAMPAIGN_MESSAGES, GUIDE, "01OTHER", raw,
                           strlen(raw), &parse.errors, &parse.query));
    sbx_arena_free(&arena);
}

static void test_sql(void) {
    sbx_sql sql;
    const sbx_query *q =
        good(SBX_OP_MESSAGE_LIST, GUIDE, "filter=equals(status,'SENT')&page[size]=7");
    sbx_sql_init(&sql, &parse.arena);
    sbx_query_where(q, &sql);
    sbx_query_order(q, &sql);
    CHECK_TEXT(sql.text, "(messages.status = ?) AND 1 ORDER BY messages.updated DESC, "
                         "messages.pk DESC LIMIT ?");
    CHECK_INT(sql.values[1].integer, 8);
}

static void test_no_memory(void) {
    const char *raw = "filter=contains(name,'x')&include=tags&fields[campaign]=definition.name&zz";
    for (size_t limit = 1; limit < 20000; limit += 64) {
        sbx_arena arena;
        sbx_errors errors = {0};
        sbx_query query;
        sbx_arena_init(&arena, limit);
        CHECK(!sbx_query_parse(&arena, SBX_OP_CAMPAIGN_LIST, GUIDE, "", raw, strlen(raw), &errors,
                               &query));
        sbx_errors_free(&errors);
        sbx_arena_free(&arena);
    }
}

void test_query(void) {
    test_defaults();
    test_values();
    test_dialects();
    test_refusals();
    test_cursors();
    test_sql();
    test_no_memory();
    end();
}
