/* SPDX-License-Identifier: MIT
 * prom_map.c - the option `map`: "device.temperature_celsius = PromQL; node.load = ...", for what a site calls otherwise. */
#include "base/sentence.h"
#include "base/xmem.h"
#include "collectors/prometheus/prom.h"
#include <string.h>

enum { LINES_MAX = 64 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static int find_field(enum entity e, const char *name, size_t len)
{
    const struct entity_info *info = entity_info(e);

    for (unsigned i = 0; i < info->field_count; i++) {
        const struct field *f = &info->fields[i];
        if (strlen(f->id) == len && memcmp(f->id, name, len) == 0)
            return f->type == FT_NUM && f->group == GROUP_TELE ? (int)i : -1;
    }
    return -1;
}

static bool find_target(const char *name, size_t len, struct mapped *m)
{
    static const enum entity entities[] = {ENTITY_NODE, ENTITY_DEVICE};

    for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
        const char *id = entity_info(entities[i])->id;
        size_t n = strlen(id);
        if (len <= n + 1 || memcmp(name, id, n) != 0 || name[n] != '.')
            continue;
        m->entity = entities[i];
        m->field = find_field(entities[i], name + n + 1, len - n - 1);
        return m->field >= 0;
    }
    return false;
}

static enum rc add_line(struct prom *p, const char *line, size_t len, struct err *e)
{
    const char *equals = memchr(line, '=', len);
    struct mapped m = {.expr = NULL};

    while (len > 0 && is_blank(line[len - 1]))
        len--;
    if (equals == NULL || equals >= line + len)
        return err_set(e, RC_USAGE, "map", S_("\"%.*s\" is not FIGURE = PROMQL"), (int)len, line);
    size_t name = (size_t)(equals - line);
    while (name > 0 && is_blank(line[name - 1]))
        name--;
    if (!find_target(line, name, &m))
        return err_set(e, RC_USAGE, "map",
                       S_("\"%.*s\" is no figure of telemetry: node.FIELD or device.FIELD"),
                       (int)name, line);
    const char *expr = equals + 1, *end = line + len;
    while (expr < end && is_blank(*expr))
        expr++;
    if (expr == end || p->mapped_count == LINES_MAX)
        return err_set(e, RC_USAGE, "map",
                       expr == end ? S_("\"%.*s\" has no query") : S_("too many lines at \"%.*s\""),
                       (int)name, line);
    m.expr = xstrndup(expr, (size_t)(end - expr));
    p->mapped[p->mapped_count++] = m;
    return RC_OK;
}

/* Up to the next ';' or the end of the line that is in no string. */
static size_t item_len(const char *text)
{
    char quote = '\0';
    size_t n = 0;

    for (; text[n] != '\0' && text[n] != '\n' && (quote != '\0' || text[n] != ';'); n++) {
        if (quote == '\0' && (text[n] == '"' || text[n] == '\''))
            quote = text[n];
        else if (text[n] == quote)
            quote = '\0';
        else if (quote != '\0' && text[n] == '\\' && text[n + 1] != '\0')
            n++;
    }
    return n;
}

enum rc prom_map(struct prom *p, const char *text, struct err *e)
{
    enum rc rc = RC_OK;

    p->mapped = xcalloc(LINES_MAX, sizeof *p->mapped);
    while (rc == RC_OK && *text != '\0') {
        size_t len = item_len(text), blank = 0;
        while (blank < len && is_blank(text[blank]))
            blank++;
        if (blank < len)
            rc = add_line(p, text + blank, len - blank, e);
        text += len + (text[len] != '\0');
    }
    return rc;
}
