/* SPDX-License-Identifier: MIT */
#ifndef SPEC_LIBRARY_H
#define SPEC_LIBRARY_H

/* Finds the code of a loaded library, so that a caller's return address tells which library called.
 * Linux with glibc; _GNU_SOURCE. */
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    char name[64]; /* part of its path; "": the program itself */
    uintptr_t begin, end;
} library;

static int library_take(struct dl_phdr_info *info, size_t size, void *data) {
    library *wanted = data;
    (void)size;
    bool matches =
        wanted->name[0] ? strstr(info->dlpi_name, wanted->name) != NULL : !info->dlpi_name[0];
    for (int i = 0; matches && !wanted->end && i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && part->p_flags & PF_X) {
            wanted->begin = info->dlpi_addr + part->p_vaddr;
            wanted->end = wanted->begin + part->p_memsz;
        }
    }
    return 0;
}

/* Fills `begin` and `end`. False: no such library is loaded. */
static inline bool library_find(library *wanted) {
    dl_iterate_phdr(library_take, wanted);
    return wanted->end != 0;
}

static inline bool library_holds(const library *known, const void *address) {
    return (uintptr_t)address >= known->begin && (uintptr_t)address < known->end;
}

#endif
