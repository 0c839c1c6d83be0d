/* SPDX-License-Identifier: MIT
 * ansi.c - see ansi.h. */
#include "tests/golden/ansi.h"
#include "base/utf8.h"

static const uint32_t colours[ROLE_COUNT] = {
#define ROLE(ID, key, rgb, help) [ROLE_##ID] = (rgb),
#include "ui/roles.def"
#undef ROLE
};

static void colour(struct buf *out, int base, uint32_t rgb)
{
    buf_addf(out, ";%d;2;%u;%u;%u", base, rgb >> 16, rgb >> 8 & 255, rgb & 255);
}

static void style(struct buf *out, const struct cell *cell)
{
    static const struct {
        unsigned attr;
        const char *code;
    } codes[] = {{ATTR_BOLD, ";1"},
                 {ATTR_DIM, ";2"},
                 {ATTR_UNDERLINE, ";4"},
                 {ATTR_REVERSE, ";7"},
                 {ATTR_STRIKE, ";9"}};

    buf_adds(out, "\033[0");
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (cell->attr & codes[i].attr)
            buf_adds(out, codes[i].code);
    colour(out, 38, colours[cell->fg]);
    colour(out, 48, colours[cell->bg]);
    buf_addc(out, 'm');
}

static void put(struct buf *out, uint32_t cp)
{
    char utf8[4];

    if (cp)
        buf_add(out, utf8, text_encode(cp, utf8));
}

void ansi_from_canvas(const struct canvas *c, struct buf *out)
{
    for (int y = 0; y < c->h; y++) {
        for (int x = 0; x < c->w; x++) {
            const struct cell *cell = &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
            if (cell->width == 0)
                continue;
            style(out, cell);
            put(out, cell->cp);
            put(out, cell->comb[0]);
            put(out, cell->comb[1]);
        }
        buf_adds(out, "\033[0m\n");
    }
}
