/* SPDX-License-Identifier: MIT
 * zh_kit.h - tests in Chinese, with the catalogue that was built. */
#ifndef SUAN_TESTS_UNIT_ZH_KIT_H
#define SUAN_TESTS_UNIT_ZH_KIT_H

#include "base/i18n.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* False where the program is built without its catalogues. English again: i18n_end. */
static inline bool use_chinese(void)
{
    char dir[1024];
    const char *build = getenv("SUANTOP_BUILDDIR");
    struct err e = {0};

    snprintf(dir, sizeof dir, "%s/po", build != NULL ? build : ".");
    i18n_start(dir);
    return i18n_use("zh_CN", &e) == RC_OK;
}

#endif
