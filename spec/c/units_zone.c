/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <time.h>
#include "base/posix_tz.h"
#include "base/timestamp.h"
#include "base/zone.h"
#include "check.h"

static int64_t at(const char *text) {
    int64_t time = INT64_MIN;
    const char *wrong = sbx_time_parse(text, strlen(text), &time);
    if (wrong)
        fprintf(stderr, "%s: %s\n", text, wrong);
    return time;
}

static const sbx_zone *find(sbx_zones *zones, const char *name) {
    const sbx_zone *zone = NULL;
    CHECK_INT(sbx_zones_find(zones, name, &zone), SBX_ZONE_OK);
    return zone;
}

/* Checks the instant at which clocks there show a local time; both are written as if in UTC. */
static void shows(sbx_zones *zones, const char *name, const char *local, const char *instant) {
    char out[SBX_TIME_SIZE], wanted[SBX_TIME_SIZE];
    const sbx_zone *zone = find(zones, name);
    if (!zone)
        return;
    sbx_time_format(sbx_zone_instant(zone, at(local)), out);
    sbx_time_format(at(instant), wanted);
    CHECK_TEXT(out, wanted);
}

static void test_offsets(sbx_zones *zones) {
    const sbx_zone *york = find(zones, "America/New_York");
    CHECK_TEXT(sbx_zone_name(york), "America/New_York");
    CHECK_INT(sbx_zone_offset(york, at("2026-01-01T12:00:00Z")), -5 * 3600);
    CHECK_INT(sbx_zone_offset(york, at("2026-07-01T12:00:00Z")), -4 * 3600);
    CHECK_INT(sbx_zone_offset(york, at("2026-03-08T06:59:59.999999Z")), -5 * 3600);
    CHECK_INT(sbx_zone_offset(york, at("2026-03-08T07:00:00Z")), -4 * 3600);
    CHECK_INT(sbx_zone_offset(york, at("2026-11-01T05:59:59.999999Z")), -4 * 3600);
    CHECK_INT(sbx_zone_offset(york, at("2026-11-01T06:00:00Z")), -5 * 3600);
    CHECK_INT(sbx_zone_offset(york, at("2090-07-01T12:00:00Z")), -4 * 3600);
    CHECK_INT(sbx_zone_offset(york, at("1800-01-01T00:00:00Z")), -17762);
    CHECK_INT(sbx_zone_offset(find(zones, "Asia/Kolkata"), 0), 19800);
    CHECK_INT(sbx_zone_offset(find(zones, "Europe/Dublin"), at("2026-07-01T12:00:00Z")), 3600);
    CHECK_INT(sbx_zone_offset(find(zones, "Europe/Dublin"), at("2060-01-01T12:00:00Z")), 0);
    CHECK_INT(sbx_zone_offset(find(zones, "Asia/Kathmandu"), at("2026-07-01T12:00:00Z")), 20700);
    CHECK_INT(sbx_zone_offset(find(zones, "Pacific/Kiritimati"), at("2026-07-01T12:00:00Z")),
              14 * 3600);
    CHECK_INT(sbx_zone_offset(find(zones, "UTC"), 0), 0);
    CHECK_INT(sbx_zone_local(york, at("2026-01-01T12:00:00Z")), at("2026-01-01T07:00:00Z"));
}

static void test_instants(sbx_zones *zones) {
    shows(zones, "America/New_York", "2026-06-01T10:00:00Z", "2026-06-01T14:00:00Z");
    /* the skipped hour moves forward by the gap; its ends do not */
    shows(zones, "America/New_York", "2026-03-08T01:59:59Z", "2026-03-08T06:59:59Z");
    shows(zones, "America/New_York", "2026-03-08T02:00:00Z", "2026-03-08T07:00:00Z");
    shows(zones, "America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T07:30:00Z");
    shows(zones, "America/New_York", "2026-03-08T03:00:00Z", "2026-03-08T07:00:00Z");
    /* the hour that occurs twice: the first */
    shows(zones, "America/New_York", "2026-11-01T00:59:59Z", "2026-11-01T04:59:59Z");
    shows(zones, "America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z");
    shows(zones, "America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T07:00:00Z");
    /* half an hour; the southern hemisphere; the other sign; a day that was skipped */
    shows(zones, "Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:45:00Z");
    shows(zones, "Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z");
    shows(zones, "America/Santiago", "2040-01-15T12:00:00Z", "2040-01-15T15:00:00Z");
    shows(zones, "Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z");
    shows(zones, "Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z");
    shows(zones, "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T22:00:00Z");
    shows(zones, "Pacific/Apia", "2011-12-31T12:00:00Z", "2011-12-30T22:00:00Z");
    shows(zones, "Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-29T22:00:00Z");
}

