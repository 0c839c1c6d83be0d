/* SPDX-License-Identifier: MIT
 * decode_cpu.c - the line of cpu_flops.h as samples. */
#include "node/decode_cpu.h"
#include "node/cpu_model.h"
#include <stdio.h>

static void put(struct samples *s, enum family family, const struct json *row, const char *what)
{
    for (int p = 0; p < CPU_PRECISIONS; p++) {
        const char *word = cpu_precision_word(p);
        const struct label labels[] = {{"precision", word}, {NULL, NULL}};
        char key[16];
        double v;
        snprintf(key, sizeof key, "%s_%s", what, word);
        if (json_num(json_member(row, key), &v))
            samples_add(s, family, v, labels);
    }
}

void decode_cpu_flops(struct samples *s, const struct json *row)
{
    double ppm;

    put(s, FAMILY_CPU_FLOPS, row, "count");
    put(s, FAMILY_CPU_FLOPS_PEAK, row, "peak");
    if (json_num(json_member(row, "running_ppm"), &ppm))
        samples_add(s, FAMILY_PMU_RUNNING, ppm / 1e6, NULL);
}
