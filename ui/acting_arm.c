/* SPDX-License-Identifier: MIT
 * acting_arm.c - :arm and :disarm, and the banner that says which centers are armed; see acting.h. */
#include "ui/acting.h"
#include "base/i18n.h"
#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60000, SECOND_MS = 1000 };

static const char *name_of(const struct ui *u, const struct center_row *c)
{
    return intern_text(snapshot_strings(u->snap), row_has(c, center, name) ? c->name : c->id);
}

static const struct center_row *center_with(const struct ui *u, const char *id)
{
    for (uint32_t i = 0; u->snap && i < snapshot_slots(u->snap, ENTITY_CENTER); i++) {
        const struct center_row *c = snapshot_row(u->snap, ENTITY_CENTER, i);
        if (c && row_has(c, center, id) &&
            strcmp(intern_raw(snapshot_strings(u->snap), c->id), id) == 0)
            return c;
    }
    return NULL;
}

/* Named, or that of the view, or the only one. */
static const struct center_row *choose(struct ui *u, const char *verb, const char *id)
{
    int scope = ui_top(u)->scope.center;
    const struct center_row *c = NULL;

    if (*id)
        c = center_with(u, id);
    else if (u->snap && scope >= 0)
        c = snapshot_center(u->snap, (uint16_t)scope);
    else if (u->snap && snapshot_count(u->snap, ENTITY_CENTER) == 1)
        c = snapshot_center(u->snap, 0);
    if (!c && *id)
        ui_say(u, true, _("no center has the id %s"), id);
    else if (!c)
        ui_say(u, true, _(":%s CENTER: which one? its id stands in the overview's details"), verb);
    return c;
}

void acting_arm(struct ui *u, const char *id)
{
    const struct center_row *c = choose(u, "arm", id);
    const char *why;

    if (!c)
        return;
    enum act_mode mode = acting_mode(u, c->h.center);
    if (!acting_possible(u, &why))
        ui_say(u, true, _("arm: %s"), why);
    else if (mode == ACT_OFF)
        ui_say(u, true, _("actions are off for %s (actions: off in the configuration)"),
               name_of(u, c));
    else if (mode == ACT_CONFIRM)
        ui_say(u, false, _("%s needs no arming: each action asks on its own (actions: confirm)"),
               name_of(u, c));
    else {
        struct arm_panel *p = &u->arm_panel;
        p->center = c->h.center;
        p->minutes = (int)(act_limits_of(&u->options.act_limits).arm_ms / MINUTE_MS);
        snprintf(p->id, sizeof p->id, "%s", intern_text(snapshot_strings(u->snap), c->id));
        snprintf(p->name, sizeof p->name, "%s", name_of(u, c));
        snprintf(p->cluster, sizeof p->cluster, "%s",
                 row_has(c, center, cluster) ? intern_text(snapshot_strings(u->snap), c->cluster)
                                             : "");
        arm_panel_open(p);
        u->overlay = UI_OVER_ARM;
        u->dirty = true;
    }
}

static void tell_net(struct ui *u, uint16_t center, wall_ms until)
{
    if (u->port.act_arm)
        u->port.act_arm(u->port.arg, center, until);
}

void acting_armed(struct ui *u)
{
    wall_ms now = ui_now(u), until = now + act_limits_of(&u->options.act_limits).arm_ms;

    arming_set(&u->arming, u->arm_panel.center, now, until);
    tell_net(u, u->arm_panel.center, until);
    ui_say(u, false, _("%s is armed for %d minutes; :disarm ends it sooner"), u->arm_panel.name,
           u->arm_panel.minutes);
}

static void disarm(struct ui *u, uint16_t center)
{
    arming_set(&u->arming, center, ui_now(u), 0);
    tell_net(u, center, 0);
}

/* Without a name: all of them. */
void acting_disarm(struct ui *u, const char *id)
{
    const struct center_row *c = *id ? center_with(u, id) : NULL;
    int count, center;

    if (*id && !c) {
        ui_say(u, true, _("no center has the id %s"), id);
    } else if (c) {
        disarm(u, c->h.center);
        ui_say(u, false, _("%s is not armed"), name_of(u, c));
    } else {
        while ((center = arming_last(&u->arming, ui_now(u), &count)) >= 0)
            disarm(u, (uint16_t)center);
        ui_say(u, false, _("no center is armed"));
    }
}

void acting_tick(struct ui *u)
{
    int center;

    while ((center = arming_ended(&u->arming, ui_now(u))) >= 0) {
        const struct center_row *c = u->snap ? snapshot_center(u->snap, (uint16_t)center) : NULL;
        tell_net(u, (uint16_t)center, 0);
        ui_say(u, false, _("%s is no longer armed"), c ? name_of(u, c) : _("a center"));
    }
    if (u->dialog && dialog_is_old(u->dialog, ui_now(u))) {
        struct dialog_world w = acting_world(u);
        dialog_renew(u->dialog, &w);
        u->dirty = true;
    }
}

void acting_banner(const struct ui *u, char *out, size_t size)
{
    wall_ms now = ui_now(u);
    int count, center = arming_last(&u->arming, now, &count);
    const struct center_row *c =
        center >= 0 && u->snap ? snapshot_center(u->snap, (uint16_t)center) : NULL;

    out[0] = '\0';
    if (center < 0)
        return;
    wall_ms left = arming_until(&u->arming, (uint16_t)center, now) - now;
    const char *name = c ? name_of(u, c) : "?";
    if (left >= MINUTE_MS)
        snprintf(out, size, _("ARMED %s %d min"), name, (int)((left + MINUTE_MS - 1) / MINUTE_MS));
    else
        snprintf(out, size, _("ARMED %s %d s"), name, (int)((left + SECOND_MS - 1) / SECOND_MS));
    if (count > 1)
        snprintf(out + strlen(out), size - strlen(out), " +%d", count - 1);
}