static void test_names(sbx_zones *zones) {
    static const char *const bad[] = {
        "",
        "/",
        "/etc/passwd",
        "..",
        "../etc/passwd",
        "America/../UTC",
        "America//New_York",
        "America/",
        "./UTC",
        "zone.tab",
        "America/New York",
        "America/New_York\n",
        "posixrules",
        "posix/UTC",
        "right/UTC",
        "localtime",
        "-5",
        "Etc/-5",
        ":America/New_York",
        "UTC%00",
        "A012345678901234567890123456789012345678901234567890123456789012345",
    };
    const sbx_zone *zone = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_INT(sbx_zones_find(zones, bad[i], &zone), SBX_ZONE_BAD_NAME);
    CHECK_INT(sbx_zones_find(zones, "America", &zone), SBX_ZONE_UNKNOWN);
    CHECK_INT(sbx_zones_find(zones, "America/Gotham", &zone), SBX_ZONE_UNKNOWN);
    CHECK_INT(sbx_zones_find(zones, "UTC/Gotham", &zone), SBX_ZONE_UNKNOWN);
    CHECK_INT(sbx_zones_find(zones, "america/new_york", &zone), SBX_ZONE_UNKNOWN);
    CHECK_INT(sbx_zones_find(zones, "leapseconds", &zone), SBX_ZONE_UNKNOWN);
    CHECK(zone == NULL);
    CHECK(find(zones, "Etc/GMT+5") && find(zones, "America/Port-au-Prince") && find(zones, "NZ"));
    CHECK(find(zones, "NZ") == find(zones, "NZ"));

    sbx_zones *none = sbx_zones_new("/nowhere");
    CHECK_INT(sbx_zone_offset(find(none, "UTC"), 0), 0);
    CHECK_INT(sbx_zones_find(none, "Europe/Berlin", &zone), SBX_ZONE_UNKNOWN);
    sbx_zones_free(none);
    sbx_zones_free(NULL);
}

static int32_t rule_offset(const char *rule, const char *instant) {
    sbx_tz_rule parsed;
    CHECK(sbx_tz_parse(rule, strlen(rule), &parsed));
    return sbx_tz_offset(&parsed, at(instant) / SBX_SECOND);
}

