/* SPDX-License-Identifier: MIT
 * arming.c - see arming.h. */
#include "ui/arming.h"
#include "ui/dialog.h"
#include "ui/keymap.h"
#include "ui/panel.h"
#include "base/i18n.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PANEL_ROWS = 9, PANEL_CELLS = 72, CTRL_J = 10 };

void arming_fini(struct arming *a)
{
    free(a->centers);
    *a = (struct arming){.count = 0};
}

void arming_set(struct arming *a, uint16_t center, wall_ms now, wall_ms until)
{
    if (center >= a->count) {
        size_t count = (size_t)center + 1;
        a->centers = xreallocarray(a->centers, count, sizeof *a->centers);
        memset(a->centers + a->count, 0, (count - a->count) * sizeof *a->centers);
        a->count = count;
    }
    a->centers[center].since = until > 0 ? now : 0;
    a->centers[center].until = until;
}

wall_ms arming_until(const struct arming *a, uint16_t center, wall_ms now)
{
    if (center >= a->count || now < a->centers[center].since || now >= a->centers[center].until)
        return 0;
    return a->centers[center].until;
}

int arming_ended(struct arming *a, wall_ms now)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->centers[i].until > 0 && arming_until(a, (uint16_t)i, now) == 0) {
            arming_set(a, (uint16_t)i, now, 0);
            return (int)i;
        }
    return -1;
}

int arming_last(const struct arming *a, wall_ms now, int *count)
{
    wall_ms last = 0;
    int found = -1;

    *count = 0;
    for (size_t i = 0; i < a->count; i++) {
        wall_ms until = arming_until(a, (uint16_t)i, now);
        *count += until > 0;
        if (until > last) {
            last = until;
            found = (int)i;
        }
    }
    return found;
}

/* --- the panel --- */

void arm_panel_open(struct arm_panel *p)
{
    line_init(&p->edit, NULL, "");
    p->note[0] = '\0';
    p->typed_at = 0;
    p->pasting = p->cramped = false;
}

static enum arm_event agree(struct arm_panel *p, mono_ms at)
{
    if (p->typed_at > 0 && at - p->typed_at < DIALOG_ENTER_MS)
        snprintf(p->note, sizeof p->note, _("that Enter came with the text: press it once more"));
    else if (p->cramped)
        snprintf(p->note, sizeof p->note, _("there is no room to ask: make the window larger"));
    else if (strcmp(p->edit.text, p->id) != 0)
        snprintf(p->note, sizeof p->note, _("that is not the center's id"));
    else
        return ARM_AGREED;
    return ARM_CHANGED;
}

static bool is_character(uint32_t key)
{
    return key >= ' ' && key != KEY_ERASE && key < KEYC_BASE;
}

enum arm_event arm_panel_key(struct arm_panel *p, uint32_t key, mono_ms at)
{
    if (key == KEYC_PASTE_BEGIN || key == KEYC_PASTE_END) {
        p->pasting = key == KEYC_PASTE_BEGIN;
        return ARM_NOTHING;
    }
    if (is_character(key))
        p->typed_at = at;
    else if (p->pasting)
        return ARM_NOTHING;
    p->note[0] = '\0';
    if (key == KEY_ESC)
        return ARM_CLOSE;
    if (key == KEY_RETURN || key == CTRL_J)
        return agree(p, at);
    if (key != KEY_TAB && key != KEYC_BACKTAB)
        line_key(&p->edit, key, NULL, NULL);
    return ARM_CHANGED;
}

void arm_panel_draw(struct arm_panel *p, struct canvas *c, struct rect over)
{
    struct style text = style_on(ROLE_BRIGHT, ROLE_BAR), dim = style_on(ROLE_DIM, ROLE_BAR);
    char title[256];

    snprintf(title, sizeof title, _("Arm %s%s%s%s"), p->name, p->cluster[0] ? _(" (cluster ") : "",
             p->cluster, p->cluster[0] ? ")" : "");
    struct rect r = panel_draw_in(c, panel_place(over, PANEL_ROWS, PANEL_CELLS), ROLE_ACT, title);
    p->cramped = r.h < PANEL_ROWS - 2 || r.w < 40;
    canvas_textf(c, r.y + 1, r.x, r.w, text, _("Opens this center for actions, for %d minutes."),
                 p->minutes);
    canvas_text(c, r.y + 2, r.x, r.w, dim,
                _("Each action still asks on its own. :disarm ends it sooner."));
    canvas_textf(c, r.y + 4, r.x, r.w, style_on(ROLE_ACT, ROLE_BAR),
                 _("Type the center's id, %s, to arm it, Esc to leave"), p->id);
    canvas_text(c, r.y + 5, r.x, 2, style_bold(style_on(ROLE_BRAND, ROLE_BAR)), "> ");
    line_draw(&p->edit, c, r.y + 5, r.x + 2, r.w - 2, style_bold(text));
    canvas_text(c, r.y + 6, r.x, r.w, style_bold(style_on(ROLE_WARN, ROLE_BAR)), p->note);
}
