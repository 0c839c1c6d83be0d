/* SPDX-License-Identifier: MIT
 * hashes.h - hash -> number, forgotten as a whole after each page. Pure. */
#ifndef SUAN_COLLECTORS_EXPORTER_HASHES_H
#define SUAN_COLLECTORS_EXPORTER_HASHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hashes_slot;
struct hashes {
    struct hashes_slot *slots;
    uint32_t cap, used, round; /* cap: 0 or a power of two; a slot of another round is free */
};

void hashes_free(struct hashes *h);
void hashes_clear(struct hashes *h);
/* False if it is not there. */
bool hashes_find(const struct hashes *h, uint64_t key, uint32_t *value);
/* False if it was there before: *value is then what stands there, else `value` is put. */
bool hashes_put(struct hashes *h, uint64_t key, uint32_t *value);

#endif
