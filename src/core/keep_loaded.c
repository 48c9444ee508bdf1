/* SPDX-License-Identifier: MIT */
#include "keep_loaded.h"

#include <dlfcn.h>

void klv_keep_loaded(const void *inside) {
    Dl_info self;
    if (dladdr(inside, &self) && self.dli_fname) {
        void *module = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
        if (module) {
            dlclose(module); /* it is loaded all the same, and stays so */
        }
    }
}
