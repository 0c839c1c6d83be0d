/* SPDX-License-Identifier: MIT
 * fuzz_scenario.c - a scenario of the simulated fleet: taken or refused as a whole, with file and line; what is taken can be
 * simulated: its references lead somewhere, its sizes are within what a world holds. */
#include "fleetsim/scenario.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                                 \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

static void check_pool(const struct scenario *s, const struct sim_pool *p)
{
    must(p->nodes > 0 && p->nodes <= SCENARIO_NODES && p->prefix[0] != '\0');
    must(p->devices <= SCENARIO_DEVICES && p->cpus > 0);
    must(p->devices == 0 || p->model < s->model_count);
}

static void check(const struct scenario *s)
{
    double share = 0;
    uint64_t nodes = 0;

    must(s->center_count > 0 && s->center_count <= SCENARIO_CENTERS);
    for (size_t i = 0; i < s->center_count; i++) {
        must(s->centers[i].pool_count > 0 && s->centers[i].load <= 1);
        for (size_t p = 0; p < s->centers[i].pool_count; p++) {
            check_pool(s, &s->centers[i].pools[p]);
            nodes += s->centers[i].pools[p].nodes;
        }
    }
    must(nodes <= SCENARIO_NODES);
    for (size_t i = 0; i < s->work_count; i++) {
        must(s->works[i].size_count > 0 && s->works[i].size_count <= SCENARIO_SIZES);
        must(s->works[i].hours > 0 && s->works[i].sizes[0] > 0);
        share += s->works[i].share;
    }
    must(fabs(share - 1) < 0.01);
    for (size_t i = 0; i < s->model_count; i++)
        must(s->models[i].max_watts > s->models[i].idle_watts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct scenario s;
    struct err e = {0};

    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    if (scenario_read(text, "x.conf", &s, &e) == RC_OK)
        check(&s);
    else
        must(strncmp(e.where, "x.conf:", 7) == 0 && e.msg[0] != '\0' && s.centers == NULL);
    scenario_free(&s);
    free(text);
    return 0;
}
