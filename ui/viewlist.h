/* SPDX-License-Identifier: MIT
 * viewlist.h - the views by name, for those that push one another, and what the drill-down shares. */
#ifndef SUAN_UI_VIEWLIST_H
#define SUAN_UI_VIEWLIST_H

#include "ui/view.h"

#define VIEW(id) extern const struct view_ops view_##id;
#include "ui/views.def"
#undef VIEW
extern const struct view_ops view_pools; /* has no number: Enter on a center */

#endif
