/* SPDX-License-Identifier: MIT
 * targets.c - see targets.h. */
#include "collectors/exporter/targets.h"
#include "base/hash.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/hostlist.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum {
    TARGETS_MAX = 100000,
    FIRST_BACKOFF_MS = 1000,
    LAST_BACKOFF_MS = 60000,
    ADDRESS_MAX = 1024,
    DOUBTFUL_MAX = 64, /* of the 256 that may be under way */
    LATER_MS = 500
};

/* ---- addresses ---- */

struct reading {
    struct targets *t;
    struct err *e;
    enum rc rc;
};

static bool refuse(struct reading *r, const char *text, size_t len, const char *why)
{
    r->rc = err_set(r->e, RC_USAGE, "targets", "\"%.*s\" %s", len < 80 ? (int)len : 80, text, why);
    return false;
}

static bool is_port(const char *s, size_t len)
{
    unsigned long port = 0;

    if (len == 0 || len > 5)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        port = port * 10 + (unsigned long)(s[i] - '0');
    }
    return port > 0 && port < 65536;
}

/* "[::1]" */
static bool is_ipv6(const char *s, size_t len)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr ignored;

    if (len < 4 || len - 2 >= sizeof address || s[len - 1] != ']')
        return false;
    memcpy(address, s + 1, len - 2);
    address[len - 2] = '\0';
    return inet_pton(AF_INET6, address, &ignored) == 1;
}

static bool is_host(const char *s, size_t len)
{
    if (len > 0 && s[0] == '[')
        return is_ipv6(s, len);
    for (size_t i = 0; i < len; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", s[i]) ==
                NULL ||
            s[i] == '\0')
            return false;
    return len > 0 && len < 256;
}

static size_t scheme_of(const char *text, size_t len)
{
    if (len > 7 && memcmp(text, "http://", 7) == 0)
        return 7;
    return len > 8 && memcmp(text, "https://", 8) == 0 ? 8 : 0;
}

static size_t host_length(const char *host, const char *stop)
{
    const char *end = memchr(host, *host == '[' ? ']' : ':', (size_t)(stop - host));

    return (size_t)((end != NULL ? end + (*host == '[') : stop) - host);
}

/* [SCHEME://]HOST[:PORT][/PATH] */
static bool add_target(void *arg, const char *text, size_t len)
{
    struct reading *r = arg;
    struct target t = {.state = TARGET_UNKNOWN, .scheme_len = (uint8_t)scheme_of(text, len)};
    const char *host = text + t.scheme_len, *end = text + len;
    const char *slash = memchr(host, '/', (size_t)(end - host)),
               *stop = slash != NULL ? slash : end;
    const char *colon = host + host_length(host, stop);

    t.host_len = (uint16_t)(colon - host);
    if (len > ADDRESS_MAX || !is_host(host, t.host_len))
        return refuse(
            r, text, len,
            S_("has no host name that can be used; write HOST:PORT, hosts may be folded: cn[1-4]:9100"));
    if (colon == stop || *colon != ':' || !is_port(colon + 1, (size_t)(stop - colon - 1)))
        return refuse(
            r, text, len,
            S_("needs a port: HOST:PORT, suantop-node has 19400, node_exporter 9100, dcgm-exporter 9400"));
    if (slash != NULL && slash + 1 < end)
        t.path_at = (uint16_t)(slash - text);
    t.address = arena_strndup(&r->t->arena, text, slash != NULL && t.path_at == 0 ? len - 1 : len);
    if (t.address == NULL || r->t->count == TARGETS_MAX)
        return refuse(r, text, len, S_("is one target too many"));
    r->t->at = xgrow(r->t->at, &r->t->cap, (size_t)r->t->count + 1, sizeof *r->t->at);
    r->t->at[r->t->count++] = t;
    return true;
}

const char *target_host(const struct target *t)
{
    return t->address + t->scheme_len;
}

static bool same_port(const struct target *a, const struct target *b)
{
    const char *p = target_host(a) + a->host_len, *q = target_host(b) + b->host_len;
    size_t n = strcspn(p, "/");

    return n == strcspn(q, "/") && memcmp(p, q, n) == 0;
}

/* Takes the targets that are IPv6 addresses, "[::1]:9100", out of a list of folded hosts, where brackets mean something else. */
static void take_ipv6(struct reading *r, char *text)
{
    static const char between[] = ", \t\r\n";
    size_t len;

    for (char *p = text + strspn(text, between); *p; p += len + strspn(p + len, between)) {
        len = strcspn(p, between);
        size_t scheme = scheme_of(p, len);
        const char *host = p + scheme, *colon = memchr(host, ':', len - scheme),
                   *close = memchr(host, ']', len - scheme);
        if (*host != '[' || colon == NULL || close == NULL || close < colon)
            continue;
        if (!add_target(r, p, len))
            return;
        memset(p, ' ', len);
    }
}

static enum rc read_list(struct reading *r, const char *text)
{
    char *rest = xstrdup(text);
    enum rc rc = RC_OK;

    take_ipv6(r, rest);
    if (r->rc == RC_OK)
        rc = hostlist_each(rest, TARGETS_MAX, add_target, r, r->e);
    free(rest);
    return r->rc != RC_OK ? r->rc : rc;
}

enum rc targets_read(struct targets *t, const char *text, uint64_t seed, struct err *e)
{
    struct reading r = {.t = t, .e = e};

