/* SPDX-License-Identifier: MIT
 * why.c - see why.h. */
#include "ui/why.h"
#include "base/i18n.h"
#include "ui/cells.h"
#include "model/reasons.h"

struct why why_of(const struct view_input *in, const struct job_row *job)
{
    const char *code = row_has(job, job, reason) ? cell_string(in, job->reason) : "";
    struct reason reason = reason_lookup(code);

    return (struct why){_(reason.words), _(reason.unblock)};
}
