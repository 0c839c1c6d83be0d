/* SPDX-License-Identifier: MIT
 * pending.h - rows that something was sent for and no poll has shown yet (ROW_PENDING): which verb it was. Pure. */
#ifndef SUAN_UI_PENDING_H
#define SUAN_UI_PENDING_H

#include "ui/view.h"

/* "drain…" for a node or job that waits to be confirmed; NULL = it does not. */
const char *pending_word(const struct view_input *in, enum entity e, const void *row);

#endif
