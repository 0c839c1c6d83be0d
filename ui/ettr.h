/* SPDX-License-Identifier: MIT
 * ettr.h - the effective training time ratio of interrupted jobs: how much of the time between the start of their first
 * attempt and the end of their last was work that was kept.
 *
 * The formula is the model's (reliability_ettr); here attempts and interruptions of the snapshot are put together for
 * it. NAN = not known. Pure; thread: ui. */
#ifndef SUAN_UI_ETTR_H
#define SUAN_UI_ETTR_H

#include "ui/view.h"

/* Of one job, by the attempts that are known of it, the oldest first. */
double ettr_of_attempts(const struct view_input *in, const uint32_t *slots, int count);
/* Of all jobs of the scope's center (or of all) that were interrupted since, each weighing as long as it took. */
double ettr_since(const struct view_input *in, wall_ms from);

#endif
