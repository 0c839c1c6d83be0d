/* SPDX-License-Identifier: MIT
 * listutil.c - going down, scopes and phrases for list views; see listing.h. */
#include "ui/listing.h"
#include "base/i18n.h"
#include "ui/cells.h"
#include "ui/glyph.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum freshness list_ageless(const struct view_input *in, const void *row)
{
    (void)in;
    (void)row;
    return AGE_FRESH;
}

void list_scope_set(char *member, size_t size, const struct view_input *in, strid id)
{
    const struct intern *strings = snapshot_strings(in->snap);

    snprintf(member, size, "%s", intern_raw(strings, id));
}

/* The breadcrumb: what was there, and one step more. */
static void add_crumb(struct view_scope *scope, const struct view_input *in, uint16_t center,
                      const char *name)
{
    struct buf title;
    const char *into = glyph(GLYPH_INTO, in->ascii);

    buf_init(&title, sizeof scope->title - 1);
    if (in->scope->title[0])
        buf_adds(&title, in->scope->title);
    else if (center != UINT16_MAX && in->scope->center < 0)
        buf_adds(&title, cell_center_name(in, center));
    if (name[0]) {
        size_t room = sizeof scope->title - 1 - title.len;
        size_t fits = text_prefix(name, 40, NULL);
        if (room > fits + 8) {
            if (title.len > 0)
                buf_addf(&title, " %s ", into);
            buf_add(&title, name, fits);
        }
    }
    snprintf(scope->title, sizeof scope->title, "%s", title.data);
    buf_fini(&title);
}

void list_push(struct view_out *out, const struct view_input *in, const struct view_ops *ops,
               uint16_t center, const char *name)
{
    out->wish = WISH_PUSH;
    out->push = ops;
    out->scope = *in->scope;
    add_crumb(&out->scope, in, center, name);
    out->scope.center = center;
}

bool list_names(const char *list, const char *name)
{
    size_t len = strlen(name);

    for (const char *p = list; *p;) {
        size_t n = strcspn(p, ",");
        if (n == len && memcmp(p, name, n) == 0)
            return true;
        p += n;
        p += *p == ',';
    }
    return false;
}

struct phrase phrase_start(struct canvas *c, const struct view_input *in, int y, int x, int end)
{
    return (struct phrase){c, in, y, x, end, true};
}

void phrase_word(struct phrase *p, struct style s, const char *text)
{
    if (!p->first)
        p->x++;
    p->first = false;
    if (p->x < p->end)
        p->x += canvas_text(p->c, p->y, p->x, p->end - p->x, s, text);
}

void phrase_gap(struct phrase *p, int cells)
{
    p->x += cells;
}

bool phrase_fits(const struct phrase *p, double v, const char *word, int more)
{
    char text[FIGURE_MAX];

    figure_number(text, v, 0, p->in->ascii);
    return p->x + !p->first + more + text_cells(text) + 1 + text_cells(word) <= p->end;
}

void phrase_plural(struct phrase *p, struct style s, double v, const char *one, const char *many)
{
    phrase_count(p, s, v, _n(one, many, v == 1 ? 1 : 2));
}

void phrase_count(struct phrase *p, struct style s, double v, const char *word)
{
    char text[FIGURE_MAX];

    if (!phrase_fits(p, v, word, 0)) { /* rather nothing than a cut figure */
        p->x = p->end;
        return;
    }
    figure_number(text, v, 0, p->in->ascii);
    phrase_word(p, s, text);
    phrase_word(p, style_of(ROLE_DIM), word);
}

bool list_some_center_tells(const struct view_input *in, int field)
{
    for (uint32_t i = 0; i < snapshot_slots(in->snap, ENTITY_CENTER); i++) {
        const struct center_row *r = snapshot_row(in->snap, ENTITY_CENTER, i);
        if (r && (r->h.valid >> field & 1))
            return true;
    }
    return false;
}
