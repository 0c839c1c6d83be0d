/* SPDX-License-Identifier: MIT
 * devices.h - what the fields of a device say when they are read together: how bad it is, how near to its limit, whose
 * node and job it is of, whether it was given away and does nothing.
 * Pure; thread: any that reads a snapshot. */
#ifndef SUAN_MODEL_DEVICES_H
#define SUAN_MODEL_DEVICES_H

#include "model/snapshot.h"

/* The worse, the higher. */
enum device_status {
    DEVICE_UNKNOWN, /* nothing that tells */
    DEVICE_OK,
    DEVICE_SILENT,    /* nobody has heard of it for a while */
    DEVICE_THROTTLED, /* slowed down by heat, or by the board's power brake */
    DEVICE_HOT,       /* at its limit or past it */
    DEVICE_TROUBLE,   /* told to be unhealthy, but it still tells figures */
    DEVICE_LOST,      /* gone from the bus, or its driver answers no more */
    DEVICE_STATUSES
};

/* Where no limit is told, for ranks only: never shown as a limit. */
#define DEVICE_USUAL_LIMIT_CELSIUS 90.0

enum device_status device_status(const struct snapshot *s, const struct device_row *d);
extern const char *const device_status_words[DEVICE_STATUSES + 1]; /* NULL-terminated */
/* Degrees left: the headroom that is told, else the limit minus the core temperature; false if nobody can say. */
bool device_margin(const struct device_row *d, double *margin);
/* The temperature at which it slows down: told, or the temperature plus the headroom; 0 if nobody can say. */
double device_limit(const struct device_row *d);
/* For "the worst first": lost ones 1000, troubled ones 900, silent ones 0, others 100 minus the degrees left. */
bool device_rank(const struct snapshot *s, const struct device_row *d, double *rank);

/* NULL if it is not known. */
const struct node_row *device_node(const struct snapshot *s, const struct device_row *d);
/* An exporter tells the scheduler's number of it: of a task of an array that is not what the task is called. */
const struct job_row *device_job(const struct snapshot *s, const struct device_row *d);
/* What that job is called, else what the device tells; 0 = nothing. */
strid device_job_id(const struct snapshot *s, const struct device_row *d);

/* Given to a job (the device tells one, or its node is given away whole), and in the last sample neither busy nor in use to
 * one percent. One sample is no proof: a job may rest between two steps. node: device_node(). */
bool device_rests_given(const struct device_row *d, const struct node_row *node);
/* It has been like that for so long, in each sample, as the fleet has seen it. */
enum { DEVICE_IDLE_AFTER_MS = 600000 };
static inline bool device_idle(const struct device_row *d)
{
    return d->h.flags & ROW_IDLE;
}
/* It is a slice of another device (MIG). */
static inline bool device_is_slice(const struct device_row *d)
{
    return row_has(d, device, parent);
}

#endif
