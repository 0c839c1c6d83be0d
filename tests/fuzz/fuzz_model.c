/* SPDX-License-Identifier: MIT
 * Bytes choose deltas; after each publish everything that must hold of a snapshot is computed
 * again. */
#include "tests/unit/model_check.h"
#include "tests/unit/model_random.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t next(struct random_source *r, uint32_t below)
{
    if (r->left == 0)
        return 0;
    r->left--;
    uint32_t v = *r->data++;
    if (below > 256 && r->left) {
        r->left--;
        v = v << 8 | *r->data++;
    }
    return v % below;
}

static void publish(struct fleet *f, wall_ms now, struct snapshot **last)
{
    struct snapshot *s = fleet_publish(f, now);

    check_snapshot(s);
    if (*last)
        check_rows(*last); /* an older picture still stands */
    snapshot_unref(*last);
    *last = s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct random_source r = {.next = next, .data = data, .left = size};
    struct fleet_limits limits = {.rows[ENTITY_JOB] = 12, .keep_gone_jobs_ms = 20000};
    struct fleet *f = fleet_new(&limits);
    struct snapshot *last = NULL;
    wall_ms now = 1700000000000;

    while (r.left > 0) {
        struct delta *d = random_delta(&r, now);
        fleet_apply(f, d, NULL);
        delta_free(d);
        now += next(&r, 40) * 1000;
        if (next(&r, 4) == 0)
            fleet_tick(f, now);
        if (next(&r, 4) == 0)
            publish(f, now, &last);
    }
    publish(f, now, &last);
    snapshot_unref(last);
    fleet_free(f);
    return 0;
}
