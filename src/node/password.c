/* SPDX-License-Identifier: MIT
 * password.c - see password.h. */
#include "node/password.h"
#include "base/hash.h"
#include "base/xmem.h"
#include "node/tls.h"
#include <crypt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { GUESSERS = 64, HASH_LEN = WEBCONF_HASH_LEN };

struct guesser {
    uint64_t from; /* hash of the address */
    unsigned wrong;
    mono_ms until, last;
};

struct passwords {
    const struct webconf_user *users;
    size_t count;
    uint8_t key[TLS_DIGEST];
    uint8_t (*proven)[TLS_DIGEST]; /* of each user, what was right */
    bool *is_proven;
    struct budget budget;
    struct guesser guessers[GUESSERS];
};

/* ---- how long ---- */

bool budget_open(struct budget *b, mono_ms now)
{
    if (b->at == 0)
        b->left_ms = PASSWORD_BURST_MS;
    else
        b->left_ms += (double)(now - b->at) / 10;
    if (b->left_ms > PASSWORD_BURST_MS)
        b->left_ms = PASSWORD_BURST_MS;
    b->at = now > 0 ? now : 1;
    return b->left_ms > 0;
}

void budget_spend(struct budget *b, double ms)
{
    b->left_ms -= ms;
}

/* The place of an address; the one that was wrong longest ago makes room. */
static struct guesser *guesser_of(struct passwords *p, uint64_t from)
{
    struct guesser *oldest = &p->guessers[0];

    for (size_t i = 0; i < GUESSERS; i++) {
        if (p->guessers[i].from == from && p->guessers[i].wrong > 0)
            return &p->guessers[i];
        if (p->guessers[i].last < oldest->last)
            oldest = &p->guessers[i];
    }
    return oldest;
}

static void note_wrong(struct passwords *p, uint64_t from, mono_ms now)
{
    struct guesser *g = guesser_of(p, from);
    int64_t wait = 500;

    if (g->from != from)
        *g = (struct guesser){.from = from};
    for (unsigned i = 0; i < g->wrong && wait < PASSWORD_WAIT_MAX_MS; i++)
        wait *= 2;
    g->wrong++;
    g->last = now;
    g->until = now + (wait < PASSWORD_WAIT_MAX_MS ? wait : PASSWORD_WAIT_MAX_MS);
}

/* ---- what ---- */

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Into `out`, with a NUL behind; -1 for what is no base64 or too long. */
static int read_base64(const char *in, char *out, size_t size)
{
    unsigned bits = 0, have = 0;
    size_t len = 0;

    for (; base64_value(*in) >= 0; in++) {
        bits = bits << 6 | (unsigned)base64_value(*in);
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if (len + 1 >= size)
            return -1;
        out[len++] = (char)(bits >> have);
        bits &= (1u << have) - 1;
    }
    in += strspn(in, "=");
    in += strspn(in, " \t");
    out[len] = '\0';
    return *in == '\0' ? (int)len : -1;
}

bool password_header(const char *header, char user[WEBCONF_NAME_MAX], char password[PASSWORD_MAX])
{
    char text[WEBCONF_NAME_MAX + PASSWORD_MAX];
    bool good = false;

    if (strncasecmp(header, "Basic ", 6) != 0)
        return false;
    int len = read_base64(header + 6 + strspn(header + 6, " "), text, sizeof text);
    char *colon = len > 0 ? memchr(text, ':', (size_t)len) : NULL;
    if (colon != NULL && strlen(text) == (size_t)len && colon - text < WEBCONF_NAME_MAX &&
        strlen(colon + 1) < PASSWORD_MAX) {
        *colon = '\0';
        memcpy(user, text, (size_t)(colon - text) + 1);
        memcpy(password, colon + 1, strlen(colon + 1) + 1);
        good = true;
    }
    explicit_bzero(text, sizeof text);
    return good;
}

/* As many steps whatever the texts are. */
static bool same(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    unsigned different = 0;

    for (size_t i = 0; i < len; i++)
        different |= x[i] ^ y[i];
    return different == 0;
}

/* ---- together ---- */

struct passwords *passwords_new(const struct webconf_user *users, size_t count)
{
    struct passwords *p;
    uint8_t key[TLS_DIGEST];

    if (count == 0 || !tls_random(key, sizeof key))
        return NULL;
    p = xcalloc(1, sizeof *p);
    p->users = users;
    p->count = count;
    memcpy(p->key, key, sizeof key);
    p->proven = xcalloc(count, sizeof *p->proven);
    p->is_proven = xcalloc(count, sizeof *p->is_proven);
    return p;
}

void passwords_free(struct passwords *p)
{
    if (p == NULL)
        return;
    explicit_bzero(p->key, sizeof p->key);
    free(p->proven);
    free(p->is_proven);
    free(p);
}

static bool is_known(const struct passwords *p, const uint8_t digest[TLS_DIGEST])
{
    bool known = false;

    for (size_t i = 0; i < p->count; i++)
        known |= same(p->proven[i], digest, TLS_DIGEST) & p->is_proven[i];
    return known;
}

/* A name that there is not costs what one costs that there is. */
static bool is_right(struct passwords *p, const char *user, const char *password,
                     const uint8_t digest[TLS_DIGEST])
{
    size_t at = p->count;
    struct crypt_data *work = xcalloc(1, sizeof *work);
    bool right;

    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->users[i].name, user) == 0)
            at = i;
    const char *wanted = p->users[at < p->count ? at : 0].hash;
    const char *got = crypt_r(password, wanted, work);
    right = got != NULL && strlen(got) == HASH_LEN && same(got, wanted, HASH_LEN);
    right = right && at < p->count;
    if (right) {
        memcpy(p->proven[at], digest, TLS_DIGEST);
        p->is_proven[at] = true;
    }
    explicit_bzero(work, sizeof *work);
    free(work);
    return right;
}

static enum verdict judge(struct passwords *p, const char *user, const char *password,
                          const char *from, mono_ms now)
{
    char both[WEBCONF_NAME_MAX + PASSWORD_MAX] = "";
    uint8_t digest[TLS_DIGEST];
    uint64_t address = hash_bytes(0, from, strlen(from));
    const struct guesser *g = guesser_of(p, address);

    memcpy(both, user, strlen(user));
    memcpy(both + WEBCONF_NAME_MAX, password, strlen(password));
    bool good = tls_digest(p->key, both, sizeof both, digest);
    explicit_bzero(both, sizeof both);
    if (!good)
        return VERDICT_LATER;
    if (is_known(p, digest))
        return VERDICT_RIGHT;
    if ((g->from == address && g->wrong > 0 && now < g->until) || !budget_open(&p->budget, now))
        return VERDICT_LATER;
    mono_ms began = clock_mono();
    bool right = is_right(p, user, password, digest);
    budget_spend(&p->budget, (double)(clock_mono() - began));
    if (right)
        return VERDICT_RIGHT;
    note_wrong(p, address, now);
    return VERDICT_WRONG;
}

enum verdict passwords_check(struct passwords *p, const char *header, const char *from, mono_ms now)
{
    char user[WEBCONF_NAME_MAX] = "", password[PASSWORD_MAX] = "";
    enum verdict v = VERDICT_WRONG; /* without a name nothing was guessed, and nothing is counted */

    if (header != NULL && password_header(header, user, password))
        v = judge(p, user, password, from, now);
    explicit_bzero(password, sizeof password);
    return v;
}
