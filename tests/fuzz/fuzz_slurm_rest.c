/* SPDX-License-Identifier: MIT
 * fuzz_slurm_rest.c - answers of slurmrestd. First byte: which part; second: which status. The same body
 * twice, so that unchanged elements are met as well. */
#include "collectors/slurm/slurm.h"
#include "tests/fuzz/collector_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const arrays[PART_COUNT][2] = {{"pings"},        {"-"},       {"nodes"},
                                                      {"jobs"},         {"jobs"},    {"partitions"},
                                                      {"reservations"}, {"licenses"}};
    static const int statuses[] = {200, 304, 401, 404, 500, 511, 200, 200};
    struct fuzz f;

    if (size < 2)
        return 0;
    enum part part = (enum part)(data[0] % PART_COUNT);
    fuzz_open(&f, "slurm");
    f.rq.what = what_of(part, WAY_REST);
    f.rq.tag = data[0] / PART_COUNT;
    f.rq.cut = CUT_JSON;
    f.rq.arrays = arrays[part];
    for (int i = 0; i < 2; i++)
        fuzz_answer(&f, statuses[data[1] % 8], (const char *)data + 2, size - 2);
    f.ops->close(f.state);
    return 0;
}
