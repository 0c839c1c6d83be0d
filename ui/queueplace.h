/* SPDX-License-Identifier: MIT
 * queueplace.h - how many jobs stand before an interrupted one that waits again.
 *
 * Counted in one pass over the jobs, at most once in some seconds, and not at all where there are so many that it would
 * be felt at the keys. Thread: ui (the last count is remembered). */
#ifndef SUAN_UI_QUEUEPLACE_H
#define SUAN_UI_QUEUEPLACE_H

#include "ui/view.h"

/* Its place in its queue by priority, 1 = next; 0 = not known. */
unsigned queue_place(const struct view_input *in, const struct interruption_row *r);

#endif
