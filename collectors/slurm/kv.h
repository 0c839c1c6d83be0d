/* SPDX-License-Identifier: MIT
 * kv.h - scontrol's one-line records: "NodeName=n1 Arch=x86_64 OS=Linux 6.1 #1 Reason=fan [root@1]".
 *
 * A value ends at the first blank, except that of the free-text keys (OS, Reason, Comment ...), which
 * goes on to the next key that is known and was not there yet: so "Reason=State=IDLE" does not become a
 * state. Unknown keys are passed over. Pure. */
#ifndef SUAN_COLLECTORS_SLURM_KV_H
#define SUAN_COLLECTORS_SLURM_KV_H

#include "collectors/slurm/value.h"
#include <stdbool.h>
#include <stddef.h>

struct kv_key {
    const char *name;
    bool free_text;
};

/* values[i] becomes the value of keys[i]; empty where the key is absent. */
void kv_split(struct span line, const struct kv_key *keys, size_t count, struct span *values);

#endif
