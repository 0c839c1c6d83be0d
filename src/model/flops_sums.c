/* SPDX-License-Identifier: MIT
 * flops_sums.c - see fleet_flops.h. */
#include "base/xmem.h"
#include "model/fleet_flops.h"
#include <string.h>

enum { WORDS = sizeof(struct flops_sums) / sizeof(uint32_t) };
_Static_assert(WORDS <= 128, "two times 64 bits tell which words are kept");

static void add_cell(struct flops_cell *into, const struct flops_cell *c, int sign)
{
    into->flops += sign * c->flops;
    into->peak += sign * c->peak;
    into->reporting += (uint32_t)sign * c->reporting;
    into->peaked += (uint32_t)sign * c->peaked;
    into->hearsay += (uint32_t)sign * c->hearsay;
}

static void add_capacity(struct flops_capacity *into, const struct flops_capacity *c, int sign)
{
    into->flops += sign * c->flops;
    into->devices += (uint32_t)sign * c->devices;
    into->hearsay += (uint32_t)sign * c->hearsay;
}

void flops_sums_add(struct flops_sums *into, const struct flops_sums *what, int sign)
{
    for (int p = 0; p < FLOPS_RATES; p++) {
        for (int w = 0; w < FLOPS_WAYS; w++)
            add_cell(&into->devices[p][w], &what->devices[p][w], sign);
        add_cell(&into->processors[p], &what->processors[p], sign);
    }
    for (int p = 0; p < FLOPS_PEAKS; p++) {
        add_capacity(&into->allocated[p], &what->allocated[p], sign);
        add_capacity(&into->nameplate[p], &what->nameplate[p], sign);
    }
    into->power += sign * what->power;
    into->tensor += sign * what->tensor;
    into->known += sign * what->known;
    into->known_allocated += sign * what->known_allocated;
    into->seen += (uint32_t)sign * what->seen;
    into->silent += (uint32_t)sign * what->silent;
    into->throttled += (uint32_t)sign * what->throttled;
    into->powered += (uint32_t)sign * what->powered;
    into->tensors += (uint32_t)sign * what->tensors;
}

struct flops_kept *flops_sums_keep(const struct flops_sums *s)
{
    uint32_t words[WORDS];
    struct flops_kept all = {{0}};
    unsigned count = 0;

    memcpy(words, s, sizeof(words));
    for (unsigned i = 0; i < WORDS; i++)
        if (words[i]) {
            all.bits[i / 64] |= UINT64_C(1) << i % 64;
            words[count++] = words[i];
        }
    if (!count)
        return NULL;
    struct flops_kept *kept = xmalloc(sizeof(*kept) + count * sizeof(words[0]));
    *kept = all;
    memcpy(kept->words, words, count * sizeof(words[0]));
    return kept;
}

void flops_sums_recall(const struct flops_kept *kept, struct flops_sums *out)
{
    uint32_t words[WORDS] = {0};
    unsigned count = 0;

    for (unsigned i = 0; kept && i < WORDS; i++)
        if (kept->bits[i / 64] >> i % 64 & 1)
            words[i] = kept->words[count++];
    memcpy(out, words, sizeof(words));
}
