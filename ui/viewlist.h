/* SPDX-License-Identifier: MIT
 * viewlist.h - the views by name, for those that push one another, and what the drill-down shares. */
#ifndef SUAN_UI_VIEWLIST_H
#define SUAN_UI_VIEWLIST_H

#include "ui/view.h"

#define VIEW(id) extern const struct view_ops view_##id;
#include "ui/views.def"
#undef VIEW
/* They have no number. */
extern const struct view_ops view_pools;     /* Enter on a center */
extern const struct view_ops view_offenders; /* o in view 6 */

#endif
