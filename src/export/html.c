/* SPDX-License-Identifier: MIT
 * html.c - the snapshot as one page that needs nothing else: no script, no picture, no font, nothing from elsewhere. */
#include "base/i18n.h"
#include "base/text.h"
#include "export/formats.h"
#include "export/html_int.h"
#include <stdio.h>

enum { CELL_MAX = 65536 };

void html_text(struct html *h, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&':
            stream_puts(&h->out, "&amp;");
            break;
        case '<':
            stream_puts(&h->out, "&lt;");
            break;
        case '>':
            stream_puts(&h->out, "&gt;");
            break;
        case '"':
            stream_puts(&h->out, "&quot;");
            break;
        case '\'':
            stream_puts(&h->out, "&#39;");
            break;
        default:
            stream_putc(&h->out, *text);
        }
}

void html_number(struct html *h, double v, enum field_unit unit)
{
    const struct field f = {.id = "", .type = FT_NUM, .unit = unit};
    const struct value value = {.kind = VALUE_NUM, .num = v};

    buf_reset(&h->cell);
    value_text(&h->walk->ctx, &f, &value, &h->cell);
    html_text(h, h->cell.data);
}

/* As HTML names it: zh-CN. */
static const char *lang(void)
{
    static char name[16];
    size_t n = 0;

    for (const char *c = i18n_language(); *c != '\0' && n + 1 < sizeof(name); c++)
        name[n++] = *c == '_' ? '-' : *c;
    name[n] = '\0';
    return name;
}

static void put_head(struct html *h)
{
    const struct export_options *o = h->walk->options;
    char local[32] = "";

    time_rfc3339(o->now + (wall_ms)o->utc_offset_minutes * 60000, local);
    stream_puts(&h->out, "<!DOCTYPE html>\n<html lang=\"");
    html_text(h, lang());
    stream_puts(&h->out,
                "\"><head><meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
                " style-src 'unsafe-inline'\">\n<title>suantop ");
    html_text(h, local);
    stream_puts(&h->out, "</title>\n<style>\n");
    stream_puts(&h->out, html_style);
    stream_puts(&h->out, "</style></head>\n<body><header><h1>suantop</h1>\n");
    html_verdict(h);
    snprintf(local + 19, sizeof(local) - 19, "%c%02d:%02d", o->utc_offset_minutes < 0 ? '-' : '+',
             (o->utc_offset_minutes < 0 ? -o->utc_offset_minutes : o->utc_offset_minutes) / 60 % 24,
             (o->utc_offset_minutes < 0 ? -o->utc_offset_minutes : o->utc_offset_minutes) % 60);
    local[10] = ' ';
    stream_puts(&h->out, "<time>");
    html_text(h, local);
    stream_puts(&h->out, "</time></header>\n<main>\n");
}

static enum rc write_html(const struct snapshot *s, const struct export_options *o,
                          const struct sink *sink, struct err *e)
{
    struct walk w = walk_of(s, o);
    struct html h = {.walk = &w};

    buf_init_whole(&h.cell, CELL_MAX);
    stream_begin(&h.out, sink, e);
    put_head(&h);
    if (!walk_is_chosen(&w)) {
        html_flops(&h);
        html_figures(&h);
    }
    html_errors(&h);
    html_tables(&h);
    stream_puts(&h.out, "</main></body></html>\n");
    buf_fini(&h.cell);
    return stream_end(&h.out);
}

const struct export_format export_html = {"html", "one page for a browser, a phone or paper",
                                          write_html};
