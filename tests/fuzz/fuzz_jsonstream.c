/* SPDX-License-Identifier: MIT
 * fuzz_jsonstream.c - whatever goes in: what comes out is the same in one piece and in many, by
 * every kernel, and no slice is bigger than allowed. Two bytes choose limits and pieces. */
#include "base/buf.h"
#include "codec/jsonscan.h"
#include "codec/jsonstream.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                                 \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

static const char *const lists[] = {"jobs", "a", "", NULL};

struct diary {
    struct buf text;
    size_t element_max;
    uint64_t bad;
};

static enum rc on_slice(void *arg, const char *key, const char *text, size_t len)
{
    struct diary *d = arg;

    must(len > 0 && len <= d->element_max && strlen(key) <= 256);
    (void)buf_addf(&d->text, "%s=", key);
    (void)buf_add(&d->text, text, len);
    return buf_addc(&d->text, '\n');
}

static void on_bad(void *arg, const char *key, enum rc why, uint64_t offset)
{
    struct diary *d = arg;

    d->bad++;
    (void)buf_addf(&d->text, "%s!%s %llu\n", key, rc_name(why), (unsigned long long)offset);
}

static const struct jsonstream_ops ops = {on_slice, on_slice, on_bad};

/* Each piece in an allocation of its own, so that the first byte read too far is seen. */
static enum rc feed(struct jsonstream *js, const uint8_t *data, size_t size, struct err *e)
{
    char *piece = malloc(size);

    must(piece);
    memcpy(piece, data, size);
    enum rc rc = jsonstream_feed(js, piece, size, e);
    free(piece);
    return rc;
}

static enum rc run(struct diary *d, const struct jsonstream_limits *limits, bool array,
                   const uint8_t *data, size_t size, size_t step, struct err *e)
{
    enum rc rc = RC_OK;
    struct jsonstream *js = jsonstream_new(array ? NULL : lists, &ops, d, limits);

    buf_reset(&d->text);
    d->bad = 0;
    for (size_t at = 0; at < size && rc == RC_OK; at += step)
        rc = feed(js, data + at, size - at < step ? size - at : step, e);
    if (rc == RC_OK)
        rc = jsonstream_end(js, e);
    must(jsonstream_bad_count(js) == d->bad);
    must(jsonstream_offset(js) <= size && (rc != RC_OK || jsonstream_offset(js) == size));
    must(rc == RC_OK || rc == RC_SYNTAX || rc == RC_SCHEMA || rc == RC_LIMIT);
    jsonstream_free(js);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct jsonstream_limits limits = {data[0] & 1 ? 8 : 0, data[0] & 2 ? 3 : 0,
                                       data[0] & 4 ? 300 : 0};
    struct diary whole, parts;
    struct err a = {0}, b = {0};

    whole.element_max = parts.element_max = limits.element_max ? limits.element_max : 1 << 20;
    buf_init(&whole.text, 1 << 22);
    buf_init(&parts.text, 1 << 22);
    must(jsonscan_use(JSONSCAN_SCALAR));
    enum rc rc = run(&whole, &limits, data[0] & 8, data + 2, size - 2, size, &a);
    for (int k = 0; k < JSONSCAN_COUNT; k++) {
        if (!jsonscan_use((enum jsonscan_kernel)k))
            continue;
        for (size_t step = 1 + data[1] % 70; step < size; step = step * 5 + 1) {
            must(run(&parts, &limits, data[0] & 8, data + 2, size - 2, step, &b) == rc);
            must(whole.text.len == parts.text.len);
            must(memcmp(whole.text.data, parts.text.data, parts.text.len) == 0);
            must(rc == RC_OK || strcmp(a.where, b.where) == 0);
        }
    }
    buf_fini(&whole.text);
    buf_fini(&parts.text);
    return 0;
}
