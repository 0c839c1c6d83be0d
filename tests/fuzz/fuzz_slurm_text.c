/* SPDX-License-Identifier: MIT
 * fuzz_slurm_text.c - output of the Slurm commands. First byte: which part; squeue's mark is 00c0ffee. */
#include "collectors/slurm/slurm.h"
#include "tests/fuzz/collector_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;

    if (size < 1)
        return 0;
    fuzz_open(&f, "slurm");
    f.rq.what = what_of((enum part)(data[0] % PART_COUNT), WAY_TEXT);
    f.rq.tag = 0x00c0ffee;
    f.rq.via = VIA_COMMAND;
    f.rq.cut = CUT_LINES;
    for (int i = 0; i < 2; i++)
        fuzz_answer(&f, data[0] / 128, (const char *)data + 1, size - 1);
    f.ops->close(f.state);
    return 0;
}
