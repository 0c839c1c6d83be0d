/* SPDX-License-Identifier: MIT
 * fuzz_local.c - what a probe prints. */
#include "tests/fuzz/collector_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f;

    fuzz_open(&f, "local");
    f.rq.via = VIA_COMMAND;
    f.rq.cut = CUT_LINES;
    for (int i = 0; i < 2; i++)
        fuzz_answer(&f, 0, (const char *)data, size);
    f.ops->close(f.state);
    return 0;
}
