/* SPDX-License-Identifier: MIT
 * fuzz_prometheus.c - answers of Prometheus servers. First byte: to which question (and whether without what is computed);
 * second: which status. The same body twice, so that things that are known already are met as well. */
#include "collectors/prometheus/prom.h"
#include "tests/fuzz/collector_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const arrays[PARTS][2] = {{"data.features"}, {"data.result"},
                                                 {"data.result"},   {"data.result"},
                                                 {"data.result"},   {"data.alerts"}};
    static const int statuses[] = {200, 200, 401, 404, 400, 422, 503, 200};
    struct fuzz f;

    if (size < 2)
        return 0;
    fuzz_open(&f, "prometheus");
    if (f.state == NULL)
        return 0;
    f.rq.what = data[0] % PARTS;
    f.rq.tag = data[0] / PARTS % 4;
    f.rq.cut = CUT_JSON;
    f.rq.arrays = arrays[f.rq.what];
    f.rq.lists[ENTITY_DEVICE] = data[0] >= 128;
    for (int i = 0; i < 2; i++)
        fuzz_answer(&f, statuses[data[1] % 8], (const char *)data + 2, size - 2);
    f.ops->close(f.state);
    return 0;
}
