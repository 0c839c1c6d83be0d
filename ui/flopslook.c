/* SPDX-License-Identifier: MIT
 * flopslook.c - see flopslook.h. */
#include "ui/flopslook.h"
#include "ui/cells.h"
#include "ui/flopstotal.h"
#include "ui/glyph.h"
#include "base/i18n.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HALF_CELLS = 5, UNIT_CELLS = 2 };

struct look {
    const char *letter, *word, *meaning;
    enum role role;
};

static const struct look looks[provenance_COUNT] = {
    [provenance_NONE] = {FIGURE_ABSENT, N_("unknown"), N_("nothing tells it"), ROLE_FAINT},
    [provenance_MEASURED] = {"M", N_("measured"), N_("operations that the hardware counted"),
                             ROLE_MEASURED},
    [provenance_ESTIMATED] = {"E", N_("estimated"),
                              N_("activity of the pipes x clock / clock of the peak x dense peak"),
                              ROLE_ESTIMATED},
    [provenance_ALLOCATED] = {"A", N_("allocated"),
                              N_("dense peak of what the scheduler has given to jobs: capacity in "
                                 "use, no rate of work"),
                              ROLE_ALLOCATED},
    [provenance_NAMEPLATE] = {"N", N_("nameplate"),
                              N_("dense peak of all that is installed: capacity"), ROLE_DIM},
};

static const struct look *look_of(unsigned provenance)
{
    return &looks[provenance < provenance_COUNT ? provenance : provenance_NONE];
}

const char *flops_letter(unsigned provenance)
{
    return look_of(provenance)->letter;
}

enum role flops_role(unsigned provenance)
{
    return look_of(provenance)->role;
}

const char *flops_word(unsigned provenance)
{
    return _(look_of(provenance)->word);
}

const char *flops_meaning(unsigned provenance)
{
    return _(look_of(provenance)->meaning);
}

static const char *const precisions[precision_COUNT][4] = {
    [precision_NONE] = {FIGURE_ABSENT, FIGURE_ABSENT, FIGURE_ABSENT, N_("no precision is known")},
    [precision_FP64] = {"FP64", "FP64 超算", "FP64 HPC", N_("what a super center counts in")},
    [precision_FP32] = {"FP32", "FP32 通用", "FP32 GEN", N_("what a general center counts in")},
    [precision_FP16] = {"FP16", "FP16 智算", "FP16 AI",
                        N_("dense FP16 or BF16, what an intelligent center counts in")},
    [precision_FP8] = {"FP8", "FP8", "FP8", N_("dense FP8")},
};

static const char *precision_text(unsigned precision, int which)
{
    return precisions[precision < precision_COUNT ? precision : precision_NONE][which];
}

const char *precision_word(unsigned precision)
{
    return precision_text(precision, 0);
}

const char *precision_label(unsigned precision, bool ascii)
{
    return precision_text(precision, 1 + ascii);
}

const char *precision_meaning(unsigned precision)
{
    return _(precision_text(precision, 3));
}

/* --- whose figure --- */

struct flops_value flops_of_center(const struct view_input *in, const struct center_row *r)
{
    struct flops_value v = {.peak = NAN};
    const struct flops_totals *own = snapshot_flops(in->snap, r->h.center);
    enum precision precision = flops_counted_in(r);

    v.provenance = row_has(r, center, flops_provenance) ? r->flops_provenance : provenance_NONE;
    v.has = row_has(r, center, flops) && v.provenance != provenance_NONE;
    v.flops = r->flops;
    v.past = row_has(r, center, health) && r->health == health_DOWN;
    if (!v.has || v.provenance >= provenance_COUNT) {
        v.peak = flops_whole(own, precision, provenance_NAMEPLATE);
        return v;
    }
    const struct flops_total *t = &own->of[precision][v.provenance];
    v.peak = flops_whole(own, precision, (enum provenance)v.provenance);
    v.hearsay = flops_whole_is_hearsay(own, precision, (enum provenance)v.provenance);
    v.past = v.past ||
             (t->oldest_at > 0 && figure_freshness_of(in->ctx.now - t->oldest_at, 0) != AGE_FRESH);
    return v;
}

struct flops_value flops_of_node(const struct node_row *r)
{
    struct flops_value v = {.flops = (double)r->flops, .peak = NAN};

