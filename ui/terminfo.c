/* SPDX-License-Identifier: MIT
 * terminfo.c - see terminfo.h. Layout: header, names, flags, numbers, offsets, strings; then the
 * same again for capabilities that are not in the standard, of which only a few matter here. */
#include "ui/terminfo.h"
#include "base/xmem.h"
#include <stdint.h>
#include <string.h>

enum { MAGIC_32BIT = 01036, MAX_ENTRY = 30000, COLOURS = 1 << 24, PAIRS = 1 << 16 };

static const char direct_fg[] = "\033[38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%dm";
static const char direct_bg[] = "\033[48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%dm";

/* RGB is what the whole is for; XM tells how the mouse is to be read. */
static const char *const more_flags[] = {"AX", "RGB", "XT", NULL};
static const char *const more_strings[] = {"E3", "XM", NULL};

static void put16(struct buf *out, int v)
{
    buf_addc(out, (char)(v & 0xff));
    buf_addc(out, (char)(v >> 8 & 0xff));
}

static void put32(struct buf *out, int v)
{
    put16(out, v & 0xffff);
    put16(out, v >> 16 & 0xffff);
}

static int count_of(const char *const *names)
{
    int n = 0;

    while (names[n])
        n++;
    return n;
}

static void put_flags(struct buf *out, const struct terminfo_reader *r, const char *const *names)
{
    for (; *names; names++)
        buf_addc(out, strcmp(*names, "RGB") == 0 || (strcmp(*names, "ccc") && r->flag(*names) > 0));
    if (out->len % 2)
        buf_addc(out, '\0');
}

static void put_numbers(struct buf *out, const struct terminfo_reader *r)
{
    for (const char *const *n = r->numbers; *n; n++) {
        int v = r->number(*n);
        put32(out, !strcmp(*n, "colors") ? COLOURS : !strcmp(*n, "pairs") ? PAIRS : v < 0 ? -1 : v);
    }
}

static const char *string_of(const struct terminfo_reader *r, const char *name)
{
    const char *s = r->string(name);

    if (strcmp(name, "setaf") == 0)
        return direct_fg;
    if (strcmp(name, "setab") == 0)
        return direct_bg;
    /* The other ways to set and to change colours know nothing of direct ones. */
    if (!strcmp(name, "setf") || !strcmp(name, "setb") || !strcmp(name, "initc") ||
        !strcmp(name, "oc"))
        return NULL;
    return s == (const char *)-1 ? NULL : s;
}

/* Offsets into out, texts into table. */
static void put_strings(struct buf *out, struct buf *table, const struct terminfo_reader *r,
                        const char *const *names)
{
    for (; *names; names++) {
        const char *s = string_of(r, *names);
        put16(out, s ? (int)table->len : -1);
        if (s)
            buf_add(table, s, strlen(s) + 1);
    }
}

static void put_names(struct buf *out, struct buf *table, size_t start, const char *const *names)
{
    for (; *names; names++) {
        put16(out, (int)(table->len - start));
        buf_add(table, *names, strlen(*names) + 1);
    }
}

static void put_standard(struct buf *out, struct buf *table, const struct terminfo_reader *r)
{
    struct buf offsets;
    size_t name = strlen(r->name) + 1;

    buf_init(&offsets, MAX_ENTRY);
    put_strings(&offsets, table, r, r->strings);
    put16(out, MAGIC_32BIT);
    put16(out, (int)name);
    put16(out, count_of(r->flags));
    put16(out, count_of(r->numbers));
    put16(out, count_of(r->strings));
    put16(out, (int)table->len);
    buf_add(out, r->name, name);
    put_flags(out, r, r->flags);
    put_numbers(out, r);
    buf_add(out, offsets.data, offsets.len);
    buf_add(out, table->data, table->len);
    if (out->len % 2)
        buf_addc(out, '\0');
    buf_fini(&offsets);
}

static void put_extended(struct buf *out, struct buf *table, const struct terminfo_reader *r)
{
    struct buf offsets;
    int flags = count_of(more_flags), strings = count_of(more_strings);
    int present = 0;

    for (int i = 0; i < strings; i++)
        present += string_of(r, more_strings[i]) != NULL;
    buf_init(&offsets, MAX_ENTRY);
    put_strings(&offsets, table, r, more_strings);
    size_t values = table->len;
    put_names(&offsets, table, values, more_flags);
    put_names(&offsets, table, values, more_strings);
    put16(out, flags);
    put16(out, 0);
    put16(out, strings);
    put16(out, present + flags + strings);
    put16(out, (int)table->len);
    put_flags(out, r, more_flags);
    buf_add(out, offsets.data, offsets.len);
    buf_add(out, table->data, table->len);
    buf_fini(&offsets);
}

enum rc terminfo_direct(struct buf *out, const struct terminfo_reader *r)
{
    struct buf entry, table;

    buf_init(&entry, MAX_ENTRY);
    buf_init(&table, MAX_ENTRY);
    put_standard(&entry, &table, r);
    bool failed = entry.failed || table.failed;
    buf_reset(&table);
    put_extended(&entry, &table, r);
    failed |= entry.failed || table.failed;
    for (size_t i = 0; i < entry.len && !failed; i++)
        buf_addf(out, "%02x", (unsigned char)entry.data[i]);
    buf_fini(&entry);
    buf_fini(&table);
    return failed || out->failed ? RC_LIMIT : RC_OK;
}
