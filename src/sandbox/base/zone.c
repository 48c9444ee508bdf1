/* SPDX-License-Identifier: MIT */
#include "base/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/posix_tz.h"
#include "base/timestamp.h"

#define DIRECTORY   "/usr/share/zoneinfo"
#define FILE_MAX    (1 << 20)
#define HEADER_SIZE 44
#define OFFSET_MAX  (26 * 3600)
#define REACH       (16 * SBX_HOUR) /* no zone has ever been further from UTC */

struct sbx_zone {
    struct sbx_zone *next; /* in its cache */
    char *name;
    size_t count;     /* transitions */
    int64_t *times;   /* seconds, ascending */
    int32_t *offsets; /* seconds east of UTC from that time on */
    int32_t before;   /* ... before the first */
    bool has_rule;    /* ... after the last */
    sbx_tz_rule rule;
};

struct sbx_zones {
    char *directory;
    sbx_zone *first;
};

/* --- reading TZif (RFC 8536) --- */

struct counts {
    size_t isut, isstd, leap, time, type, chars;
};

static uint32_t get32(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t get_time(const unsigned char *at, size_t size) {
    if (size == 4)
        return (int32_t)get32(at);
    return (int64_t)((uint64_t)get32(at) << 32 | get32(at + 4));
}

static bool read_counts(const unsigned char *bytes, size_t length, struct counts *out) {
    if (length < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0)
        return false;
    *out = (struct counts){get32(bytes + 20), get32(bytes + 24), get32(bytes + 28),
                           get32(bytes + 32), get32(bytes + 36), get32(bytes + 40)};
    /* no sum of these can overflow after this check */
    return out->isut <= FILE_MAX && out->isstd <= FILE_MAX && out->leap <= FILE_MAX &&
           out->time <= FILE_MAX && out->type <= 256 && out->chars <= FILE_MAX;
}

static size_t block_size(const struct counts *c, size_t time_size) {
    return c->time * (time_size + 1) + c->type * 6 + c->chars + c->leap * (time_size + 4) +
           c->isstd + c->isut;
}

static bool read_offset(const unsigned char *types, size_t index, int32_t *out) {
    *out = (int32_t)get32(types + index * 6);
    return *out >= -OFFSET_MAX && *out <= OFFSET_MAX;
}

/* Reads the block after a header, which is known to hold all of it. */
static sbx_zone_status read_block(sbx_zone *zone, const unsigned char *block,
                                  const struct counts *c, size_t time_size) {
    const unsigned char *indices = block + c->time * time_size, *types = indices + c->time;
    /* leap seconds occur in "right" zones only, which no zone name leads to */
    if (c->type == 0 || c->leap != 0 || !read_offset(types, 0, &zone->before))
        return SBX_ZONE_BROKEN;
    zone->times = calloc(c->time + 1, sizeof *zone->times);
    zone->offsets = calloc(c->time + 1, sizeof *zone->offsets);
    if (!zone->times || !zone->offsets)
        return SBX_ZONE_NO_MEMORY;
    for (size_t i = 0; i < c->time; i++) {
        zone->times[i] = get_time(block + i * time_size, time_size);
        if (indices[i] >= c->type || !read_offset(types, indices[i], &zone->offsets[i]) ||
            (i && zone->times[i] <= zone->times[i - 1]))
            return SBX_ZONE_BROKEN;
    }
    zone->count = c->time;
    return SBX_ZONE_OK;
}

/* Reads the footer: "\nEST5EDT,M3.2.0,M11.1.0\n". */
static sbx_zone_status read_footer(sbx_zone *zone, const unsigned char *at, size_t length) {
    const unsigned char *end = length ? memchr(at + 1, '\n', length - 1) : NULL;
    if (!end || at[0] != '\n')
        return SBX_ZONE_BROKEN;
    zone->has_rule = end > at + 1;
    if (zone->has_rule && !sbx_tz_parse((const char *)at + 1, (size_t)(end - at - 1), &zone->rule))
        return SBX_ZONE_BROKEN;
    return SBX_ZONE_OK;
}

static sbx_zone_status read_file(sbx_zone *zone, const unsigned char *bytes, size_t length) {
    struct counts c;
    size_t time_size = 4;
    if (!read_counts(bytes, length, &c) || block_size(&c, 4) > length - HEADER_SIZE)
        return SBX_ZONE_BROKEN;
    if (bytes[4] >= '2') { /* version 2 and later repeat the data with 64-bit times */
        bytes += HEADER_SIZE + block_size(&c, 4);
        length -= HEADER_SIZE + block_size(&c, 4);
        time_size = 8;
        if (!read_counts(bytes, length, &c) || block_size(&c, 8) > length - HEADER_SIZE)
            return SBX_ZONE_BROKEN;
    }
    sbx_zone_status status = read_block(zone, bytes + HEADER_SIZE, &c, time_size);
    size_t used = HEADER_SIZE + block_size(&c, time_size);
    if (status == SBX_ZONE_OK && time_size == 8)
        status = read_footer(zone, bytes + used, length - used);
    return status;
}

sbx_zone_status sbx_zone_parse(const char *name, const unsigned char *bytes, size_t length,
                               sbx_zone **out) {
    sbx_zone *zone = calloc(1, sizeof *zone);
    sbx_zone_status status = SBX_ZONE_NO_MEMORY;
    if (zone && (zone->name = strdup(name)))
        status = read_file(zone, bytes, length);
    if (status == SBX_ZONE_OK)
        *out = zone;
    else
        sbx_zone_free(zone);
    return status;
}

void sbx_zone_free(sbx_zone *zone) {
    if (!zone)
        return;
    free(zone->name);
    free(zone->times);
    free(zone->offsets);
    free(zone);
}

/* --- cache --- */

sbx_zones *sbx_zones_new(const char *directory) {
    sbx_zones *zones = calloc(1, sizeof *zones);
    if (zones && !(zones->directory = strdup(directory ? directory : DIRECTORY))) {
        free(zones);
        zones = NULL;
    }
    return zones;
}

void sbx_zones_free(sbx_zones *zones) {
    if (!zones)
        return;
    while (zones->first) {
        sbx_zone *zone = zones->first;
        zones->first = zone->next;
        sbx_zone_free(zone);
    }
    free(zones->directory);
    free(zones);
}

/* Whether the name consists of segments of letters, digits, '_', '+' and '-' that start with a
 * letter: no dots and no absolute paths, so nothing outside the directory can be opened. */
static bool is_name(const char *name) {
    static const char *const reserved[] = {"posix/", "right/", "posixrules", "localtime"};
    size_t length = strlen(name);
    if (length > 64)
        return false;
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strncmp(name, reserved[i], strlen(reserved[i])) == 0)
            return false;
    for (size_t i = 0; i <= length; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (i == 0 || name[i - 1] == '/') {
            if (!letter)
                return false;
        } else if (c && !letter && !strchr("0123456789_+-/", c)) {
            return false;
        }
    }
    return true;
}

