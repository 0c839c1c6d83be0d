/* SPDX-License-Identifier: MIT
 * exporter.c - see exporter.h. */
#include "node/exporter.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/xmem.h"
#include "node/collect.h"
#include "node/keeper.h"
#include <stdlib.h>
#include <string.h>

enum { COLLECTORS_MAX = 16 };

struct exporter {
    struct keeper *keepers[COLLECTORS_MAX];
    const char *argv[COLLECTORS_MAX][4 + EXPORTER_SETTINGS];
};

struct exporter *exporter_start(const char *probe, const char *root, const char *const *settings,
                                int64_t interval_ms, int64_t deadline_ms)
{
    struct exporter *x = xcalloc(1, sizeof *x);

    for (size_t i = 0, n = 0; i < node_collector_count && n < COLLECTORS_MAX; i++) {
        const char *name = node_collectors[i].name;
        const char *const argv[] = {probe, name, root, NULL};
        if (!collector_wanted(name, root, settings))
            continue;
        memcpy(x->argv[n], argv, sizeof argv);
        for (size_t k = 0; k < EXPORTER_SETTINGS && settings[k] != NULL; k++)
            x->argv[n][3 + k] = settings[k];
        x->keepers[n] = keeper_start(&(struct keeper_conf){.name = name,
                                                           .argv = x->argv[n],
                                                           .interval_ms = interval_ms,
                                                           .deadline_ms = deadline_ms});
        n++;
    }
    return x;
}

void exporter_stop(struct exporter *x)
{
    for (size_t i = 0; i < COLLECTORS_MAX && x->keepers[i] != NULL; i++)
        keeper_stop(x->keepers[i]);
    free(x);
}

static bool is_told(const struct samples *s, enum family family, const char *labels)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i].family == family && strcmp(sample_labels(s, &s->at[i]), labels) == 0)
            return true;
    return false;
}

void exporter_judge_gpus(struct samples *s)
{
    size_t count = s->count;

    for (size_t i = 0; i < count; i++) {
        const char *labels = sample_labels(s, &s->at[i]);
        if (s->at[i].family == FAMILY_GPU_EXPECTED && !is_told(s, FAMILY_GPU_UP, labels))
            samples_add_same(s, FAMILY_GPU_UP, 0, i);
    }
}

uint64_t exporter_version(struct exporter *x)
{
    mono_ms now = clock_mono();
    uint64_t version = 0;

    for (size_t i = 0; i < COLLECTORS_MAX && x->keepers[i] != NULL; i++)
        version = hash_u64(version, keeper_version(x->keepers[i], now));
    return version;
}

enum rc exporter_page(struct exporter *x, enum page_format format, struct buf *out)
{
    struct samples s;
    bool looked = true;

    samples_init(&s);
    for (size_t i = 0; i < COLLECTORS_MAX && x->keepers[i] != NULL; i++) {
        looked = keeper_looked(x->keepers[i]) && looked;
        keeper_read(x->keepers[i], clock_mono(), &s);
    }
    if (looked) /* else a driver had no time to answer yet */
        exporter_judge_gpus(&s);
    enum rc rc = page_write(out, format, &s);
    samples_fini(&s);
    return rc;
}
