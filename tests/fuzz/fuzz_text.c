/* SPDX-License-Identifier: MIT
 * fuzz_text.c - whatever goes in: what sanitising makes of it is clean, stays as it is when it is
 * sanitised again, and all ways of measuring and cutting it agree. */
#include "base/text.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                                 \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

/* Width and validity by the code points alone, the slow way. */
static int count_cells(const char *s, size_t len)
{
    int cells = 0;
    uint32_t cp;

    for (size_t at = 0; at < len;) {
        char again[4];
        size_t taken = text_decode(s + at, len - at, &cp);
        must(cp != UINT32_MAX && !text_cp_unsafe(cp) && taken <= len - at);
        must(text_encode(cp, again) == taken && memcmp(again, s + at, taken) == 0);
        must(text_cp_cells(cp) >= 0 && text_cp_cells(cp) <= 2);
        cells += text_cp_cells(cp);
        at += taken;
    }
    return cells;
}

static void check_cuts(const char *clean, int cells)
{
    struct buf out;
    int used;

    for (int width = 0; width <= cells + 2; width += 1 + width / 8) {
        size_t len = text_prefix(clean, width, &used);
        must(used <= width && count_cells(clean, len) == used);
        must(used >= width - 1 || clean[len] == '\0');

        buf_init(&out, 1 << 20);
        must(text_pad(&out, clean, width, width % 2 == 0) == RC_OK);
        must(text_cells(out.data) == width && text_is_clean(out.data, out.len));
        buf_fini(&out);
    }
}

static void check_fixed(const char *s, size_t len, const struct buf *clean)
{
    char all[8192], few[9];
    size_t n = text_clean_into(few, sizeof(few), s, len);

    must(n < sizeof(few) && few[n] == '\0' && text_is_clean(few, n));
    must(n <= clean->len && memcmp(few, clean->data, n) == 0);
    if (clean->len < sizeof(all)) {
        must(text_clean_into(all, sizeof(all), s, len) == clean->len);
        must(strcmp(all, clean->data) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *s = (const char *)data;
    struct buf once, twice;

    buf_init(&once, 1 << 20);
    buf_init(&twice, 1 << 20);
    if (size < 1 << 18 && text_sanitise(&once, s, size) == RC_OK) {
        must(text_is_clean(once.data, once.len) && strlen(once.data) == once.len);
        bool same = once.len == size && (size == 0 || memcmp(once.data, s, size) == 0);
        must(text_is_clean(s, size) == same);
        must(text_sanitise(&twice, once.data, once.len) == RC_OK);
        must(twice.len == once.len && strcmp(twice.data, once.data) == 0);
        int cells = count_cells(once.data, once.len);
        must(text_cells(once.data) == cells);
        check_cuts(once.data, cells < 400 ? cells : 400);
        check_fixed(s, size, &once);
    }
    buf_fini(&once);
    buf_fini(&twice);
    return 0;
}
