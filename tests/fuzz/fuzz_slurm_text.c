/* SPDX-License-Identifier: MIT
 * fuzz_slurm_text.c - output of the Slurm commands. First byte: which part (from 0xf0 on the accounting) and whether it is a
 * reread; the mark of squeue and sacct is 00c0ffee. */
#include "collectors/slurm/slurm.h"
#include "tests/fuzz/collector_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;

    if (size < 1)
        return 0;
    enum part part = data[0] >= 0xf0 ? PART_ACCOUNT : (enum part)(data[0] % PART_ACCOUNT);
    bool reread = data[0] >= 0xe0 && (part == PART_NODES || part == PART_JOBS);
    fuzz_open(&f, "slurm");
    f.rq.what = what_of(part, WAY_TEXT) | (reread ? WHAT_REREAD : 0);
    f.rq.tag = 0x00c0ffee;
    f.rq.via = VIA_COMMAND;
    f.rq.cut = CUT_LINES;
    for (int i = 0; i < 2; i++)
        fuzz_answer(&f, part != PART_ACCOUNT ? data[0] / 128 : data[0] % 2, (const char *)data + 1,
                    size - 1);
    f.ops->close(f.state);
    return 0;
}
