/* SPDX-License-Identifier: MIT
 * alertlook.c - see alertlook.h. */
#include "ui/alertlook.h"
#include "ui/figure.h"
#include <stdio.h>
#include <string.h>

static enum rule rule_of(const struct view_input *in, const struct alert_row *r)
{
    const char *name = row_has(r, alert, rule) ? cell_string(in, r->rule) : "";

    return rule_find(name, strlen(name));
}

/* Of a source only the alert's id tells, behind the name of the rule. */
void alert_about(const struct view_input *in, const struct alert_row *r, char out[ALERT_ABOUT_MAX])
{
    const char *id = cell_string(in, r->id), *slash = strchr(id, '/');
    enum rule rule = rule_of(in, r);
    int n = 0;

    out[0] = '\0';
    if (row_has(r, alert, node))
        n = snprintf(out, ALERT_ABOUT_MAX, "%.250s", cell_string(in, r->node));
    if (row_has(r, alert, device))
        snprintf(out + n, ALERT_ABOUT_MAX - (size_t)n, "/%.100s", cell_string(in, r->device));
    if (n == 0 && rule != RULE_COUNT && rule_info(rule)->subject == ENTITY_SOURCE && slash)
        snprintf(out, ALERT_ABOUT_MAX, "%.250s", slash + 1);
}

enum rule_unit alert_unit(const struct view_input *in, const struct alert_row *r)
{
    enum rule rule = rule_of(in, r);

    return rule == RULE_COUNT ? RULE_UNIT_COUNT : rule_info(rule)->unit;
}

const char *alert_figure(const struct view_input *in, const struct alert_row *r, double v,
                         char out[FIGURE_MAX])
{
    out[0] = '\0';
    switch (alert_unit(in, r)) {
    case RULE_UNIT_DURATION:
        figure_duration(out, (int64_t)(v * 1000));
        break;
    case RULE_UNIT_PERCENT:
        snprintf(out, FIGURE_MAX, "%.1f%%", v);
        break;
    case RULE_UNIT_CELSIUS:
        figure_unit(out, v, UNIT_CELSIUS, in->ascii);
        break;
    case RULE_UNIT_SWITCH:
        break; /* it is so, or it is not */
    case RULE_UNIT_COUNT:
    case RULE_UNIT_PROBABILITY:
        figure_number(out, v, v != (double)(int64_t)v && v < 1000, in->ascii);
        break;
    }
    return out;
}
