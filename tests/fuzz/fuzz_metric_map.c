/* SPDX-License-Identifier: MIT
 * fuzz_metric_map.c - a site's metrics.conf, over one that is good. */
#include "collectors/exporter/metric_map.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char good[] = "[a]\n@index | gpu\nx_temp | device.temperature_celsius | 1 | max\n";
    struct metric_map m;
    struct err e = {RC_OK};
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    metric_map_init(&m);
    if (metric_map_add(&m, good, "good", &e) != RC_OK)
        abort();
    (void)!metric_map_add(&m, text, "fuzz", &e);
    for (const struct map_rule *r = metric_map_find(&m, "x_temp", 6); r != NULL;
         r = metric_map_next(&m, r))
        if (strcmp(r->name, "x_temp") != 0)
            abort();
    (void)!metric_map_only(&m, "a", &e);
    metric_map_free(&m);
    free(text);
    return 0;
}
