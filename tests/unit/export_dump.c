/* SPDX-License-Identifier: MIT
 * export_dump.c - prints a fleet of export_fixture.h in a format, for tests/export/formats.py:
 * export_dump FLEET FORMAT [ENTITY...] */
#include "tests/unit/export_fixture.h"
#include <stdio.h>
#include <string.h>

static enum rc to_stdout(void *arg, const void *data, size_t len, struct err *e)
{
    (void)arg;
    (void)e;
    return fwrite(data, 1, len, stdout) == len ? RC_OK : RC_IO;
}

int main(int argc, char **argv)
{
    const struct export_format *format = argc > 2 ? export_find(argv[2]) : NULL;
    const struct sink sink = { to_stdout, NULL };

    if (format == NULL) {
        fputs("usage: export_dump FLEET FORMAT [ENTITY...]\n", stderr);
        return 64;
    }
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
