/* SPDX-License-Identifier: MIT
 * rows.h - what JSON and text have in common when a row is written: meanings, not spellings. */
#ifndef SUAN_COLLECTORS_SLURM_ROWS_H
#define SUAN_COLLECTORS_SLURM_ROWS_H

#include "collectors/slurm/value.h"
#include "model/delta.h"

/* In capitals, as the commands write it; what does not fit is cut. */
void put_upper(struct delta *d, int field, struct span words);
/* "MIXED+DRAIN" in any spelling: state, flags and raw state. */
void put_node_state(struct delta *d, struct span words);
/* Devices, slices and their model from Slurm's gres and gres_used. */
void put_node_gres(struct delta *d, const char *gres, const char *used);

/* Which job a record is about. */
struct job_id {
    char id[96];       /* for people: "14", "14_5", "14_[6-99]" */
    char identity[96]; /* stays the same while an array's rest shrinks: "14_[99" */
    char array[24];    /* "" = not an array's */
    char number[24];   /* of a task: the scheduler's own, "" = not told */
    struct span task;  /* "5", "6-99%2"; inside the text given to job_id_read */
    double tasks;      /* that the record stands for */
};

/* job: "14". array: "14" or "" or "0". task: "5" or "". rest: "6-99%2" or "". False when job is not
 * a number. */
bool job_id_make(struct job_id *out, struct span job, struct span array, struct span task,
                 struct span rest);
/* squeue's one word for all of that: "14", "14_5", "14_[6-99%2]", "14+1". */
bool job_id_read(struct job_id *out, struct span text);
/* Tells the number of a task; text that is no number is ignored. */
void job_id_number(struct job_id *id, struct span number);
void put_job_id(struct delta *d, const struct job_id *id);
/* Array tasks in "2-99%2", "1,3,7", "0-999:3"; 0 when it is none of these. */
double count_tasks(struct span list);

struct job_times {
    wall_ms submit, eligible, start, end, preempt;
};
void put_job_times(struct delta *d, enum job_state state, const struct job_times *t);

struct job_devices {
    const char *per_node, *per_job, *per_task; /* GRES texts */
    const char *requested;                     /* TRES text */
    double nodes, tasks;
};
/* Devices asked for, all nodes of one task together. */
double devices_requested(const struct job_devices *j);

/* Slurm's exit status: wait status or code and signal, only of a job that ended. */
void put_job_exit(struct delta *d, enum job_state state, bool known, double code, double signal);
/* Reason code and description. Text releases give one or the other in the same place. */
void put_job_reason(struct delta *d, struct span code, struct span description,
                    struct buf *scratch);

/* One run of a job as the accounting kept it. Spans are "" and numbers NaN where it does not tell. */
struct attempt_record {
    struct job_id job;
    struct span state; /* "NODE_FAIL", "CANCELLED by 995" */
    struct span name, user, account, pool, nodes, failed_node;
    struct span ended_by; /* who cancelled it */
    wall_ms submit, eligible, start, end;
    double node_count, cpus, devices, restarts;
};
/* False when it is not about a run that ended: it never started, runs still ... */
bool put_attempt(struct delta *d, const struct attempt_record *a);

#endif
