/* SPDX-License-Identifier: MIT
 * mo_kit.h - catalogues of messages made in memory, as msgfmt would, for tests of i18n.h and of what it shows. */
#ifndef SUAN_TESTS_UNIT_MO_KIT_H
#define SUAN_TESTS_UNIT_MO_KIT_H

#include "base/buf.h"
#include "base/i18n.h"
#include "tests/unit/unit.h"

struct mo_entry {
    const char *id, *text; /* plurals: forms with a NUL after each, len says how far */
    size_t id_len, text_len;
};

static inline void mo_number(struct buf *out, size_t v)
{
    uint32_t n = (uint32_t)v;
    assert_int_equal(buf_add(out, &n, sizeof n), RC_OK);
}

/* The bytes of a .mo file; entries sorted or not, this reader does not mind. */
static inline void mo_write(struct buf *out, const struct mo_entry *entries, size_t count)
{
    size_t table = 28, at = 28 + 16 * count;
    const size_t head[] = {0x950412de, 0, count, table, table + 8 * count, 0, at};
    for (size_t i = 0; i < 7; i++)
        mo_number(out, head[i]);
    for (size_t i = 0; i < count; at += entries[i++].id_len + 1) {
        mo_number(out, entries[i].id_len);
        mo_number(out, at);
    }
    for (size_t i = 0; i < count; at += entries[i++].text_len + 1) {
        mo_number(out, entries[i].text_len);
        mo_number(out, at);
    }
    for (size_t i = 0; i < count; i++)
        buf_add(out, entries[i].id, entries[i].id_len + 1);
    for (size_t i = 0; i < count; i++)
        buf_add(out, entries[i].text, entries[i].text_len + 1);
    assert_false(out->failed);
}

#endif
