/* SPDX-License-Identifier: MIT
 * fleet_faults.h - faults of devices as they happen: XIDs, and devices that are lost; for fleet*.c only.
 *
 * A gauge that shows the last XID shows it for ever, so the value itself is no news: what counts is that the source that
 * tells it told another one before (or a lower count, or none), or the time that it tells. A fault is known for an hour,
 * also when its row has gone: a lost device is often listed no more. What a code means, and so whether anybody is to be
 * told, is in the table of XIDs; NVIDIA's codes mean nothing for another vendor's device.
 * Thread: ingest. Owner: the fleet. */
#ifndef SUAN_MODEL_FLEET_FAULTS_H
#define SUAN_MODEL_FLEET_FAULTS_H

#include "model/delta.h"
#include "model/xid.h"

enum { FAULTS_MAX = 4096, FAULT_KEEP_MS = 3600000, DEVICE_TEXT = 16 };

struct fault {
    uint64_t key; /* of the device */
    wall_ms at;
    unsigned xid; /* 0 = the device is lost */
    uint16_t center;
    bool foreign; /* not NVIDIA's: the code is not in the table */
    char node
        [96]; /* identity bytes of the node; "" = they are longer, and it is evidence for nothing */
    char device[DEVICE_TEXT]; /* index on the node; a slice has that of its device */
    char job[24];             /* that occupied it when it was told, "" = nobody tells */
};

struct faults {
    const struct xid_table *xids; /* borrowed; NULL = none */
    struct fault *list;           /* in no order, one for each device and code */
    size_t cap;
    uint32_t count;
};

/* What a device was before a record that may tell a fault. */
struct fault_before {
    uint64_t valid;
    wall_ms xid_at;
    double xid_last, xid_count;
    strid health;
    bool known; /* its source has told the device before, and has not been silent since */
    uint16_t who;
};

struct fleet;
void faults_fini(struct faults *fs);
void faults_before(const struct fleet *f, uint32_t slot, const struct delta *d,
                   struct fault_before *out);
/* The record has been applied. */
void faults_after(struct fleet *f, uint32_t slot, const struct delta *d,
                  const struct fault_before *b);
/* The source says that the device is there no more: lost, if it tells another one of that node in the same breath. */
void faults_removed(struct fleet *f, uint32_t slot, const struct delta *d);
/* How bad it is: 0 = nothing, 1 = nobody knows (not in the table), 2 = reset, reboot or exchange it. */
int fault_weight(const struct fleet *f, const struct fault *fault);
/* Forgets what is older than FAULT_KEEP_MS. */
void faults_tick(struct fleet *f, wall_ms now);
/* Is that what a collector says of a device that the driver does not reach? */
bool faults_is_lost(const struct fleet *f, const struct device_row *d);
/* The device's index as text; "" = it has none. */
void faults_device_text(const struct device_row *d, char out[DEVICE_TEXT]);

#endif
