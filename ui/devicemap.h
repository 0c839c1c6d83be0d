/* SPDX-License-Identifier: MIT
 * devicemap.h - the thermal map of view 3: one cell a device, eight a node, in bands by pool, the hottest pool first.
 *
 * A node is a unit of eight places (two units for sixteen devices ...), each device at its index. In a band come first the
 * nodes of which a device is lost or that are down, on lines of their own, then the others by steps of the heat of their
 * hottest device; nodes of one step stay in the order in which they became known, so that the picture is calm.
 * devicemap_build (devicemap.c) costs one pass over the rows of the table and is done once for each new set of rows;
 * drawing (devicemap_draw.c) looks only at what is on the screen.
 * Owner: view_devices.c. Thread: ui. */
#ifndef SUAN_UI_DEVICEMAP_H
#define SUAN_UI_DEVICEMAP_H

#include "ui/table.h"

enum { MAP_UNIT = 8 };

enum map_shade { SHADE_HEAT, SHADE_MARGIN, SHADE_TENSOR, SHADE_POWER, MAP_SHADES };
enum map_bands { BANDS_POOL, BANDS_CENTER, BANDS_MODEL, MAP_BANDS };

struct map_band {
    uint64_t key;
    strid name; /* of the pool or model; 0 = it has none */
    uint16_t center;
    uint32_t devices;
    uint32_t first, broken,
        units; /* units[first ..]: `broken` of them on lines of their own, then the others */
    int p99;   /* degrees; -1 = nobody tells */
    double tensor, power;     /* sums of percent */
    uint32_t tensors, powers; /* of how many */
};

struct devicemap {
    uint64_t seen; /* what it was made of */
    enum map_bands by;
    struct map_band *bands; /* the hottest first */
    uint32_t band_count;
    size_t band_cap;
    uint32_t *places; /* MAP_UNIT slots a unit; UINT32_MAX = no device there */
    uint32_t unit_count;
    size_t place_cap;
    uint32_t *place_of,
        *index_of; /* by slot: in places, in the table's result; UINT32_MAX = not on the map */
    uint32_t slots;
    uint32_t devices;
};

void devicemap_free(struct devicemap *m); /* what it owns */
/* Does nothing when it was made of the same rows (seen: any number but 0 that changes with them). */
void devicemap_build(struct devicemap *m, const struct table *t, const struct view_input *in,
                     enum map_bands by, uint64_t seen);
/* The table below the map gets this. */
struct rect devicemap_table_rect(const struct devicemap *m, const struct view_input *in);
void devicemap_draw(const struct devicemap *m, const struct table *t, const struct view_input *in,
                    enum map_shade shade, struct canvas *c);
/* The part of the legend's line that is left for the view. */
struct rect devicemap_legend_rect(const struct devicemap *m, const struct view_input *in);
const char *devicemap_shade_word(enum map_shade shade);
/* Where an arrow key leads from the cursor: an index of the table; the same if nowhere. */
uint32_t devicemap_step(const struct devicemap *m, const struct table *t,
                        const struct view_input *in, enum cmd cmd);
/* The device at a place of the canvas, UINT32_MAX if there is none. */
uint32_t devicemap_hit(const struct devicemap *m, const struct table *t,
                       const struct view_input *in, int y, int x);

#endif
