/* SPDX-License-Identifier: MIT
 * jobs.h - which job has which GPU, as a scheduler's prolog wrote it into a file for each GPU. Three conventions:
 *
 *   jobstats        FOLDER/<index, UUID of the GPU, or of the MIG device>   "jobid uid"
 *   dcgm-exporter   FOLDER/<index>, <index>.<GPU instance>                  a job id a line
 *   AMD's exporter  FOLDER/<index>                                          JSON with SLURM_JOB_ID, SLURM_JOB_USER
 *
 * What they hold is data that somebody wrote: only regular files, at most 4 KiB, ids of letters, digits and "._-+[]@",
 * up to 64; anything else is passed over. Thread: the child's main one. */
#ifndef SUAN_NODE_JOBS_H
#define SUAN_NODE_JOBS_H

#include <stdio.h>

struct job_folders {
    const char *jobstats, *dcgm, *amd; /* NULL: not used */
};
/* Which GPU, or instance of one, is asked for; NULL where there is none of it. */
struct job_place {
    const char *gpu;                     /* told: its address */
    const char *index, *uuid, *instance; /* instance: number of the GPU instance */
};

/* A gpu_job line for each job that the files tell of. */
void jobs_tell(FILE *out, const struct job_folders *folders, const struct job_place *place);

#endif
