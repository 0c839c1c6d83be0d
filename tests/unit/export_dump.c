/* SPDX-License-Identifier: MIT
 * export_dump.c - prints a fleet of export_fixture.h in a format, for tests/export/formats.py.
 *
 *   export_dump FLEET FORMAT [ENTITY...]
 *   export_dump -b JOBS FORMAT     CPU seconds for that many jobs, best of five, into nothing */
#include "tests/unit/export_fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum rc to_nowhere(void *arg, const void *data, size_t len, struct err *e)
{
    (void)data;
    (void)e;
    *(size_t *)arg += len;
    return RC_OK;
}

static int bench(const char *jobs, const struct export_format *format)
{
    struct snapshot *s = fixture_jobs((int)strtol(jobs, NULL, 10));
    struct export_options o = fixture_options("fleet");
    double best = 0;
    size_t bytes = 0;

    for (int i = 0; i < 5; i++) {
        const struct sink sink = {to_nowhere, &bytes};
        clock_t from = clock();
        bytes = 0;
        if (format->write(s, &o, &sink, NULL) != RC_OK)
            return 1;
        double took = (double)(clock() - from) / CLOCKS_PER_SEC;
        best = i == 0 || took < best ? took : best;
    }
    printf("%s: %.3f s, %.1f MB\n", format->name, best, (double)bytes / 1e6);
    snapshot_unref(s);
    return 0;
}

static enum rc to_stdout(void *arg, const void *data, size_t len, struct err *e)
{
    (void)arg;
    (void)e;
    return fwrite(data, 1, len, stdout) == len ? RC_OK : RC_IO;
}

int main(int argc, char **argv)
{
    bool measure = argc > 3 && strcmp(argv[1], "-b") == 0;
    const struct export_format *format = argc > 2 ? export_find(argv[measure ? 3 : 2]) : NULL;
    const struct sink sink = {to_stdout, NULL};

    if (format == NULL) {
        fputs("usage: export_dump FLEET FORMAT [ENTITY...] | -b JOBS FORMAT\n", stderr);
        return 64;
    }
    if (measure)
        return bench(argv[2], format);
    struct export_options o = fixture_options(argv[1]);
    for (int i = 3; i < argc; i++)
        for (int e = 0; e < ENTITY_COUNT; e++)
            if (strcmp(argv[i], entity_info((enum entity)e)->plural) == 0)
                o.entities[e] = true;
    struct snapshot *s = fixture_snapshot(argv[1]);
    enum rc rc = format->write(s, &o, &sink, NULL);
    snapshot_unref(s);
    return rc == RC_OK && fflush(stdout) == 0 ? 0 : 1;
}
