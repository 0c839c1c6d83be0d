/* SPDX-License-Identifier: MIT
 * slurm_int.h - elements of slurmrestd's lists, for slurm*.c only. Each writes one object to s->body; false: there is nothing
 * at that index. */
#ifndef SUAN_FLEETSIM_SLURM_INT_H
#define SUAN_FLEETSIM_SLURM_INT_H

#include "fleetsim/speech.h"

bool slurm_node(struct speech *s, uint32_t index);
bool slurm_job(struct speech *s, uint32_t index);
bool slurm_job_state(struct speech *s, uint32_t index);
bool slurm_pool(struct speech *s, uint32_t index);

#endif
