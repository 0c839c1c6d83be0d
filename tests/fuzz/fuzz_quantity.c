/* SPDX-License-Identifier: MIT
 * fuzz_quantity.c - whatever goes in: a number comes out finite or not at all, and what is written
 * fits. */
#include "codec/quantity.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                                 \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

static void check_writing(double v)
{
    char out[64], si[32], exact[40];
    double again;

    for (int decimals = -1; decimals <= 10; decimals++) {
        memset(out, 'x', sizeof out);
        quantity_group(v, decimals, out);
        must(memchr(out, 0, sizeof out));
    }
    memset(si, 'x', sizeof si);
    quantity_si(v, si);
    must(memchr(si, 0, sizeof si));
    snprintf(exact, sizeof exact, "%.17g", v);
    must(quantity_number(exact, &again) ? again == v : !isfinite(v));
}

static void check_reading(const char *s)
{
    double v[6] = {-7, -7, -7, -7, -7, -7};
    int64_t t[2] = {-7, -7};
    bool is[6] = {quantity_number(s, &v[0]),     quantity_bytes(s, 1, &v[1]),
                  quantity_bytes(s, 1e6, &v[2]), quantity_k8s(s, &v[3]),
                  quantity_flops(s, &v[4]),      quantity_tres(s, "gres/gpu", &v[5])};

    for (int i = 0; i < 6; i++) {
        must(is[i] ? isfinite(v[i]) : v[i] == -7);
        check_writing(v[i]);
    }
    must(!is[0] || is[1]);
    must(quantity_duration(s, &t[0]) ? t[0] >= 0 : t[0] == -7);
    must(quantity_slurm_time(s, &t[1]) ? t[1] >= -1 : t[1] == -7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    double v;

    must(text);
    memcpy(text, data, size);
    text[size] = 0;
    check_reading(text);
    struct gres_sum g = quantity_gres(text);
    must(memchr(g.model, 0, sizeof g.model));
    if (size >= sizeof v) {
        memcpy(&v, data, sizeof v);
        check_writing(v);
    }
    free(text);
    return 0;
}
