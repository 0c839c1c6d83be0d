/* SPDX-License-Identifier: MIT
 * bench_memory.c - how large a fleet is, and whether a refresh costs what changed or what there is.
 *
 * bench_memory [-j JOBS] [-n NODES] [-d DEVICES]
 *     one line: resident MB after the first polls and a picture; after five polls of each that change one row in
 *     twenty while somebody holds the last picture; the same when all values of all rows change; the most there was
 * bench_memory -c CHANGED -r ROUNDS ...
 *     as many rounds, each of CHANGED rows of each kind and a picture: for callgrind, as the difference of two numbers of
 *     rounds (`make bench BENCH=growth`) */
#include "base/xmem.h"
#include "data/data.h"
#include "model/flops.h"
#include "tests/bench/made_fleet.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fleet *fleet;
static struct snapshot *shown; /* as a dashboard holds it */
static struct made made = MADE_NEW;
static const enum entity kinds[] = {ENTITY_NODE, ENTITY_DEVICE, ENTITY_JOB};
static uint32_t counts[ARRAY_LEN(kinds)] = {100000, 800000, 500000};

static double status_mb(const char *what)
{
    char line[256];
    double kb = 0;
    FILE *f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, what, strlen(what)) == 0)
            kb = strtod(line + strlen(what) + 1, NULL);
    if (f)
        fclose(f);
    return kb * 1024 / 1e6;
}

static void publish(void)
{
    struct snapshot *next = fleet_publish(fleet, MADE_NOW + made.seq);

    snapshot_unref(shown);
    shown = next;
}

static void polls(enum made_how how, uint32_t every, uint32_t change)
{
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        if (counts[k]) {
            made_poll(fleet, &made, kinds[k], counts[k], how, every, change);
            publish();
        }
}

/* Nothing is given back by hand: the program does not either. */
static void sizes(void)
{
    double first, churned;

    polls(MADE_FULL, 0, 0);
    first = status_mb("VmRSS:");
    for (uint32_t i = 1; i <= 5; i++)
        polls(MADE_KEEP, 20, i);
    churned = status_mb("VmRSS:");
    polls(MADE_FULL, 1, 6);
    printf("%.1f\t%.1f\t%.1f\t%.1f\n", first, churned, status_mb("VmRSS:"), status_mb("VmHWM:"));
}

static void rounds(uint32_t count, uint32_t rows)
{
    polls(MADE_FULL, 0, 0);
    for (uint32_t i = 1; i <= count; i++) {
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
            if (counts[k])
                made_change(fleet, &made, kinds[k], counts[k], rows, i);
        publish();
    }
}

int main(int argc, char **argv)
{
    struct peak_table *peaks = peak_table_new();
    uint32_t changed = 0, count = 0;
    int o;

    while ((o = getopt(argc, argv, "n:d:j:c:r:")) != -1) {
        uint32_t v = optarg ? (uint32_t)strtoul(optarg, NULL, 10) : 0;
        if (o == 'c')
            changed = v;
        else if (o == 'r')
            count = v;
        else if (o != '?')
            counts[o == 'n' ? 0 : o == 'd' ? 1 : 2] = v;
    }
    fleet = fleet_new(NULL);
    (void)peak_table_add(peaks, data_peaks, "peaks.conf", NULL);
    fleet_set_peaks(fleet, peaks);
    if (changed)
        rounds(count, changed);
    else
        sizes();
    snapshot_unref(shown);
    fleet_free(fleet);
    peak_table_free(peaks);
    return 0;
}
