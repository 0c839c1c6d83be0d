/* SPDX-License-Identifier: MIT
 * fuzz_promql.c - queries to the simulated Prometheus: answered or refused with words, whatever they say. */
#include "fleetsim/promql.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SAMPLES = 4, LABELS = 3 };

#define must(what)                                                                                 \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

static void select_some(void *arg, const struct promql_matcher *m, size_t count,
                        struct promql_vector *out)
{
    static const char *const values[] = {"1", "2", "", "a/b"};

    (void)arg;
    for (size_t i = 0; i < SAMPLES; i++) {
        struct promql_label *l = arena_alloc(out->arena, LABELS * sizeof(*l));
        l[0] = (struct promql_label){"x", values[i]};
        l[1] = (struct promql_label){"__name__", i % 2 ? "a" : "b"};
        l[2] = (struct promql_label){"y", values[SAMPLES - 1 - i]};
        promql_add(out, l, LABELS, (double)i, 900);
        if (!promql_all_fit(m, count, &out->samples[out->count - 1]))
            out->count--;
    }
}

/* Labels are in order, each once, and none is empty. */
static void check(const struct promql_vector *v)
{
    for (size_t i = 0; i < v->count; i++)
        for (uint32_t n = 0; n < v->samples[i].label_count; n++) {
            const struct promql_label *l = &v->samples[i].labels[n];
            must(l->value[0] != '\0' && (n == 0 || strcmp(l[-1].name, l->name) < 0));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct promql_source from = {select_some, NULL, 1000};
    char *text = malloc(size + 1);
    struct promql_value v = {0};
    struct err e = {0};
    struct arena a;

    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    arena_init(&a, 0);
    if (promql_query(text, &from, &a, &v, &e) != RC_OK)
        must(e.msg[0] != '\0');
    else if (v.type == PROMQL_VECTOR)
        check(&v.vector);
    arena_fini(&a);
    free(text);
    return 0;
}
