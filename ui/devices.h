/* SPDX-License-Identifier: MIT
 * devices.h - what the files of view 3 share: its columns (devices_columns.c), the words of one device (deviceword.c) and
 * all that is known of it (devicedetails.c). The map is devicemap.h. Thread: ui. */
#ifndef SUAN_UI_DEVICES_H
#define SUAN_UI_DEVICES_H

#include "model/devices.h"
#include "model/xid.h"
#include "ui/table.h"

enum {
    DEVICES_HEALTH_COLUMN = 13, /* sorts by rank: the worst first */
    DEVICES_COLUMNS = 31
};
extern const struct table_column devices_columns[DEVICES_COLUMNS];

/* One phrase with its style; a phrase of no text says that there is nothing to say. */
struct device_word {
    char text[80];
    struct style style;
};

/* "lost !", "row remap pending", "silent", "ok". */
/* What a source says of its health, in the reader's language: the words that metrics.conf and suantop-node use; others as
 * they are. */
const char *device_health_said(const char *text);
struct device_word device_health_word(const struct view_input *in, const struct device_row *d);
/* "HW thermal, power cap"; no text: runs as fast as it can. */
struct device_word device_throttle_word(const struct device_row *d);
/* "63 x2", in the colour of its class. */
struct device_word device_xid_word(const struct view_input *in, const struct device_row *d);
/* "-2", red from 0 on. */
struct device_word device_margin_word(const struct view_input *in, const struct device_row *d);
/* Its core temperature against its own limit. */
struct style device_heat_style(const struct device_row *d, bool *crit);
/* "3"; a slice stands below its device. */
void device_index_text(const struct device_row *d, char out[16]);
/* "H800": the vendor before it tells nothing new. */
const char *device_model_text(const struct view_input *in, const struct device_row *d);
/* All that is known of it, what is wrong in words first. devicedetails.c */
void device_details(const struct view_input *in, const struct device_row *d, struct buf *out);
/* The devices of a node or job, as a small table; nothing where there are none. */
void device_details_of(const struct view_input *in, enum entity e, const void *row,
                       struct buf *out);
/* A row that nobody has heard of for long is old, whatever its source's rhythm. */
enum freshness device_age(const struct view_input *in, const void *row);

#endif
