/* SPDX-License-Identifier: MIT
 * reasons.h - a scheduler's reason code in plain words, and what would unblock the job.
 *
 * The table is reasons.def. Pure; the texts are static (the words of an unknown code are the code that was
 * passed in). Thread: any. */
#ifndef SUAN_MODEL_REASONS_H
#define SUAN_MODEL_REASONS_H

#include <stdbool.h>

struct reason {
    const char *words;   /* "waits for free nodes or devices"; of an unknown code the code itself */
    const char *unblock; /* "" if nobody knows */
    bool known;
};

/* code may be NULL or "": words is "" then. */
struct reason reason_lookup(const char *code);

#endif
