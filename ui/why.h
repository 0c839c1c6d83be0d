/* SPDX-License-Identifier: MIT
 * why.h - why a job waits, in words. The table of reasons is the model's. */
#ifndef SUAN_UI_WHY_H
#define SUAN_UI_WHY_H

#include "ui/view.h"

struct why {
    const char *words;   /* "waits for free devices or nodes"; the code itself if it is not known */
    const char *unblock; /* what would unblock it; "" if nobody knows */
};

struct why why_of(const struct view_input *in, const struct job_row *job);

#endif
