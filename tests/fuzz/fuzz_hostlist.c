/* SPDX-License-Identifier: MIT
 * fuzz_hostlist.c - whatever goes in: counting, expanding and matching agree, and what is folded
 * comes back as the same set. */
#include "codec/hostlist.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                                 \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

enum { MOST = 200 };

struct set {
    char *host[MOST];
    size_t count;
};

static bool collect(void *arg, const char *host, size_t len)
{
    struct set *s = arg;

    must(s->count < MOST && strlen(host) == len && len > 0 && len < 256);
    s->host[s->count] = strdup(host);
    must(s->host[s->count++]);
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unique(struct set *s)
{
    size_t w = 0;

    qsort(s->host, s->count, sizeof s->host[0], compare);
    for (size_t i = 0; i < s->count; i++) {
        if (w > 0 && strcmp(s->host[w - 1], s->host[i]) == 0)
            free(s->host[i]);
        else
            s->host[w++] = s->host[i];
    }
    s->count = w;
}

static void set_free(struct set *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->host[i]);
}

static bool has(const struct set *s, const char *host)
{
    return bsearch(&host, s->host, s->count, sizeof s->host[0], compare) != NULL;
}

/* Names a little beside the members: contained only if they are members too. */
static void check_neighbours(const struct set *s, const char *text)
{
    char name[300];

    for (size_t i = 0; i < s->count && i < 20; i++) {
        size_t len = strlen(s->host[i]);
        must(hostlist_contains(text, s->host[i]));
        memcpy(name, s->host[i], len + 1);
        name[len - 1] ^= 1;
        must(name[len - 1] == 0 || hostlist_contains(text, name) == has(s, name));
        memmove(name + 1, name, len + 1);
        name[0] = '0';
        must(hostlist_contains(text, name) == has(s, name));
        name[len] = 0;
        must(hostlist_contains(text, name) == has(s, name));
    }
}

static void check_fold(struct set *s)
{
    struct set again = {.count = 0};
    struct buf out;

    buf_init(&out, 1 << 20);
    must(hostlist_fold(&out, (const char *const *)s->host, s->count) ==
         (has(s, "(null)") ? RC_SYNTAX : RC_OK)); /* alone it would be nothing */
    if (has(s, "(null)")) {
        buf_fini(&out);
        return;
    }
    must(hostlist_count(out.data) == s->count);
    must(hostlist_each(out.data, MOST, collect, &again, NULL) == RC_OK);
    sort_unique(&again);
    must(again.count == s->count);
    for (size_t i = 0; i < s->count; i++)
        must(strcmp(again.host[i], s->host[i]) == 0);
    set_free(&again);
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct set s = {.count = 0};
    struct err e = {0};

    must(text);
    memcpy(text, data, size);
    text[size] = 0;
    size_t count = hostlist_count(text);
    enum rc rc = hostlist_each(text, MOST, collect, &s, &e);
    must(rc == e.rc && (rc == RC_OK || rc == RC_SYNTAX || rc == RC_LIMIT));
    must(rc != RC_SYNTAX || (count == 0 && s.count == 0));
    must(rc != RC_LIMIT || (count > MOST && s.count == MOST));
    if (rc == RC_OK) {
        must(s.count == count);
        sort_unique(&s);
        check_neighbours(&s, text);
        check_fold(&s);
    }
    set_free(&s);
    free(text);
    return 0;
}
