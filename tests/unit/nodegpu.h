/* SPDX-License-Identifier: MIT
 * nodegpu.h - what the tests of suantop-node's GPUs share: a made-up machine below a folder, rounds of a collector, and what
 * they told. */
#ifndef SUAN_TESTS_NODEGPU_H
#define SUAN_TESTS_NODEGPU_H

#include "tests/unit/unit.h"
#include "node/decode.h"
#include "node/gpu.h"
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST "gpu=\"0000:41:00.0\""
#define SECOND "gpu=\"0000:c1:00.0\""

static struct round round_of;
static char *said;
static size_t said_size;
static char machine[64];

/* Writes a file below the machine's folder, with the folders that it needs. */
static inline void put_file(const char *name, const char *text)
{
    char path[600];

    snprintf(path, sizeof path, "%s/%s", machine, name);
    for (char *p = path + strlen(machine) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        mkdir(path, 0755);
        *p = '/';
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static inline void put_pci(const char *address, const char *class, const char *vendor)
{
    char name[200];

    snprintf(name, sizeof name, "sys/bus/pci/devices/%s/class", address);
    put_file(name, class);
    snprintf(name, sizeof name, "sys/bus/pci/devices/%s/vendor", address);
    put_file(name, vendor);
}

static inline int drop_one(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
    (void)s;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline int begin(void **state)
{
    (void)state;
    round_init(&round_of);
    strcpy(machine, "/tmp/suantop-node.XXXXXX");
    assert_non_null(mkdtemp(machine));
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    round_fini(&round_of);
    free(said);
    said = NULL;
    nftw(machine, drop_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

/* Where the collector may write until hear(). */
static inline FILE *listen_to(void)
{
    free(said);
    said = NULL;
    return open_memstream(&said, &said_size);
}

static inline void hear(FILE *out)
{
    struct json_reader *reader = json_reader_new(NULL, 0);

    fclose(out);
    round_reset(&round_of);
    for (char *line = said, *stop; (stop = strchr(line, '\n')) != NULL; line = stop + 1)
        if (decode_line(reader, line, (size_t)(stop - line), &round_of, NULL) != RC_OK)
            fail_msg("not understood: %.*s", (int)(stop - line), line);
    json_reader_free(reader);
}

static inline const struct sample *find(enum family family, const char *labels)
{
    for (size_t i = 0; i < round_of.samples.count; i++) {
        const struct sample *x = &round_of.samples.at[i];
        if (x->family == family && strcmp(sample_labels(&round_of.samples, x), labels) == 0)
            return x;
    }
    return NULL;
}

static inline void is(enum family family, const char *labels, double value)
{
    const struct sample *x = find(family, labels);
    double off = value < 0 ? -value * 1e-6 : value * 1e-6;

    if (x == NULL)
        fail_msg("no family %d with %s in:\n%s", family, labels, said);
    if (x->value < value - off || x->value > value + off)
        fail_msg("%s: %g, not %g", labels, x->value, value);
}

static inline const char *stub_library(const char *name)
{
    static char path[1024];

    snprintf(path, sizeof path, "%s/tests/unit/%s", getenv("SUANTOP_BUILDDIR"), name);
    return path;
}

#endif
