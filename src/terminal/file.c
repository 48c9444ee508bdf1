/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS 40 /* links in a row, as the kernel counts them */

static bool write_all(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t count = write(fd, bytes, size);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        bytes += count > 0 ? count : 0;
        size -= count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* Closes a descriptor, and keeps errno if something failed before. */
static bool close_after(int fd, bool ok) {
    int reason = errno;
    bool closed = close(fd) == 0;
    if (!ok) {
        errno = reason;
    }
    return ok && closed;
}

/* 16 hexadecimal digits that nobody can guess. */
static bool random_name(char out[17]) {
    unsigned char bytes[8];
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool ok = read(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes;
    close_after(fd, true);
    for (size_t i = 0; ok && i < sizeof bytes; i++) {
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
    return ok;
}

static char *format(const char *pattern, const char *a, const char *b, const char *c) {
    int size = snprintf(NULL, 0, pattern, a, b, c);
    char *out = size < 0 ? NULL : malloc((size_t)size + 1);
    if (out) {
        snprintf(out, (size_t)size + 1, pattern, a, b, c);
    }
    return out;
}

/* The directory of a path with its last slash; "" for the current one. */
static char *directory_of(const char *path) {
    const char *slash = strrchr(path, '/');
    char *out = strdup(path);
    if (out) {
        out[slash ? slash - path + 1 : 0] = 0;
    }
    return out;
}

/* The descriptor of this process that a path means, such as 1 for /dev/stdout; -1 for none. */
static int descriptor_of(const char *path) {
    static const char *const names[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    for (int fd = 0; fd < 3; fd++) {
        if (strcmp(path, names[fd]) == 0) {
            return fd;
        }
    }
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t length = strlen(folders[i]);
        char *end;
        if (strncmp(path, folders[i], length) == 0 && path[length]) {
            long fd = strtol(path + length, &end, 10);
            return !*end && fd >= 0 && fd <= INT_MAX ? (int)fd : -1;
        }
    }
    return -1;
}

/* Follows a link one step. Returns the new path; NULL with errno. */
static char *follow(char *path) {
    char target[PATH_MAX];
    ssize_t size = readlink(path, target, sizeof target - 1);
    char *directory = size < 0 ? NULL : directory_of(path);
    char *next = NULL;
    if (directory) {
        target[size] = 0;
        next = format("%s%s%s", target[0] == '/' ? "" : directory, target, "");
        free(directory);
    }
    free(path);
    return next;
}

/* The file that a path names behind its links, or the first link on the way that means a
 * descriptor. */
static char *resolve(const char *path) {
    char *at = strdup(path);
    for (int i = 0; at && i < LINKS; i++) {
        struct stat info;
        if (descriptor_of(at) >= 0 || lstat(at, &info) || !S_ISLNK(info.st_mode)) {
            return at;
        }
        at = follow(at);
    }
    if (at) {
        free(at);
        errno = ELOOP;
    }
    return NULL;
}

/* Writes into something that is there and must stay. */
static bool write_into(int fd, const char *bytes, size_t size) {
    return fd >= 0 && close_after(fd, write_all(fd, bytes, size));
}

static int create_exclusively(const char *path, mode_t mode) {
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

/* `old`: the file that is replaced; NULL if there is none, and then a new one has this mode. */
static bool replace(const char *path, const struct stat *old, mode_t mode, const char *bytes,
                    size_t size) {
    char name[17];
    char *directory = directory_of(path);
    char *beside =
        directory && random_name(name) ? format("%s.klaviyo-%s%s", directory, name, "") : NULL;
    free(directory);
    if (!beside) {
        return false;
    }
    int fd = create_exclusively(beside, old ? 0600 : mode);
    bool ok = fd >= 0;
    if (ok) {
        if (old && fchown(fd, old->st_uid, old->st_gid)) {
            errno = 0; /* only root may give a file away; for others it becomes theirs */
        }
        ok = (!old || fchmod(fd, old->st_mode & 0777) == 0) && write_all(fd, bytes, size) &&
             fsync(fd) == 0;
        ok = close_after(fd, ok) && rename(beside, path) == 0;
        if (!ok) {
            int reason = errno;
            unlink(beside);
            errno = reason;
        }
    }
    free(beside);
    return ok;
}

bool klv_file_write(const char *path, const char *bytes, size_t size, bool is_private) {
    char *at = resolve(path);
    if (!at) {
        return false;
    }
    struct stat info;
    int descriptor = descriptor_of(at);
    bool exists = descriptor < 0 && stat(at, &info) == 0;
    bool ok;
    if (descriptor >= 0) {
        ok = write_into(dup(descriptor), bytes, size);
    } else if (exists && !S_ISREG(info.st_mode)) {
        ok = write_into(open(at, O_WRONLY | O_NOCTTY | O_CLOEXEC), bytes, size);
    } else if (!exists && strcmp(at, path) != 0) {
        ok = false; /* in a directory of somebody else's making, the link could point anywhere */
        errno = ENOENT;
    } else {
        ok = replace(at, exists ? &info : NULL, is_private ? 0600 : 0666, bytes, size);
    }
    int reason = errno;
    free(at);
    errno = reason;
    return ok;
}

bool klv_file_is_link(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0 && S_ISLNK(info.st_mode);
}

bool klv_file_create(const char *directory, const char *suffix, const char *bytes, size_t size,
                     char *path, size_t capacity) {
    char name[17];
    if (!random_name(name)) {
        return false;
    }
    int length = snprintf(path, capacity, "%s/%s%s", directory, name, suffix);
    if (length < 0 || (size_t)length >= capacity) {
        errno = ENAMETOOLONG;
        return false;
    }
    return write_into(create_exclusively(path, 0600), bytes, size);
}

/* Whether a group is a user's own: it has the user's name, and no other members. A umask of 002 is
 * common where every user has such a group. */
static bool is_private_group(gid_t id) {
    struct passwd user, *found_user = NULL;
    struct group group, *found_group = NULL;
    char user_text[4096], group_text[16384];
    if (getpwuid_r(geteuid(), &user, user_text, sizeof user_text, &found_user) || !found_user ||
        getgrgid_r(id, &group, group_text, sizeof group_text, &found_group) || !found_group ||
        strcmp(group.gr_name, user.pw_name) != 0) {
        return false;
    }
    for (char **member = group.gr_mem; *member; member++) {
        if (strcmp(*member, user.pw_name) != 0) {
            return false;
        }
    }
    return true;
}

bool klv_file_access_of(const char *path, klv_file_access *access) {
    struct stat info, around;
    if (stat(path, &info)) {
        return false;
    }
    char *directory = directory_of(path);
    if (!directory) {
        return false;
    }
    bool found = stat(*directory ? directory : ".", &around) == 0;
    free(directory);
    access->mode = info.st_mode & 0777;
    access->device = (unsigned long long)info.st_dev;
    access->inode = (unsigned long long)info.st_ino;
    access->other_owner = info.st_uid != geteuid() && info.st_uid != 0;
    access->shared_group = !is_private_group(info.st_gid);
    access->open_directory = !found || ((around.st_mode & S_IWOTH) && !(around.st_mode & S_ISVTX));
    return true;
}

klv_file_type klv_file_type_of(const char *path) {
    struct stat info;
    if (stat(path, &info)) {
        return KLV_FILE_MISSING;
    }
    return S_ISREG(info.st_mode)   ? KLV_FILE_REGULAR
           : S_ISDIR(info.st_mode) ? KLV_FILE_DIRECTORY
                                   : KLV_FILE_OTHER;
}

bool klv_file_real_path(const char *path, char *real) {
    return realpath(path, real) != NULL;
}

long klv_file_names(const char *path, char *names, size_t capacity) {
    DIR *directory = opendir(path);
    if (!directory) {
        return -1;
    }
    size_t total = 0;
    struct dirent *entry;
    while (errno = 0, (entry = readdir(directory)) != NULL) {
        size_t size = strlen(entry->d_name) + 1;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (total + size <= capacity) {
            memcpy(names + total, entry->d_name, size);
        }
        total += size;
    }
    int reason = errno;
    closedir(directory);
    errno = reason;
    return reason ? -1 : (long)total;
}
