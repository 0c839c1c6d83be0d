/* SPDX-License-Identifier: MIT
 * deviceword.c - one device in words; see devices.h. */
#include "ui/cells.h"
#include "base/i18n.h"
#include "ui/devices.h"
#include "ui/glyph.h"
#include "model/fields.h"
#include <stdio.h>
#include <string.h>

/* A guess where no limit of the memory is told: that of its makers is 95 and more. */
#define WARM_MARGIN 6

enum freshness device_age(const struct view_input *in, const void *row)
{
    enum freshness age = figure_freshness(in, row);

    return row_head_of(row)->flags & ROW_SILENT && age < AGE_OLD ? AGE_OLD : age;
}

void device_index_text(const struct device_row *d, char out[16])
{
    const char *under = device_is_slice(d) ? "\342\224\224" : ""; /* a corner: below its device */

    snprintf(out, 16, row_has(d, device, index) ? "%s%.0f" : "%s" FIGURE_ABSENT, under,
             (double)d->index);
}

const char *device_model_text(const struct view_input *in, const struct device_row *d)
{
    const char *text = row_has(d, device, model) ? cell_string(in, d->model) : "";

    return strncmp(text, "NVIDIA ", 7) == 0 && text[7] ? text + 7 : text;
}

struct style device_heat_style(const struct device_row *d, bool *crit)
{
    return figure_temperature_style(d->temperature_celsius, device_limit(d), crit);
}

struct device_word device_margin_word(const struct view_input *in, const struct device_row *d)
{
    struct device_word w = {.style = style_of(ROLE_TEXT)};
    char text[FIGURE_MAX];
    double margin;

    if (!device_margin(d, &margin))
        return w;
    figure_number(text, margin, 0, in->ascii);
    snprintf(w.text, sizeof w.text, "%s", text);
    if (margin <= 0)
        w.style = style_bold(style_of(ROLE_CRIT));
    else if (margin <= WARM_MARGIN)
        w.style = style_bold(style_of(ROLE_WARN));
    return w;
}

/* What is said instead of a state that nobody told. */
static struct device_word from_figures(const struct device_row *d, enum device_status status)
{
    static const struct {
        const char *word;
        enum role role;
    } looks[DEVICE_STATUSES] = {
        [DEVICE_UNKNOWN] = {"", ROLE_FAINT},
        [DEVICE_OK] = {"", ROLE_FAINT},
        [DEVICE_SILENT] = {N_("silent"), ROLE_DIM},
        [DEVICE_THROTTLED] = {N_("throttled"), ROLE_WARN},
        [DEVICE_HOT] = {N_("at its limit"), ROLE_CRIT},
        [DEVICE_TROUBLE] = {N_("remap failed !"), ROLE_CRIT},
        [DEVICE_LOST] = {N_("lost !"), ROLE_CRIT},
    };
    struct device_word w = {.style = style_of(looks[status].role)};

    snprintf(w.text, sizeof w.text, "%s", _(looks[status].word));
    if (status <= DEVICE_OK && row_has(d, device, remap_pending) && d->remap_pending) {
        snprintf(w.text, sizeof w.text, "%s", _("remap pending"));
        w.style = style_of(ROLE_WARN);
    }
    return w;
}

const char *device_health_said(const char *text)
{
    static const char *const known[] = {N_("ok"),           N_("warning"),     N_("unhealthy"),
                                        N_("lost"),         N_("driver hung"), N_("remap failed"),
                                        N_("remap pending")};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(text, known[i]) == 0)
            return _(known[i]);
    return text;
}

struct device_word device_health_word(const struct view_input *in, const struct device_row *d)
{
    enum device_status status = device_status(in->snap, d);
    bool told = row_has(d, device, health);
    const char *text = told ? cell_string(in, d->health) : "";
    struct device_word w = from_figures(d, status);

    if (told && status >= DEVICE_TROUBLE && strcmp(text, "ok") != 0) {
        snprintf(w.text, sizeof w.text, "%.70s !", device_health_said(text));
        w.style = style_bold(style_of(ROLE_CRIT));
    } else if (told && !w.text[0]) {
        snprintf(w.text, sizeof w.text, "%s", device_health_said(text));
        w.style = style_of(ROLE_DIM);
    }
    return w;
}

struct device_word device_throttle_word(const struct device_row *d)
{
    static const struct {
        const char *word;
        enum role role;
    } looks[throttle_COUNT] = {
        [throttle_HW_THERMAL] = {N_("HW thermal"), ROLE_CRIT},
        [throttle_HW_SLOWDOWN] = {N_("HW slowdown"), ROLE_CRIT},
        [throttle_HW_POWER_BRAKE] = {N_("power brake"), ROLE_CRIT},
        [throttle_SW_THERMAL] = {N_("SW thermal"), ROLE_WARN},
        [throttle_SW_POWER] = {N_("power cap"), ROLE_DIM},
        [throttle_SYNC_BOOST] = {N_("sync boost"), ROLE_DIM},
        [throttle_OTHER] = {N_("other"), ROLE_DIM},
    };
    static const uint8_t order[throttle_COUNT] = {
        throttle_HW_THERMAL, throttle_HW_POWER_BRAKE, throttle_SW_THERMAL, throttle_HW_SLOWDOWN,
        throttle_SW_POWER,   throttle_SYNC_BOOST,     throttle_OTHER};
    struct device_word w = {.style = style_of(ROLE_FAINT)};
    uint32_t flags = row_has(d, device, throttle) ? d->throttle : 0;
    bool thermal = flags & (1u << throttle_HW_THERMAL | 1u << throttle_HW_POWER_BRAKE);
    size_t used = 0;

    if (thermal) /* HW slowdown only says that one of the two holds */
        flags &= ~(1u << throttle_HW_SLOWDOWN);
    for (size_t i = 0; i < throttle_COUNT; i++) {
        if (!(flags >> order[i] & 1))
            continue;
        if (used == 0)
            w.style = style_of(looks[order[i]].role);
        int n = snprintf(w.text + used, sizeof w.text - used, "%s%s", used ? ", " : "",
                         _(looks[order[i]].word));
        used += n > 0 && (size_t)n < sizeof w.text - used ? (size_t)n : 0;
    }
    return w;
}

static enum role class_role(const struct xid *x)
{
    static const enum role roles[] = {[XID_INFO] = ROLE_DIM,
                                      [XID_APPLICATION] = ROLE_TEXT,
                                      [XID_RESET] = ROLE_WARN,
                                      [XID_REBOOT] = ROLE_CRIT,
                                      [XID_HARDWARE] = ROLE_CRIT};

    return x ? roles[x->class] : ROLE_WARN; /* nobody knows: look at it */
}

struct device_word device_xid_word(const struct view_input *in, const struct device_row *d)
{
    struct device_word w = {.style = style_of(ROLE_FAINT)};

    if (!row_has(d, device, xid_last) || row_num(d, device, xid_last) <= 0)
        return w;
    const struct xid *x =
        in->xids ? xid_find(in->xids, (unsigned)row_num(d, device, xid_last)) : NULL;
    int n = snprintf(w.text, sizeof w.text, "%.0f", (double)row_num(d, device, xid_last));
    if (row_has(d, device, xid_count) && row_num(d, device, xid_count) > 1)
        snprintf(w.text + n, sizeof w.text - (size_t)n, " %s%.0f", glyph(GLYPH_TIMES, in->ascii),
                 (double)row_num(d, device, xid_count));
    w.style = style_of(class_role(x));
    return w;
}