static sbx_zone_status read_all(int fd, unsigned char **bytes, size_t *length) {
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return SBX_ZONE_UNKNOWN; /* "America" is a directory */
    if (info.st_size < 4 || info.st_size > FILE_MAX)
        return SBX_ZONE_BROKEN;
    *bytes = malloc((size_t)info.st_size);
    if (!*bytes)
        return SBX_ZONE_NO_MEMORY;
    for (*length = 0; *length < (size_t)info.st_size;) {
        ssize_t got = read(fd, *bytes + *length, (size_t)info.st_size - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return SBX_ZONE_BROKEN;
        *length += (size_t)got;
    }
    /* the directory has other files too, such as "leapseconds" */
    return memcmp(*bytes, "TZif", 4) == 0 ? SBX_ZONE_OK : SBX_ZONE_UNKNOWN;
}

static sbx_zone_status load(const sbx_zones *zones, const char *name, sbx_zone **out) {
    static const unsigned char utc[] = "TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
                                       "\0\0\0\0\0\0UTC";
    unsigned char *bytes = NULL;
    size_t length = 0, size = strlen(zones->directory) + strlen(name) + 2;
    char *path = malloc(size);
    sbx_zone_status status = SBX_ZONE_UNKNOWN;
    if (!path)
        return SBX_ZONE_NO_MEMORY;
    snprintf(path, size, "%s/%s", zones->directory, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    free(path);
    if (fd >= 0) {
        status = read_all(fd, &bytes, &length);
        close(fd);
        if (status == SBX_ZONE_OK)
            status = sbx_zone_parse(name, bytes, length, out);
        free(bytes);
    } else if (errno != ENOENT && errno != ENOTDIR) {
        status = SBX_ZONE_BROKEN;
    }
    if (status == SBX_ZONE_UNKNOWN && strcmp(name, "UTC") == 0)
        status = sbx_zone_parse(name, utc, sizeof utc, out);
    return status;
}

sbx_zone_status sbx_zones_find(sbx_zones *zones, const char *name, const sbx_zone **out) {
    sbx_zone *zone;
    if (!is_name(name))
        return SBX_ZONE_BAD_NAME;
    for (zone = zones->first; zone && strcmp(zone->name, name) != 0;)
        zone = zone->next;
    if (!zone) {
        sbx_zone_status status = load(zones, name, &zone);
        if (status != SBX_ZONE_OK)
            return status;
        zone->next = zones->first;
        zones->first = zone;
    }
    *out = zone;
    return SBX_ZONE_OK;
}

const char *sbx_zone_name(const sbx_zone *zone) {
    return zone->name;
}

/* --- offsets --- */

int32_t sbx_zone_offset(const sbx_zone *zone, int64_t instant) {
    int64_t seconds = sbx_floor_div(instant, SBX_SECOND);
    size_t low = 0,
           high = zone->count; /* transitions [0, low) have passed, [high, count) have not */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_rule)
        return sbx_tz_offset(&zone->rule, seconds);
    return low == 0 ? zone->before : zone->offsets[low - 1];
}

int64_t sbx_zone_local(const sbx_zone *zone, int64_t instant) {
    return instant + sbx_zone_offset(zone, instant) * SBX_SECOND;
}

int64_t sbx_zone_instant(const sbx_zone *zone, int64_t local) {
    int64_t earlier = sbx_zone_offset(zone, local - REACH) * SBX_SECOND;
    int64_t later = sbx_zone_offset(zone, local + REACH) * SBX_SECOND;
    /* A time that occurs twice occurs first under the earlier offset; a skipped time is read with
     * the earlier offset too, unless the later one matches. */
    if (sbx_zone_local(zone, local - earlier) != local &&
        sbx_zone_local(zone, local - later) == local)
        return local - later;
    return local - earlier;
}