static void test_rules(void) {
    CHECK_INT(rule_offset("<+0530>-5:30", "2026-01-01T00:00:00Z"), 19800);
    CHECK_INT(rule_offset("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z"), -18000);
    CHECK_INT(rule_offset("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z"), -14400);
    CHECK_INT(rule_offset("EST5EDT,M3.2.0,M11.1.0", "2026-11-01T05:59:59Z"), -14400);
    CHECK_INT(rule_offset("EST5EDT,M3.2.0,M11.1.0", "2026-11-01T06:00:00Z"), -18000);
    /* winter time as the exception, as in Ireland */
    CHECK_INT(rule_offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z"), 0);
    CHECK_INT(rule_offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z"), 3600);
    /* spanning New Year, last Sundays, negative and large hours, days of the year */
    CHECK_INT(rule_offset("<-04>4<-03>,M9.1.6/24,M4.1.6/24", "2026-01-01T00:00:00Z"), -10800);
    CHECK_INT(rule_offset("<-04>4<-03>,M9.1.6/24,M4.1.6/24", "2026-06-01T00:00:00Z"), -14400);
    CHECK_INT(rule_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z"), -7200);
    CHECK_INT(rule_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z"), -3600);
    CHECK_INT(rule_offset("XXX3EDT4,0/0,J365/23", "2026-01-01T00:00:00Z"), -14400);
    CHECK_INT(rule_offset("XXX3EDT4,0/0,J365/23", "2027-12-31T23:59:59Z"), -14400);
    CHECK_INT(rule_offset("AAA-10BBB,J1/0,J100/0", "2026-12-31T13:59:59Z"), 36000);
    CHECK_INT(rule_offset("AAA-10BBB,J1/0,J100/0", "2026-12-31T14:00:00Z"), 39600);
    CHECK_INT(rule_offset("AAA10BBB,J300/0,J365/24", "2027-01-01T08:59:59Z"), -32400);
    CHECK_INT(rule_offset("AAA10BBB,J300/0,J365/24", "2027-01-01T09:00:00Z"), -36000);
    CHECK_INT(rule_offset("AAA0BBB,J60/0,J61/0", "2024-03-01T00:00:00Z"), 3600);
    CHECK_INT(rule_offset("AAA0BBB,J60/0,J61/0", "2024-02-29T23:59:59Z"), 0);
    CHECK_INT(rule_offset("AAA0BBB,59/0,60/0", "2024-02-29T00:00:00Z"), 3600);

    static const char *const bad[] = {
        "",
        "A5",
        "EST",
        "EST25",
        "EST5EDT",
        "EST5EDT,",
        "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0,M11.1.0,",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J5",
        "EST5EDT,366,J5",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "<EST5",
        "EST5:60",
        "EST99999999999999999999",
        "EST5EDT,M3.2.0/2:3:99,M11.1.0",
    };
    sbx_tz_rule rule;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(!sbx_tz_parse(bad[i], strlen(bad[i]), &rule));
}

/* Writes a version 2 file without transitions whose rule has everything, as slim builds have it. */
static size_t slim_file(unsigned char *out, const char *rule) {
    static const unsigned char header[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                          "\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4";
    static const unsigned char types[] = "\xFF\xFF\xB9\xB0\0\0EST"; /* -18000 */
    size_t size = 0;
    for (int i = 0; i < 2; i++) {
        memcpy(out + size, header, 44);
        memcpy(out + size + 44, types, 10);
        size += 54;
    }
    return size + (size_t)sprintf((char *)out + size, "\n%s\n", rule);
}

static void test_files(sbx_zones *zones) {
    unsigned char bytes[300];
    size_t size = slim_file(bytes, "EST5EDT,M3.2.0,M11.1.0");
    const sbx_zone *york = find(zones, "America/New_York");
    sbx_zone *zone = NULL;
    CHECK_INT(sbx_zone_parse("slim", bytes, size, &zone), SBX_ZONE_OK);
    int same = 1;
    for (int64_t t = at("2030-01-01T00:00:00Z"); t < at("2045-01-01T00:00:00Z"); t += SBX_HOUR)
        same = same && sbx_zone_offset(zone, t) == sbx_zone_offset(york, t);
    CHECK(same);
    sbx_zone_free(zone);

    /* cut anywhere it is rejected, or it is complete but for the end of the rule */
    int broken = 1;
    for (size_t length = 0; length < size; length++)
        broken = broken && sbx_zone_parse("cut", bytes, length, &zone) == SBX_ZONE_BROKEN;
    CHECK(broken);
    bytes[54 + 39] = 0; /* no types */
    CHECK_INT(sbx_zone_parse("x", bytes, size, &zone), SBX_ZONE_BROKEN);
    bytes[54 + 36] = 0xFF; /* more types than bytes */
    CHECK_INT(sbx_zone_parse("x", bytes, size, &zone), SBX_ZONE_BROKEN);
    size = slim_file(bytes, "EST5EDT,M3.2.0,M11.1.9");
    CHECK_INT(sbx_zone_parse("x", bytes, size, &zone), SBX_ZONE_BROKEN);
    size = slim_file(bytes, "");
    CHECK_INT(sbx_zone_parse("fixed", bytes, size, &zone), SBX_ZONE_OK);
    CHECK_INT(sbx_zone_offset(zone, SBX_TIME_MAX), -18000);
    sbx_zone_free(zone);
}

/* Compares a zone with the C library, about every 41 hours from 1902 to 2100. */
static int same_as_libc(const sbx_zone *zone) {
    setenv("TZ", sbx_zone_name(zone), 1);
    tzset();
    for (int64_t t = INT64_C(-2145916800); t < INT64_C(4102444800); t += 41 * 3600 + 1799) {
        time_t seconds = (time_t)t;
        struct tm parts;
        localtime_r(&seconds, &parts);
        int64_t local = sbx_zone_local(zone, t * SBX_SECOND);
        if (parts.tm_gmtoff != sbx_zone_offset(zone, t * SBX_SECOND))
            return fprintf(stderr, "%s at %lld\n", sbx_zone_name(zone), (long long)t), 0;
        /* and back, to the same or to the first of two */
        int64_t back = sbx_zone_instant(zone, local);
        if (back > t * SBX_SECOND || sbx_zone_local(zone, back) != local)
            return fprintf(stderr, "%s back to %lld\n", sbx_zone_name(zone), (long long)t), 0;
    }
    return 1;
}

static void test_libc(sbx_zones *zones) {
    char line[300], name[100];
    int compared = 0, same = 0;
    FILE *table = fopen("/usr/share/zoneinfo/zone1970.tab", "r");
    while (table && fgets(line, sizeof line, table)) {
        const sbx_zone *zone;
        if (line[0] == '#' || sscanf(line, "%*s %*s %99s", name) != 1)
            continue;
        compared++;
        same += sbx_zones_find(zones, name, &zone) == SBX_ZONE_OK && same_as_libc(zone);
    }
    if (table)
        fclose(table);
    CHECK_INT(same, compared);
    unsetenv("TZ");
    tzset();
}

void test_zone(void) {
    sbx_zones *zones = sbx_zones_new(NULL);
    test_offsets(zones);
    test_instants(zones);
    test_names(zones);
    test_rules();
    test_files(zones);
    test_libc(zones);
    sbx_zones_free(zones);
}
