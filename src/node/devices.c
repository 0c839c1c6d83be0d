/* SPDX-License-Identifier: MIT
 * devices.c - see devices.h. */
#include "node/devices.h"
#include <stdio.h>
#include <string.h>

static struct device_memory *memory_of(struct devices *d, const char *gpu, size_t len)
{
    struct device_memory *m;

    for (size_t i = 0; i < d->count; i++)
        if (strlen(d->at[i].gpu) == len && memcmp(d->at[i].gpu, gpu, len) == 0)
            return &d->at[i];
    if (d->count == DEVICES_MAX || len == 0 || len >= sizeof m->gpu)
        return NULL;
    m = &d->at[d->count++];
    *m = (struct device_memory){.good_at = 0};
    memcpy(m->gpu, gpu, len);
    return m;
}

/* The labels of a GPU begin with gpu="ADDRESS". */
enum { GPU_AT = 5 };

static int gpu_len(const char *labels)
{
    return strncmp(labels, "gpu=\"", GPU_AT) == 0 ? (int)strcspn(labels + GPU_AT, "\"") : 0;
}

static bool gpu_is(const char *labels, const char *gpu)
{
    int len = gpu_len(labels);

    return len > 0 && (size_t)len == strlen(gpu) && memcmp(labels + GPU_AT, gpu, (size_t)len) == 0;
}

void devices_told(struct devices *d, const struct samples *s, wall_ms now)
{
    for (size_t i = 0; i < s->count; i++) {
        const char *labels = sample_labels(s, &s->at[i]);
        if (s->at[i].family != FAMILY_GPU_UP || s->at[i].value == 0)
            continue;
        struct device_memory *m = memory_of(d, labels + GPU_AT, (size_t)gpu_len(labels));
        if (m == NULL)
            continue;
        m->good_at = now;
        m->hangs = 0;
    }
}

bool devices_hung(struct devices *d, const char *gpu, mono_ms now)
{
    size_t len = strlen(gpu);
    struct device_memory *m =
        strspn(gpu, "0123456789abcdefABCDEF:.") == len ? memory_of(d, gpu, len) : NULL;
    int64_t pause = DEVICES_RETRY_MS;

    if (m == NULL) {
        d->careful = d->careful || len == 0;
        return false;
    }
    for (unsigned i = 0; i < m->hangs && pause < DEVICES_RETRY_MAX_MS; i++)
        pause *= 2;
    m->hangs++;
    m->retry_at = now + (pause < DEVICES_RETRY_MAX_MS ? pause : DEVICES_RETRY_MAX_MS);
    return true;
}

unsigned devices_hanging(const struct devices *d)
{
    unsigned n = 0;

    for (size_t i = 0; i < d->count; i++)
        n += d->at[i].hangs > 0;
    return n;
}

void devices_question(const struct devices *d, mono_ms now, char out[DEVICES_QUESTION])
{
    size_t len = 0;

    if (d->careful || devices_hanging(d) > 0)
        len += (size_t)snprintf(out, DEVICES_QUESTION, "! ");
    for (size_t i = 0; i < d->count; i++)
        if (d->at[i].hangs > 0)
            len += (size_t)snprintf(out + len, DEVICES_QUESTION - len, "%c%s ",
                                    now < d->at[i].retry_at ? '-' : '~', d->at[i].gpu);
    snprintf(out + len, DEVICES_QUESTION - len, "\n");
}

static void add_down(struct samples *out, const char *gpu, const char *why)
{
    const struct label labels[] = {{"gpu", gpu}, {NULL, NULL}};
    const struct label health[] = {labels[0], {"health", why}, {NULL, NULL}};

    samples_add(out, FAMILY_GPU_UP, 0, labels);
    samples_add(out, FAMILY_GPU_HEALTH, 1, health);
}

static bool hangs(const struct devices *d, const char *labels)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->at[i].hangs > 0 && gpu_is(labels, d->at[i].gpu))
            return true;
    return false;
}

/* The values as they are, but for what says that a GPU is well. */
static void add_values(const struct devices *d, const struct samples *values, bool current,
                       struct samples *out)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct sample *x = &values->at[i];
        const char *labels = sample_labels(values, x);
        bool says_well = x->family == FAMILY_GPU_UP || x->family == FAMILY_GPU_HEALTH;
        if (!says_well || (current && !hangs(d, labels)))
            samples_append_one(out, values, i);
        else if (x->family == FAMILY_GPU_UP && !hangs(d, labels)) {
            char gpu[24];
            snprintf(gpu, sizeof gpu, "%.*s", gpu_len(labels), labels + GPU_AT);
            add_down(out, gpu, "driver does not answer");
        }
    }
}

void devices_samples(const struct devices *d, const struct samples *values, bool current,
                     struct samples *out)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct device_memory *m = &d->at[i];
        const struct label labels[] = {{"gpu", m->gpu}, {NULL, NULL}};
        if (m->good_at > 0)
            samples_add(out, FAMILY_GPU_LAST_GOOD, (double)m->good_at / 1000, labels);
        if (m->hangs > 0)
            add_down(out, m->gpu, "driver hung");
    }
    if (values != NULL)
        add_values(d, values, current, out);
}