    memset(t, 0, sizeof *t);
    arena_init(&t->arena, (size_t)128 << 20);
    t->random = seed;
    enum rc rc = read_list(&r, text);
    if (rc != RC_OK)
        return rc;
    if (t->count == 0)
        return err_set(e, RC_USAGE, "targets",
                       S_("names no target: write HOST:PORT, hosts may be folded: cn[1-4]:9100"));
    t->at = xreallocarray(t->at, t->count, sizeof *t->at);
    t->cap = t->count;
    t->heap = xcalloc(t->count, sizeof *t->heap);
    t->one_port = true;
    for (uint32_t i = 0; i < t->count; i++) {
        t->heap[i] = i; /* all are due: a heap */
        t->at[i].heap = i;
        t->one_port = t->one_port && same_port(&t->at[0], &t->at[i]);
    }
    t->heap_count = t->count;
    return RC_OK;
}

void targets_free(struct targets *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        memory_free(t->at[i].memory);
        free(t->at[i].why);
    }
    free(t->at);
    free(t->heap);
    arena_fini(&t->arena);
}

/* ---- the heap ---- */

static void set(struct targets *t, uint32_t place, uint32_t target)
{
    t->heap[place] = target;
    t->at[target].heap = place;
}

/* Those that are due together in the order of the list: their rows are seen, and stand, in the order that people know. */
static bool comes_before(const struct targets *t, uint32_t a, uint32_t b)
{
    return t->at[a].due != t->at[b].due ? t->at[a].due < t->at[b].due : a < b;
}

static void sift_up(struct targets *t, uint32_t place)
{
    uint32_t target = t->heap[place];

    while (place > 0 && comes_before(t, target, t->heap[(place - 1) / 2])) {
        set(t, place, t->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    set(t, place, target);
}

static void sift_down(struct targets *t, uint32_t place)
{
    uint32_t target = t->heap[place];

    for (uint32_t child; (child = place * 2 + 1) < t->heap_count; place = child) {
        if (child + 1 < t->heap_count && comes_before(t, t->heap[child + 1], t->heap[child]))
            child++;
        if (comes_before(t, target, t->heap[child]))
            break;
        set(t, place, t->heap[child]);
    }
    set(t, place, target);
}

static uint32_t pop(struct targets *t)
{
    uint32_t target = t->heap[0];

    t->at[target].heap = NOTHING;
    t->heap_count--;
    if (t->heap_count > 0) {
        set(t, 0, t->heap[t->heap_count]);
        sift_down(t, 0);
    }
    return target;
}

uint32_t targets_take(struct targets *t, mono_ms now)
{
    while (t->heap_count > 0 && t->at[t->heap[0]].due <= now) {
        struct target *first = &t->at[t->heap[0]];
        if (first->state != TARGET_BAD || t->doubtful < DOUBTFUL_MAX) {
            first->doubtful = first->state == TARGET_BAD;
            t->doubtful += first->doubtful;
            return pop(t);
        }
        first->due = now + LATER_MS;
        sift_down(t, 0);
    }
    return NOTHING;
}

mono_ms targets_due(const struct targets *t)
{
    return t->heap_count > 0 ? t->at[t->heap[0]].due : INT64_MAX;
}

/* ---- when again ---- */

static uint64_t next_random(struct targets *t)
{
    t->random += 0x9e3779b97f4a7c15u;
    return hash_u64(t->random, 5);
}

/* Each has its own place in the interval, so that they are asked one after the other and not all at once. */
static mono_ms next_place(const struct targets *t, uint32_t i, int64_t interval_ms, mono_ms now)
{
    int64_t place = interval_ms * (int64_t)i / (int64_t)t->count,
            since = (now - place) % interval_ms;
    mono_ms due = now + interval_ms - (since < 0 ? since + interval_ms : since);

    return due - now < interval_ms / 2 ? due + interval_ms : due;
}

static int64_t backoff(struct targets *t, unsigned failures)
{
    int64_t ms = FIRST_BACKOFF_MS;

    for (unsigned i = 1; i < failures && ms < LAST_BACKOFF_MS; i++)
        ms *= 2;
    ms = ms < LAST_BACKOFF_MS ? ms : LAST_BACKOFF_MS;
    return ms * (int64_t)(800 + next_random(t) % 401) / 1000;
}

static void note_state(struct targets *t, struct target *x, const char *why)
{
    t->good -= x->state == TARGET_GOOD;
    t->bad -= x->state == TARGET_BAD;
    x->state = why == NULL ? TARGET_GOOD : TARGET_BAD;
    t->good += x->state == TARGET_GOOD;
    t->bad += x->state == TARGET_BAD;
    free(x->why);
    x->why = why != NULL ? xstrdup(why) : NULL;
    x->failures = why == NULL ? 0 : x->failures < 200 ? x->failures + 1 : x->failures;
}

void targets_return(struct targets *t, uint32_t i, const char *why, int64_t interval_ms,
                    mono_ms now)
{
    struct target *x = &t->at[i];

    t->doubtful -= x->doubtful;
    x->doubtful = false;
    note_state(t, x, why);
    if (x->heap != NOTHING)
        return; /* a replay, which asks nothing */
    if (why == NULL) {
        x->due = next_place(t, i, interval_ms, now);
    } else {
        int64_t wait = backoff(t, x->failures);
        x->due = now + (x->failures > 4 && wait < interval_ms ? interval_ms : wait);
    }
    t->heap[t->heap_count] = i;
    sift_up(t, t->heap_count++);
}

void targets_hurry(struct targets *t, mono_ms now)
{
    for (uint32_t i = 0; i < t->heap_count; i++)
        t->at[t->heap[i]].due = now;
    for (uint32_t i = t->heap_count / 2; i-- > 0;)
        sift_down(t, i);
}
