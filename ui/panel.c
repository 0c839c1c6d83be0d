/* SPDX-License-Identifier: MIT
 * panel.c - see panel.h. */
#include "ui/panel.h"
#include "base/text.h"

enum { MARGIN = 3 };

struct rect panel_place(struct rect over, int h, int w)
{
    h = h < over.h ? h : over.h;
    w = w < over.w ? w : over.w;
    return (struct rect){over.y + (over.h - h) / 2, over.x + (over.w - w) / 2, h, w};
}

static struct rect draw(struct canvas *c, struct rect r, enum role line_role, enum role title_role,
                        const char *title, const char *right)
{
    struct style line = style_on(ROLE_LINE, ROLE_BAR), dim = style_on(ROLE_DIM, ROLE_BAR);
    int room = r.w - 2 * MARGIN, cells = text_cells(right), end = r.x + r.w;

    canvas_fill(c, r, ' ', style_on(ROLE_TEXT, ROLE_BAR));
    canvas_hline(c, r.y, r.x, r.w, style_on(line_role, ROLE_BAR));
    if (room > 0) {
        int x = r.x + 2;
        x += canvas_text(c, r.y, x, 1, dim, " ");
        x += canvas_text(c, r.y, x, room, style_bold(style_on(title_role, ROLE_BAR)), title);
        canvas_text(c, r.y, x, 1, dim, " ");
        if (cells > 0 && x + cells + 5 < end) {
            canvas_text(c, r.y, end - cells - 4, 1, dim, " ");
            canvas_text(c, r.y, end - cells - 3, cells, dim, right);
            canvas_text(c, r.y, end - 3, 1, dim, " ");
        }
    }
    if (r.h > 2)
        canvas_hline(c, r.y + r.h - 1, r.x, r.w, line);
    return (struct rect){r.y + 1, r.x + MARGIN, r.h > 2 ? r.h - 2 : 0, room > 0 ? room : 0};
}

struct rect panel_draw(struct canvas *c, struct rect r, const char *title, const char *right)
{
    return draw(c, r, ROLE_LINE, ROLE_BRIGHT, title, right);
}

struct rect panel_draw_in(struct canvas *c, struct rect r, enum role role, const char *title)
{
    return draw(c, r, role, role, title, "");
}
