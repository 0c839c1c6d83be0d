/* SPDX-License-Identifier: MIT
 * quantity.h - numbers with units, both ways. Pure, locale-independent.
 *
 * Reading: sizes ("62.50G" in Slurm's binary sense, "12Ki", "1.5M"), durations ("5s", "10m",
 * "2-03:04:05", "1-00:00:00", "INFINITE"), rates ("12 EFLOPS"), TRES lists
 * ("cpu=8,mem=62.50G,gres/gpu=4") and GRES lists ("gpu:h200:4(S:0-1),shard:8"). Writing: figures
 * with a thin space every three digits and SI steps. */
#ifndef SUAN_CODEC_QUANTITY_H
#define SUAN_CODEC_QUANTITY_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Plain decimal number over the whole text. */
bool quantity_number(const char *s, double *out);
/* "5s" "10m" "2h" "3d" "1500ms" "90" (seconds) -> milliseconds. */
bool quantity_duration(const char *s, int64_t *out_ms);
/* Slurm's time limit: "MM", "MM:SS", "HH:MM:SS", "D-HH[:MM[:SS]]", "UNLIMITED" (-> -1). Seconds. */
bool quantity_slurm_time(const char *s, int64_t *out_s);
/* "62.50G" with binary steps K M G T P (Slurm's memory; a bare number counts in default_unit
 * bytes). */
bool quantity_bytes(const char *s, double default_unit, double *out);
/* Kubernetes: "128974848", "129e6", "123Mi", "1500m", "4k" (decimal and binary steps differ
 * there). */
bool quantity_k8s(const char *s, double *out);
/* "12 EFLOPS", "480PFLOPS", "1.5e18": floating-point operations per second. */
bool quantity_flops(const char *s, double *out);

/* Value of `name` in a TRES list: "gres/gpu=4" by "gres/gpu". When only typed entries
 * ("gres/gpu:h200=4") exist their sum counts. False if there is none. */
bool quantity_tres(const char *list, const char *name, double *out);

struct gres_sum {
    uint32_t devices; /* whole GPUs (every "gpu" entry that is not a MIG profile) */
    uint32_t slices;  /* MIG slices ("gpu:1g.10gb:21") */
    char model[64];   /* type of the largest entry, "" if untyped */
};
/* Sum of the gpu entries of a GRES text, tolerant of "(S:0-1)", "(IDX:0-3)", "(null)",
 * "gres:gpu:2" and "gres/gpu:h200=4" (there an untyped entry is the total of the typed ones).
 * shard, mps and nic are ignored; an entry without a count is one device, one whose count cannot
 * be read is none. */
struct gres_sum quantity_gres(const char *text);

/* "1 234 567.8" with U+2009 between groups of three; `decimals` 0..9. "?" when not finite. */
void quantity_group(double v, int decimals, char out[64]);
/* Three significant digits and an SI step, U+2009 before it: "12.3 E", "999 ", "4.07 k"; append
 * the unit. Steps k M G T P E Z Y; smaller than 1: "0.5 ". "?" when not finite. */
void quantity_si(double v, char out[32]);

#endif
