/* SPDX-License-Identifier: MIT
 * slurm_int.h - parts of slurmrestd, for slurm*.c and accounting.c only. Elements of lists: each writes one object to s->body; false: there is nothing
 * at that index. */
#ifndef SUAN_FLEETSIM_SLURM_INT_H
#define SUAN_FLEETSIM_SLURM_INT_H

#include "fleetsim/speech.h"

bool slurm_node(struct speech *s, uint32_t index);
bool slurm_job(struct speech *s, uint32_t index);
bool slurm_job_state(struct speech *s, uint32_t index);
bool slurm_pool(struct speech *s, uint32_t index);

/* --- slurm.c: the beginning of an answer; with an empty list of errors --- */
void slurm_meta(struct speech *s);
void slurm_head(struct speech *s);
/* An answer with one element. */
void slurm_one(struct speech *s, const char *key, uint32_t which,
               bool (*row)(struct speech *, uint32_t));

/* --- slurm_verbs.c: node/NAME, job/ID and job/ID/requeue --- */
void slurm_one_node(struct speech *s, const struct speech_request *rq, const char *name);
void slurm_one_job(struct speech *s, const struct speech_request *rq, const char *name);
void slurm_no_path(struct speech *s);

/* --- accounting.c: what: behind /slurmdb/v0.0.N/ --- */
void account_speak(struct speech *s, const struct speech_request *rq, const char *what);

#endif
