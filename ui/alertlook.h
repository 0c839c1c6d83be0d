/* SPDX-License-Identifier: MIT
 * alertlook.h - what an alert is about, and its figures as its rule counts them. Pure. */
#ifndef SUAN_UI_ALERTLOOK_H
#define SUAN_UI_ALERTLOOK_H

#include "model/rules.h"
#include "ui/cells.h"

enum { ALERT_ABOUT_MAX = 512 };

/* A source, "node", or "node/device"; "" for a center. */
void alert_about(const struct view_input *in, const struct alert_row *r, char out[ALERT_ABOUT_MAX]);
/* RULE_UNIT_COUNT for the rules of others. */
enum rule_unit alert_unit(const struct view_input *in, const struct alert_row *r);
/* "91°", "18.5%", "2h12", "11"; "" for what is so or is not. Returns out. */
const char *alert_figure(const struct view_input *in, const struct alert_row *r, double v,
                         char out[FIGURE_MAX]);

#endif
