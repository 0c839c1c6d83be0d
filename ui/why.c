/* SPDX-License-Identifier: MIT
 * why.c - see why.h. */
#include "ui/why.h"
#include "ui/cells.h"

struct why why_of(const struct view_input *in, const struct job_row *job)
{
    struct why why = {"", ""};

    if (row_has(job, job, reason))
        why.words = cell_string(in, job->reason);
    return why;
}
