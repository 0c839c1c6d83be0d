/* SPDX-License-Identifier: MIT
 * rows.c - parts of NODE rows that do not depend on how Slurm spelt them. */
#include "collectors/slurm/rows.h"
#include "codec/quantity.h"
#include "collectors/slurm/states.h"
#include <math.h>
#include <string.h>

void put_upper(struct delta *d, int field, struct span words)
{
    char text[160];
    size_t n = words.len < sizeof text ? words.len : sizeof text;

    for (size_t i = 0; i < n; i++) {
        char c = words.text[i];
        text[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    delta_strn(d, field, text, n);
}

void put_node_state(struct delta *d, struct span words)
{
    struct node_words w = {node_state_UNKNOWN, 0};

    node_words_add(&w, words.text, words.len);
    delta_int(d, FIELD_node_state, w.state);
    delta_int(d, FIELD_node_flags, w.flags);
    put_upper(d, FIELD_node_raw_state, words);
}

static void put_gres_text(struct delta *d, int field, const char *text)
{
    put_str(d, field, (struct span){text, strlen(text)});
}

void put_node_gres(struct delta *d, const char *gres, const char *used)
{
    struct gres_sum total = quantity_gres(gres);
    struct gres_sum taken = quantity_gres(used);

    delta_num(d, FIELD_node_devices_total, total.devices);
    delta_num(d, FIELD_node_devices_allocated, taken.devices);
    delta_str(d, FIELD_node_device_model, total.model);
    delta_num(d, FIELD_node_mig_slices_total, total.slices > 0 ? total.slices : NAN);
    delta_num(d, FIELD_node_mig_slices_allocated, total.slices > 0 ? taken.slices : NAN);
    put_gres_text(d, FIELD_node_gres, gres);
    put_gres_text(d, FIELD_node_gres_used, used);
}
