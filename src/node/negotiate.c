/* SPDX-License-Identifier: MIT
 * negotiate.c - what Accept and Accept-Encoding (RFC 9110, 12.5) like best of what page.h has. */
#include "node/page.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct part {
    const char *at;
    size_t len;
};

static struct part trimmed(const char *at, size_t len)
{
    while (len > 0 && (*at == ' ' || *at == '\t'))
        at++, len--;
    while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
        len--;
    return (struct part){at, len};
}

/* Cuts the part before `end` off the text. */
static struct part next_part(const char **text, const char *stop, char end)
{
    const char *from = *text, *to = memchr(from, end, (size_t)(stop - from));

    *text = to != NULL ? to + 1 : stop;
    return trimmed(from, (size_t)((to != NULL ? to : stop) - from));
}

static bool is(struct part p, const char *word)
{
    return p.len == strlen(word) && strncasecmp(p.at, word, p.len) == 0;
}

/* "0.75" as thousandths; what is no weight counts as 0. */
static int weight_of(struct part p)
{
    int weight = 0, scale = 1000;

    if (p.len == 0 || (*p.at != '0' && *p.at != '1'))
        return 0;
    weight = (*p.at - '0') * 1000;
    for (size_t i = 2; i < p.len && i < 5 && p.at[1] == '.' && p.at[i] >= '0' && p.at[i] <= '9';
         i++)
        weight += (p.at[i] - '0') * (scale /= 10);
    return weight > 1000 ? 1000 : weight;
}

/* What the range says of a format, by how exactly it names it: a type beats type/ *, which beats * / *. */
struct liking {
    int weight, exact;
};

static void like(struct liking *l, int weight, int exact)
{
    if (exact > l->exact || (exact == l->exact && weight > l->weight))
        *l = (struct liking){weight, exact};
}

static void read_range(const char *at, const char *stop, struct liking likes[2])
{
    struct part type = next_part(&at, stop, ';');
    bool text = true, openmetrics = true; /* so far as the version goes */
    int weight = 1000;

    while (at < stop) {
        struct part parameter = next_part(&at, stop, ';');
        const char *value = parameter.at, *end = parameter.at + parameter.len;
        struct part name = next_part(&value, end, '=');
        if (is(name, "q"))
            weight = weight_of((struct part){value, (size_t)(end - value)});
        if (!is(name, "version"))
            continue;
        struct part version = {value, (size_t)(end - value)};
        text = is(version, "0.0.4");
        openmetrics = is(version, "1.0.0");
    }
    if (text && is(type, "text/plain"))
        like(&likes[PAGE_TEXT], weight, 3);
    if (openmetrics && is(type, "application/openmetrics-text"))
        like(&likes[PAGE_OPENMETRICS], weight, 3);
    if (is(type, "text/*"))
        like(&likes[PAGE_TEXT], weight, 2);
    if (is(type, "application/*"))
        like(&likes[PAGE_OPENMETRICS], weight, 2);
    /* Whoever takes anything has not said that it knows OpenMetrics. */
    if (is(type, "*/*"))
        like(&likes[PAGE_TEXT], weight, 1);
}

enum page_format page_negotiate(const char *accept)
{
    struct liking likes[2] = {{0, 0}, {0, 0}};
    const char *stop;

    if (accept == NULL)
        return PAGE_TEXT;
    for (stop = accept + strlen(accept); accept < stop;) {
        struct part range = next_part(&accept, stop, ',');
        read_range(range.at, range.at + range.len, likes);
    }
    return likes[PAGE_OPENMETRICS].weight > likes[PAGE_TEXT].weight ? PAGE_OPENMETRICS : PAGE_TEXT;
}

/* ---- Accept-Encoding ---- */

static void read_coding(const char *at, const char *stop, struct liking *gzip,
                        struct liking *identity)
{
    struct part name = next_part(&at, stop, ';');
    int weight = 1000;

    while (at < stop) {
        struct part parameter = next_part(&at, stop, ';');
        const char *value = parameter.at, *end = parameter.at + parameter.len;
        if (is(next_part(&value, end, '='), "q"))
            weight = weight_of((struct part){value, (size_t)(end - value)});
    }
    if (is(name, "gzip") || is(name, "x-gzip"))
        like(gzip, weight, 2);
    else if (is(name, "identity"))
        like(identity, weight, 2);
    else if (is(name, "*"))
        like(gzip, weight, 1);
}

bool page_takes_gzip(const char *accept)
{
    struct liking gzip = {0, 0}, identity = {0, 0};
    const char *stop;

    if (accept == NULL)
        return false;
    for (stop = accept + strlen(accept); accept < stop;) {
        struct part coding = next_part(&accept, stop, ',');
        read_coding(coding.at, coding.at + coding.len, &gzip, &identity);
    }
    return gzip.weight > 0 && gzip.weight >= identity.weight;
}
