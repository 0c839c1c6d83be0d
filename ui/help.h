/* SPDX-License-Identifier: MIT
 * help.h - the help screen, made from keys.def and the view's own text. Pure. */
#ifndef SUAN_UI_HELP_H
#define SUAN_UI_HELP_H

#include "base/buf.h"
#include "ui/view.h"

/* In the markup of PAGER_HELP. */
void help_text(const struct view_ops *v, struct buf *out);

#endif
