/* SPDX-License-Identifier: MIT */
#ifndef KLV_FILE_H
#define KLV_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Beyond Lua's io library: create a file exclusively, replace one without a moment in which
 * it is incomplete, and find out who else may write one. */

#pragma GCC visibility push(hidden)

/* Writes `size` bytes to a file. A regular file is replaced by rename(2): it is complete or as it
 * was, and keeps its mode and owner; a new one that is private is its owner's alone. A link is
 * followed to the file it names, which must exist. Anything else, such as a pipe, a device or
 * /dev/stdout, is written into. False with errno on failure. */
bool klv_file_write(const char *path, const char *bytes, size_t size, bool is_private);

bool klv_file_is_link(const char *path);

/* Creates a file of an unpredictable name that only its owner can read, in a directory, and writes
 * to it. Its path goes to `path`. False with errno on failure. */
bool klv_file_create(const char *directory, const char *suffix, const char *bytes, size_t size,
                     char *path, size_t capacity);

typedef struct klv_file_access {
    unsigned mode;       /* the permission bits */
    bool other_owner;    /* it belongs to somebody who is neither this user nor root */
    bool shared_group;   /* its group has members other than this user */
    bool open_directory; /* anybody may replace it: its directory is writable and not sticky */
    unsigned long long device, inode; /* two names of one file have the same */
} klv_file_access;

typedef enum klv_file_type {
    KLV_FILE_MISSING, /* with errno */
    KLV_FILE_REGULAR,
    KLV_FILE_DIRECTORY,
    KLV_FILE_OTHER, /* a pipe, a device, a socket */
} klv_file_type;

/* What a path names; links are followed. */
klv_file_type klv_file_type_of(const char *path);

/* The absolute path of a file without links, into `real` of PATH_MAX bytes. False with errno on
 * failure. */
bool klv_file_real_path(const char *path, char *real);

/* Writes the names in a directory, each ended by NUL and in no order, into `names`, as far as they
 * fit. `.` and `..` are left out. Returns the size of all of them, or -1 with errno. */
long klv_file_names(const char *path, char *names, size_t capacity);

/* Who may read and write a file. False with errno if there is none. */
bool klv_file_access_of(const char *path, klv_file_access *access);

#pragma GCC visibility pop

#endif
