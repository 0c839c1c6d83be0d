/* SPDX-License-Identifier: MIT
 * complete.h - what Tab offers on the command line and in a filter. */
#ifndef SUAN_UI_COMPLETE_H
#define SUAN_UI_COMPLETE_H

#include "base/buf.h"
#include "model/snapshot.h"

struct completion {
    enum entity entity;
    const struct snapshot *snap; /* may be NULL */
    const char *theme_dirs;
};

/* line_complete callbacks; arg is a struct completion. */
void complete_command(void *arg, const char *stem, struct buf *out);
void complete_filter(void *arg, const char *stem, struct buf *out);

#endif
