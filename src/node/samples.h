/* SPDX-License-Identifier: MIT
 * samples.h - figures on their way from a collector to the page.
 *
 * A sample is a family (families.def), its labels as they are written, and a value. Owner: whoever called
 * samples_init. Thread: one at a time. */
#ifndef SUAN_NODE_SAMPLES_H
#define SUAN_NODE_SAMPLES_H

#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum family {
#define FAMILY(id, type, name, unit, help) FAMILY_##id,
#include "node/families.def"
#undef FAMILY
    FAMILY_COUNT,
    FAMILY_OTHER = FAMILY_COUNT /* of somebody else: see other_of */
};

struct sample {
    enum family family;
    size_t labels; /* where they begin in the set's text */
    size_t other;  /* FAMILY_OTHER: where its texts begin there */
    double value;
};

/* A family under a name that is not ours. */
struct other_family {
    const char *family, *name; /* name: of the sample, which may be longer */
    const char *type, *help;   /* as its writer has them, or "" */
};

struct samples {
    struct sample *at;
    size_t count, cap;
    struct buf text; /* label sets, each ends in NUL */
};

struct label {
    const char *name, *value; /* value "" or NULL: left out, which means the same */
};

void samples_init(struct samples *s);
void samples_fini(struct samples *s);
void samples_reset(struct samples *s);
/* Values that are not finite are no values and are left out. `labels` end with a name of NULL; their values are cleaned
 * (valid UTF-8, no control characters) and escaped here. */
void samples_add(struct samples *s, enum family family, double value, const struct label *labels);
/* With the labels of sample i. */
void samples_add_same(struct samples *s, enum family family, double value, size_t i);
/* Under our own family, if the sample has its name. labels: as they are written, escaped. */
void samples_add_other(struct samples *s, const struct other_family *family, double value,
                       const char *labels);
struct other_family other_of(const struct samples *s, const struct sample *x);
void samples_append_one(struct samples *s, const struct samples *from, size_t i);
static inline const char *sample_labels(const struct samples *s, const struct sample *x)
{
    return s->text.data + x->labels;
}

#endif
