/* SPDX-License-Identifier: MIT
 * fuzz_slurm_rest.c - answers of slurmrestd. First byte: which part (from 0xf0 on the accounting), and of 0xe0 to 0xef
 * whether it is a reread; second: which status. The same body twice, so that unchanged elements are met as well. */
#include "collectors/slurm/slurm.h"
#include "tests/fuzz/collector_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const arrays[PART_COUNT][2] = {
        {"pings"},        {"-"},        {"nodes"}, {"jobs"}, {"jobs"}, {"partitions"},
        {"reservations"}, {"licenses"}, {"jobs"}};
    static const int statuses[] = {200, 304, 401, 404, 500, 511, 200, 200};
    struct fuzz f;

    if (size < 2)
        return 0;
    enum part part = data[0] >= 0xf0 ? PART_ACCOUNT : (enum part)(data[0] % PART_ACCOUNT);
    bool reread = data[0] >= 0xe0 && (part == PART_NODES || part == PART_JOBS);
    fuzz_open(&f, "slurm");
    f.rq.what = what_of(part, WAY_REST) | (reread ? WHAT_REREAD : 0);
    f.rq.tag = reread ? 0 : data[0] / PART_ACCOUNT;
    f.rq.cut = CUT_JSON;
    f.rq.arrays = arrays[part];
    for (int i = 0; i < 2; i++)
        fuzz_answer(&f, statuses[data[1] % 8], (const char *)data + 2, size - 2);
    f.ops->close(f.state);
    return 0;
}
