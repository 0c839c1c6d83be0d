/* SPDX-License-Identifier: MIT
 * xid.c - see xid.h. A list sorted by code; it is read a few dozen times a frame. */
#include "model/xid.h"
#include "base/columns.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_MAX = 99999, CELLS = 4 };

struct xid_table {
    struct xid *rows; /* by code, each code once */
    size_t count, cap;
};

static const char *const classes[] = {[XID_INFO] = "info",
                                      [XID_APPLICATION] = "application",
                                      [XID_RESET] = "reset",
                                      [XID_REBOOT] = "reboot",
                                      [XID_HARDWARE] = "hardware"};

const char *xid_class_word(enum xid_class c)
{
    return classes[c];
}

struct xid_table *xid_table_new(void)
{
    return xcalloc(1, sizeof(struct xid_table));
}

static void free_rows(struct xid *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((char *)(uintptr_t)rows[i].what);
        free((char *)(uintptr_t)rows[i].action);
    }
    free(rows);
}

void xid_table_free(struct xid_table *t)
{
    if (!t)
        return;
    free_rows(t->rows, t->count);
    free(t);
}

static int by_code(const void *key, const void *row)
{
    unsigned code = *(const unsigned *)key, other = ((const struct xid *)row)->code;

    return code < other ? -1 : code > other;
}

const struct xid *xid_find(const struct xid_table *t, unsigned code)
{
    return t->count > 0 ? bsearch(&code, t->rows, t->count, sizeof *t->rows, by_code) : NULL;
}

/* --- reading --- */

static bool read_code(const char *text, unsigned *code)
{
    char *end;
    unsigned long v = strtoul(text, &end, 10);

    *code = (unsigned)v;
    return *text >= '0' && *text <= '9' && *end == '\0' && v > 0 && v <= CODE_MAX;
}

static bool read_class(const char *text, enum xid_class *class)
{
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        if (strcmp(text, classes[i]) == 0) {
            *class = (enum xid_class)i;
            return true;
        }
    }
    return false;
}

static enum rc read_line(const struct columns_line *line, const char *name, unsigned number,
                         struct xid *out, struct err *e)
{
    const char *wrong =
        line->too_long || line->count != CELLS
            ? S_("a line is: code | class | what it means | what to do")
        : !read_code(line->cell[0], &out->code) ? S_("the code is no number from 1 on")
        : !read_class(line->cell[1], &out->class)
            ? S_("the class is info, application, reset, reboot or hardware")
        : !*line->cell[2] || !*line->cell[3] ? S_("the meaning and the action are words")
                                             : NULL;

    if (wrong)
        return err_set(e, RC_SYNTAX, name, "%s:%u: %s", name, number, wrong);
    out->what = xstrdup(line->cell[2]);
    out->action = xstrdup(line->cell[3]);
    return RC_OK;
}

/* Into its place, over what was there of that code. */
static void put(struct xid_table *t, struct xid x)
{
    size_t at = t->count;

    while (at > 0 && t->rows[at - 1].code >= x.code)
        at--;
    if (at < t->count && t->rows[at].code == x.code) {
        free((char *)(uintptr_t)t->rows[at].what);
        free((char *)(uintptr_t)t->rows[at].action);
        t->rows[at] = x;
        return;
    }
    t->rows = xgrow(t->rows, &t->cap, t->count + 1, sizeof *t->rows);
    memmove(t->rows + at + 1, t->rows + at, (t->count - at) * sizeof *t->rows);
    t->rows[at] = x;
    t->count++;
}

enum rc xid_table_add(struct xid_table *t, const char *text, const char *name, struct err *e)
{
    struct columns c = {.text = text};
    struct columns_line line;
    struct xid *rows = NULL, x;
    size_t count = 0, cap = 0;
    enum rc rc = RC_OK;

    while (rc == RC_OK && columns_next(&c, &line)) {
        rc = read_line(&line, name, c.line, &x, e);
        if (rc != RC_OK)
            break;
        rows = xgrow(rows, &cap, count + 1, sizeof *rows);
        rows[count++] = x;
    }
    if (rc != RC_OK) {
        free_rows(rows, count);
        return rc;
    }
    for (size_t i = 0; i < count; i++)
        put(t, rows[i]);
    free(rows);
    return RC_OK;
}
