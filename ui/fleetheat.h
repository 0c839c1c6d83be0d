/* SPDX-License-Identifier: MIT
 * fleetheat.h - what the fleet computes for a watt, found once a snapshot: of the devices that tell both FLOPS and power,
 * each precision and provenance for itself.
 *
 * Owner: a view. Thread: ui. */
#ifndef SUAN_UI_FLEETHEAT_H
#define SUAN_UI_FLEETHEAT_H

#include "ui/view.h"

struct fleet_both { /* of the devices that tell both */
    double flops, watts, devices;
};

struct fleet_heat {
    uint64_t generation;
    const struct snapshot *of;
    struct fleet_both both[precision_COUNT][provenance_COUNT];
};

/* What is known of each chunk of devices, so that those of the next picture cost what changed. */
struct fleet_heat_memo {
    struct query_result devices;
};

/* Does nothing if it is of that snapshot already. */
void fleet_heat_look(struct fleet_heat *h, const struct view_input *in);
/* The same for whoever looks often; gives way to a key, and then h is what it was. */
void fleet_heat_follow(struct fleet_heat *h, struct fleet_heat_memo *m,
                       const struct view_input *in);
void fleet_heat_memo_fini(struct fleet_heat_memo *m);
/* Of one more device; false if it does not tell both, or is a slice. */
bool fleet_heat_add(struct fleet_heat *h, const struct device_row *d);
/* FLOPS per watt of the devices that tell both; NAN if none does. */
double fleet_heat_efficiency(const struct fleet_heat *h, unsigned precision, unsigned provenance);

#endif