    v.provenance = row_has(r, node, flops_provenance) ? r->flops_provenance : provenance_NONE;
    v.has = row_has(r, node, flops) && v.provenance != provenance_NONE;
    if (row_has(r, node, flops_peak))
        v.peak = (double)r->flops_peak;
    return v;
}

bool flops_has_share(const struct flops_value *v)
{
    return v->has && v->provenance != provenance_NAMEPLATE && isfinite(v->peak) && v->peak > 0;
}

/* --- cells --- */

/* "(8.9)": with as many decimals as the brackets leave room for. */
static void bracket(char out[FIGURE_MAX], const char *text)
{
    char inner[FIGURE_MAX];

    snprintf(inner, sizeof inner, "%s", text);
    for (int decimals = 1; decimals >= 0 && text_cells(inner) > HALF_CELLS - 2 && *text != '<';
         decimals--)
        snprintf(inner, sizeof inner, "%.*f", decimals, strtod(text, NULL));
    snprintf(out, FIGURE_MAX, "(%.*s)", FIGURE_MAX - 3, inner);
}

static void paint_letter(const struct table_cell *cell, const struct flops_value *v, int x)
{
    struct style s = style_of(v->past || !v->has ? ROLE_FAINT : flops_role(v->provenance));

    if (v->has && !v->past && v->provenance != provenance_NAMEPLATE)
        s = style_bold(s);
    canvas_text(cell->c, cell->y, x, 1, s, v->has ? flops_letter(v->provenance) : FIGURE_ABSENT);
}

void cell_flops_of_peak(const struct table_cell *cell, const struct flops_value *v)
{
    bool computed = v->has && v->provenance != provenance_NAMEPLATE;
    struct figure_flops f;
    char used[FIGURE_MAX], peak[FIGURE_MAX + 1];
    int x = cell->x + cell->w - FLOPS_PAIR_CELLS;
    struct style bright = style_of(v->past || v->flops <= 0 || !computed ? ROLE_FAINT : ROLE_TEXT);
    struct style dim = style_of(v->past || !v->has ? ROLE_FAINT : ROLE_DIM);

    if (!v->has && !isfinite(v->peak)) {
        canvas_text_right(cell->c, cell->y, x + HALF_CELLS, HALF_CELLS, dim, FIGURE_ABSENT);
        return;
    }
    figure_flops(&f, computed ? v->flops : NAN, v->peak, false);
    if (v->past && computed)
        bracket(used, f.used);
    else
        memcpy(used, f.used, sizeof used);
    snprintf(peak, sizeof peak, "%s%s", v->hearsay ? "~" : "", f.peak);
    canvas_text_right(cell->c, cell->y, x + HALF_CELLS, HALF_CELLS, bright, used);
    x += HALF_CELLS;
    canvas_text(cell->c, cell->y, x, 1, style_of(ROLE_FAINT), "/");
    x += 1 + HALF_CELLS;
    canvas_text_right(cell->c, cell->y, x, HALF_CELLS, dim, peak);
    canvas_text_right(cell->c, cell->y, x + 1 + UNIT_CELLS, UNIT_CELLS, dim, f.unit);
    paint_letter(cell, v, x + UNIT_CELLS + 2);
}

void cell_flops_share(const struct table_cell *cell, const struct flops_value *v)
{
    struct table_cell meter = *cell;

    meter.age = v->past ? AGE_STALE : AGE_FRESH;
    if (flops_has_share(v))
        cell_meter(&meter, true, v->flops / v->peak, flops_role(v->provenance));
}

void cell_flops(const struct table_cell *cell, const struct flops_value *v)
{
    char text[FIGURE_MAX];
    int end = cell->x + cell->w;

    if (!v->has || cell->age == AGE_LOST) {
        canvas_text_right(cell->c, cell->y, end, 1, style_of(ROLE_FAINT), FIGURE_ABSENT);
        return;
    }
    figure_unit(text, v->flops, UNIT_FLOPS, cell->in->ascii);
    canvas_text_right(cell->c, cell->y, end - 2, cell->w - 2,
                      figure_aged(style_of(v->flops > 0 ? ROLE_TEXT : ROLE_FAINT), cell->age),
                      text);
    canvas_text(cell->c, cell->y, end - 1, 1,
                figure_aged(style_bold(style_of(flops_role(v->provenance))), cell->age),
                flops_letter(v->provenance));
}
