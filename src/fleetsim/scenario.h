/* SPDX-License-Identifier: MIT
 * scenario.h - what is simulated: a data file of centers, pools, device models, kinds of work and kinds of faults.
 *
 *   keyword | id | name=value | name=value ...        '#' begins a comment line
 *
 * A `pool` belongs to the `center` above it, everything else may stand in any order before it is named. Keywords, names,
 * ranges and meanings: scenario_keys.def. Errors name file, line and what would be accepted; nothing is used then.
 * Pure. Owner: the caller of scenario_read; unchanged after it, so any thread may read. */
#ifndef SUAN_FLEETSIM_SCENARIO_H
#define SUAN_FLEETSIM_SCENARIO_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCENARIO_SIZES = 12,
    SCENARIO_DEVICES = 16,
    SCENARIO_FAULTS = 255, /* kinds of them: a node keeps which in a byte */
    SCENARIO_NODES = 200000,
    SCENARIO_CENTERS = 200
};

/* Where a thing was named, and which of its keys stood there (scenario_keys.def, in order): for errors. */
struct sim_named {
    unsigned line;
    uint64_t given;
};

/* Which pages tell of a device. */
enum sim_exporter { SIM_EXPORTER_NONE, SIM_EXPORTER_DCGM, SIM_EXPORTER_NPU, SIM_EXPORTER_NODE };
/* Which way the figures of a center's devices go. */
enum sim_telemetry {
    SIM_TELEMETRY_NONE,
    SIM_TELEMETRY_EXPORTERS, /* a page a node */
    SIM_TELEMETRY_PROMETHEUS /* one server that has read those pages */
};
/* What a fault takes down. */
enum sim_scope {
    SIM_SCOPE_JOB,
    SIM_SCOPE_DEVICE,
    SIM_SCOPE_NODE,
    SIM_SCOPE_DRAIN /* the node is drained, what runs on it goes on */
};

struct sim_model {
    char id[32];     /* also Slurm's gres type */
    char driver[64]; /* as the driver names it */
    uint32_t exporter;
    double idle_watts, max_watts, memory_bytes, clock_hertz;
    double limit_celsius; /* of the core */
    struct sim_named named;
};

struct sim_work {
    char id[32];
    char name[64]; /* of its jobs, a number is added */
    double share;  /* of the jobs that are submitted */
    uint32_t sizes[SCENARIO_SIZES],
        size_count;           /* slots (devices, or nodes without devices), equally likely */
    double hours, spread;     /* mean and spread of the logarithm of how long it would run */
    double failed, cancelled; /* shares of its jobs that end so; the others complete */
    double activity; /* of the tensor pipes while it computes; 0 = never touches the device */
    uint32_t urgent, preemptable; /* 1: may preempt, may be preempted */
    struct sim_named named;
};

struct sim_fault {
    char id[32];
    char reason[128]; /* what the health check writes on the node, "" = the scheduler's own word */
    double count;     /* weight */
    uint32_t scope;
    uint32_t xid;        /* 0 = none */
    double repair_hours; /* mean */
    struct sim_named named;
};

struct sim_pool {
    char id[64];
    char prefix[32]; /* of its nodes' names */
    uint32_t first, digits, nodes;
    uint32_t devices, cpus; /* of a node */
    double memory_bytes;    /* of a node */
    uint32_t model;         /* index; unused without devices */
    char model_id[32];
    struct sim_named named;
};

struct sim_center {
    char id[32], name[96], kind[16], operator_name[64], region[64], tenancy[16], tier[16];
    uint32_t version;        /* data parser of its slurmrestd: 38, or 40 to 45 */
    uint32_t telemetry;      /* enum sim_telemetry */
    uint32_t accounting;     /* 1: it has a slurmdbd */
    double load;             /* share of the slots that is kept busy, 0..1 */
    double queued;           /* jobs that wait, about */
    double rate;             /* failures per 1000 node-days */
    double inlet_celsius;    /* air that the devices breathe */
    double fp16, fp32, fp64; /* declared capacity, operations a second; 0 = none */
    struct sim_pool *pools;
    size_t pool_count, pool_cap;
    struct sim_named named;
};

struct scenario {
    char title[96];
    struct sim_center *centers;
    struct sim_model *models;
    struct sim_work *works;
    struct sim_fault *faults;
    size_t center_count, model_count, work_count, fault_count;
    size_t center_cap, model_cap, work_cap, fault_cap;
};

/* name: for errors. RC_SYNTAX, RC_SCHEMA (a name that is not defined, a sum that is not 1, no center). */
enum rc scenario_read(const char *text, const char *name, struct scenario *out, struct err *e);
void scenario_free(struct scenario *s);

#endif
