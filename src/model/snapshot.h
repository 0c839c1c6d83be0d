/* SPDX-License-Identifier: MIT
 * snapshot.h - immutable picture of the fleet, shared by reference.
 *
 * Thread: made by ingest, read anywhere. Owns: references on its row chunks and its string table.
 * Invariant: nothing reachable from a snapshot changes after it was published. */
#ifndef SUAN_MODEL_SNAPSHOT_H
#define SUAN_MODEL_SNAPSHOT_H

#include "base/intern.h"
#include "model/entity.h"
#include "model/history.h"
#include <stdbool.h>
#include <stdint.h>

struct snapshot; /* opaque */

struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* NULL is fine */

uint64_t snapshot_generation(const struct snapshot *s); /* rises with every publish */
wall_ms snapshot_at(const struct snapshot *s);
const struct intern *snapshot_strings(const struct snapshot *s);

/* Rows live in slots 0..slots-1, some of them empty. A slot keeps its thing while it lives. */
uint32_t snapshot_slots(const struct snapshot *s, enum entity e);
/* Living rows, gone ones included. */
uint32_t snapshot_count(const struct snapshot *s, enum entity e);
/* NULL if the slot is empty. Cast to the row struct of e. */
const void *snapshot_row(const struct snapshot *s, enum entity e, uint32_t slot);
/* Slot of a key, or UINT32_MAX. A hash look-up; centers and sources, which are few, are searched. */
uint32_t snapshot_find(const struct snapshot *s, enum entity e, uint64_t key);
/* The job that is called so ("14_5"), or that has this number of the scheduler (raw_id); NULL if there is none. */
const struct job_row *snapshot_job(const struct snapshot *s, uint16_t center, const char *id,
                                   size_t len);
static inline const struct row_head *row_head_of(const void *row)
{
    return (const struct row_head *)row;
}

/* NULL if there is none of that number. */
const struct center_row *snapshot_center(const struct snapshot *s, uint16_t center);
const struct source_row *snapshot_source(const struct snapshot *s, uint16_t source);

/* Sums over all centers; the members with a count of reporters show coverage. */
struct totals {
    double centers, centers_live, centers_stale, centers_down;
    double sources, sources_bad;
    double nodes, nodes_up, nodes_drained, nodes_down;
    double cpus, cpus_allocated;
    double devices, devices_allocated, devices_idle, devices_draining, devices_down;
    uint32_t device_nodes; /* how many nodes tell their devices */
    double jobs_running, jobs_queued, jobs_held, devices_wanted, restarts;
    wall_ms oldest_queued_at; /* 0 = nothing queued */
    double temperature_max;
    bool has_temperature;
    uint32_t hottest_node; /* slot */
    double power_watts;
    uint32_t power_nodes; /* how many nodes report power */
    /* Devices that telemetry tells of; the silent ones are in no figure. Power is of device_power_of devices. */
    double devices_seen, devices_silent, devices_throttled;
    double device_power_watts, device_power_of;
    double device_temperature_max, device_temperature_p99; /* p99: NAN = nobody tells */
    bool has_device_temperature;
    uint32_t hottest_device; /* slot, UINT32_MAX = nobody can say which */
    /* Interruptions of the last 24 hours, those not resolved whenever they were, GPU-hours lost. */
    double interruptions_day, interruptions_open, gpu_hours_lost_day;
    /* Alerts that fire; quiet = acknowledged or silenced, and in none of the others. */
    uint32_t alerts_critical, alerts_warning, alerts_quiet;
};
const struct totals *snapshot_totals(const struct snapshot *s);

/* Copies up to n newest samples of a center into out (oldest first); returns how many. */
int snapshot_history(const struct snapshot *s, uint16_t center, enum history which, float *out,
                     int n);

/* How the history is: a sentence in clean text, "" = nothing to say; bad: it is not being written. */
struct notice {
    char text[256];
    bool bad;
};
const struct notice *snapshot_notice(const struct snapshot *s);

/* When the values of that group of a row were last confirmed; 0 = never. Not simply h.seen_at: a
 * good poll that found a row unchanged confirms it without touching it. */
wall_ms snapshot_seen_at(const struct snapshot *s, const void *row, enum field_group group);
/* Milliseconds since a row was last confirmed (a device by telemetry, others by their scheduler,
 * else by whoever knows it). Source: since its last good answer; center: since the oldest of its
 * sources'. -1 = never, or ahead of `now` by more than a few seconds (a clock jumped): shown as
 * "?". */
int64_t snapshot_age_of(const struct snapshot *s, const void *row, wall_ms now);

/* Who told the values of a row: several sources may know the same node or device. */
enum { TELLERS_MAX = 6 };
struct teller {
    uint16_t source;
    uint64_t
        fields; /* bits of the fields whose present value is this source's; a node's or device's identity is nobody's */
    wall_ms at; /* when it last confirmed the row */
};
/* Returns how many, at most TELLERS_MAX; 0 for a row that no source tells (the fleet's own). */
int snapshot_tellers(const struct snapshot *s, const void *row, struct teller out[TELLERS_MAX]);
/* Who told that field; UINT16_MAX = nobody. */
uint16_t snapshot_teller_of(const struct snapshot *s, const void *row, unsigned field);

/* Hand-over between threads: one writer publishes, readers take references. */
struct snapshot_hub;
/* published: called after each publish, in the publisher's thread. */
struct snapshot_hub *snapshot_hub_new(void (*published)(void *arg), void *arg);
void snapshot_hub_free(struct snapshot_hub *hub);
void snapshot_hub_publish(struct snapshot_hub *hub, struct snapshot *s); /* takes the reference */
/* +1 reference; NULL before the first publish. */
struct snapshot *snapshot_hub_latest(struct snapshot_hub *hub);

#endif
