/* SPDX-License-Identifier: MIT
 * ansi.h - a canvas as 24-bit ANSI text in the default colours, to be looked at. */
#ifndef SUAN_TESTS_GOLDEN_ANSI_H
#define SUAN_TESTS_GOLDEN_ANSI_H

#include "ui/canvas.h"

void ansi_from_canvas(const struct canvas *c, struct buf *out);

#endif
