/* SPDX-License-Identifier: MIT
 * fuzz_kmsg.c - records of the kernel's log: whatever they hold, what is taken of them is an address and a number. */
#include "node/kmsg.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xid_event e;

    if (!kmsg_parse((const char *)data, size, &e))
        return 0;
    if (strlen(e.gpu) < 12 || strspn(e.gpu, "0123456789abcdef:.") != strlen(e.gpu) || e.code == 0)
        abort();
    return 0;
}
