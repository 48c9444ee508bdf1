/* SPDX-License-Identifier: MIT */
#include "page.h"

const char sbx_page[] = "<!DOCTYPE html>\n<title>Sandbox</title>\n<p>The sandbox is running.</p>\n";
