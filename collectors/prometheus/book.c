/* SPDX-License-Identifier: MIT
 * book.c - see book.h. */
#include "collectors/prometheus/book.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ENTRIES_MAX = 100000,
    THINGS_MAX = 100000,
    ROUND_BYTES = 64 << 20,
    IDENTITY_MAX = HOST_MAX + 80,
};

struct alias {
    const char *instance, *name;
    bool doubtful; /* several hosts answer to it */
};

struct thing {
    char *identity; /* node: its name; device: name NUL index */
    uint32_t len;
    enum entity entity;
    uint64_t was; /* fields that the last row had */
    uint32_t round;
    char *host, *instance; /* who told of it */
};

void book_init(struct book *b, bool whole_names)
{
    memset(b, 0, sizeof *b);
    arena_init(&b->arena, ROUND_BYTES);
    b->whole_names = whole_names;
}

static void clear_maps(struct book *b)
{
    map_fini(&b->by_entry);
    map_fini(&b->by_instance);
    map_fini(&b->by_address);
    map_fini(&b->by_down);
}

static void free_thing(struct thing *t)
{
    free(t->identity);
    free(t->host);
    free(t->instance);
}

void book_fini(struct book *b)
{
    clear_maps(b);
    map_fini(&b->by_identity);
    for (uint32_t i = 0; i < b->thing_count; i++)
        free_thing(&b->things[i]);
    free(b->things);
    free(b->entries);
    free(b->aliases);
    free(b->down);
    arena_fini(&b->arena);
}

void book_begin(struct book *b)
{
    arena_reset(&b->arena);
    clear_maps(b);
    b->entry_count = b->alias_count = b->down_count = 0;
    b->overfull = false;
    b->round++;
}

/* ---- what an answer says ---- */

static const char *keep(struct book *b, const char *s)
{
    char *copy = arena_strdup(&b->arena, s);

    b->overfull |= copy == NULL;
    return copy != NULL ? copy : "";
}

static uint64_t hash_of(const char *a, const char *b)
{
    return hash_bytes(hash_bytes(1, a, strlen(a)), b != NULL ? b : "", b != NULL ? strlen(b) : 0);
}

struct entry_key {
    const struct book *book;
    const char *host, *device;
};

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_entry(const void *arg, uint32_t value)
{
    const struct entry_key *k = arg;
    const struct entry *e = k->book->entries[value];

    return strcmp(e->host, k->host) == 0 && same_text(e->device, k->device);
}

static struct entry *new_entry(struct book *b, const char *host, const char *device)
{
    struct entry *e = b->entry_count < ENTRIES_MAX ? arena_calloc(&b->arena, sizeof *e) : NULL;

    if (e == NULL) {
        b->overfull = true;
        return NULL;
    }
    e->host = keep(b, host);
    e->device = device != NULL ? keep(b, device) : NULL;
    e->instance = "";
    b->entries = xgrow(b->entries, &b->entry_cap, b->entry_count + 1, sizeof(struct entry *));
    b->entries[b->entry_count] = e;
    map_add(&b->by_entry, hash_of(host, device), b->entry_count++);
    return e;
}

struct entry *book_entry(struct book *b, const char *host, const char *which, const char *instance,
                         const char *device)
{
    struct entry_key key = {.book = b, .host = host, .device = device};
    uint32_t at = map_find(&b->by_entry, hash_of(host, device), same_entry, &key);
    struct entry *e = at != MAP_NONE ? b->entries[at] : new_entry(b, host, device);

    if (e == NULL)
        return NULL;
    e->named |= strcmp(which, "instance") != 0;
    if (*e->instance == '\0' && *instance != '\0')
        e->instance = keep(b, instance);
    return e;
}

static struct told *tell(struct book *b, struct entry *e, unsigned field, unsigned rank)
{
    struct told *t = e->told;

    while (t != NULL && t->field != field)
        t = t->next;
    if (t != NULL && t->rank <= rank)
        return NULL;
    if (t == NULL) {
        t = arena_calloc(&b->arena, sizeof *t);
        if (t == NULL) {
            b->overfull = true;
            return NULL;
        }
        t->next = e->told;
        e->told = t;
    }
    t->field = (uint16_t)field;
    t->rank = (uint8_t)rank;
    t->str = NULL;
    return t;
}

void book_num(struct book *b, struct entry *e, unsigned field, unsigned rank, double v)
{
    struct told *t = tell(b, e, field, rank);

    if (t != NULL)
        t->num = v;
}

void book_str(struct book *b, struct entry *e, unsigned field, unsigned rank, const char *s)
{
    struct told *t = *s != '\0' ? tell(b, e, field, rank) : NULL;

    if (t != NULL)
        t->str = keep(b, s);
}

struct text_key {
    const struct book *book;
    const char *text;
};

static bool same_instance(const void *arg, uint32_t value)
{
    const struct text_key *k = arg;

    return strcmp(k->book->aliases[value].instance, k->text) == 0;
}

/* Two hosts behind one address are no name for it. */
static void note_alias(struct book *b, struct map *m, const char *instance, const char *name)
{
    struct text_key key = {.book = b, .text = instance};
    uint32_t at = map_find(m, hash_of(instance, NULL), same_instance, &key);

    if (at != MAP_NONE) {
        b->aliases[at].doubtful |= strcmp(b->aliases[at].name, name) != 0;
        return;
    }
    b->aliases = xgrow(b->aliases, &b->alias_cap, b->alias_count + 1, sizeof *b->aliases);
    b->aliases[b->alias_count] =
        (struct alias){.instance = keep(b, instance), .name = keep(b, name)};
    map_add(m, hash_of(instance, NULL), b->alias_count++);
}

void book_alias(struct book *b, const char *instance, const char *name)
{
    char address[HOST_MAX];

    if (b->alias_count >= ENTRIES_MAX)
        return;
    label_host_name(instance, true, address);
    note_alias(b, &b->by_instance, instance, name);
    note_alias(b, &b->by_address, address, name);
}

static bool same_down(const void *arg, uint32_t value)
{
    const struct text_key *k = arg;

    return strcmp(k->book->down[value], k->text) == 0;
}

bool book_knows_down(const struct book *b, const char *host)
{
    struct text_key key = {.book = b, .text = host};

    return map_find(&b->by_down, hash_of(host, NULL), same_down, &key) != MAP_NONE;
}

void book_is_down(struct book *b, const char *host)
{
    if (*host == '\0' || book_knows_down(b, host) || b->down_count >= ENTRIES_MAX)
        return;
    b->down = xgrow(b->down, &b->down_cap, b->down_count + 1, sizeof *b->down);
    b->down[b->down_count] = keep(b, host);
    map_add(&b->by_down, hash_of(host, NULL), b->down_count++);
}

/* ---- the end of a round ---- */

static const char *alias_of(const struct book *b, const struct map *m, const char *instance)
{
    struct text_key key = {.book = b, .text = instance};
    uint32_t at = map_find(m, hash_of(instance, NULL), same_instance, &key);

    return at != MAP_NONE && !b->aliases[at].doubtful ? b->aliases[at].name : NULL;
}

void book_host(const struct book *b, const char *host, bool named, char out[HOST_MAX])
{
    const char *name = NULL;
    char address[HOST_MAX];

    if (!named) {
        label_host_name(host, true, address);
        name = alias_of(b, &b->by_instance, host);
        if (name == NULL)
            name = alias_of(b, &b->by_address, address);
    }
    label_host_name(name != NULL ? name : host, b->whole_names, out);
}

static bool is_index(const char *s)
{
    return *s != '\0' && strlen(s) < 32 && s[strspn(s, "0123456789.")] == '\0';
}

/* 0 = it cannot be named. */
static size_t identity_of(const struct book *b, const struct entry *e, char out[IDENTITY_MAX])
{
    char host[HOST_MAX];
    const char *index = e->device;

    book_host(b, e->host, e->named, host);
    size_t len = strlen(host);
    if (len == 0)
        return 0;
    memcpy(out, host, len + 1);
    if (e->device == NULL)
        return len;
    if (!is_index(index))
        return 0;
    memcpy(out + len + 1, index, strlen(index));
    return len + 1 + strlen(index);
}

struct identity {
    const struct book *book;
    enum entity entity;
    const char *bytes;
    size_t len;
};

static bool same_thing(const void *arg, uint32_t value)
{
    const struct identity *i = arg;
    const struct thing *t = &i->book->things[value];

    return t->entity == i->entity && t->len == i->len && memcmp(t->identity, i->bytes, i->len) == 0;
}

static uint64_t hash_identity(const struct identity *i)
{
    return hash_bytes((uint64_t)i->entity, i->bytes, i->len);
}

static struct thing *thing_of(struct book *b, const struct identity *i)
{
    uint32_t at = map_find(&b->by_identity, hash_identity(i), same_thing, i);

    if (at != MAP_NONE)
        return &b->things[at];
    if (b->thing_count >= THINGS_MAX) {
        b->overfull = true;
        return NULL;
    }
    b->things = xgrow(b->things, &b->thing_cap, b->thing_count + 1, sizeof *b->things);
    struct thing *t = &b->things[b->thing_count];
    *t = (struct thing){.identity = xmalloc(i->len), .len = (uint32_t)i->len, .entity = i->entity};
    memcpy(t->identity, i->bytes, i->len);
    map_add(&b->by_identity, hash_identity(i), b->thing_count++);
    return t;
}

static void put_value(struct delta *d, enum entity e, const struct told *t)
{
    const struct field *f = &entity_info(e)->fields[t->field];

    if (t->str != NULL)
        delta_str(d, t->field, t->str);
    else if (f->type == FT_NUM)
        delta_num(d, t->field, t->num);
    else if (f->type == FT_TIME)
        delta_time(d, t->field, (wall_ms)t->num);
    else
        delta_int(d, t->field, (int64_t)t->num);
}

struct ending {
    struct book *book;
    struct delta *delta;
    const struct book_end *how;
    struct book_sum sum;
    uint64_t *before; /* by thing: what the round before told */
};

/* The row of a thing that one exporter told of; a second one adds to it. */
static void put_row(struct thing *t, const struct ending *x, const struct entry *e)
{
    struct delta *d = x->delta;
    uint64_t has = 0;

    delta_row(d, t->entity, t->identity, t->len);
    for (const struct told *v = e->told; v != NULL; v = v->next) {
        put_value(d, t->entity, v);
        has |= UINT64_C(1) << v->field;
    }
    t->was = x->how->partly || t->round == x->book->round ? t->was | has : has;
}

static void take_back(struct thing *t, uint64_t before, struct delta *d)
{
    uint64_t lost = before & ~t->was;

    if (lost == 0)
        return;
    delta_row(d, t->entity, t->identity, t->len);
    for (unsigned field = 0; field < 64; field++)
        if (lost >> field & 1)
            delta_absent(d, (int)field);
}

static void remember_who(struct thing *t, const struct entry *e)
{
    if (t->host != NULL && strcmp(t->host, e->host) == 0 && strcmp(t->instance, e->instance) == 0)
        return;
    free(t->host);
    free(t->instance);
    t->host = xstrdup(e->host);
    t->instance = xstrdup(e->instance);
}

static void end_entry(struct ending *x, const struct entry *e)
{
    char bytes[IDENTITY_MAX];
    struct identity id = {.book = x->book,
                          .entity = e->device != NULL ? ENTITY_DEVICE : ENTITY_NODE,
                          .bytes = bytes,
                          .len = identity_of(x->book, e, bytes)};

    if (e->told == NULL || !x->how->tells[id.entity])
        return;
    if (id.len == 0)
        return;
    struct thing *t = thing_of(x->book, &id);
    if (t == NULL)
        return;
    remember_who(t, e);
    x->sum.rows[id.entity] += t->round != x->book->round;
    put_row(t, x, e);
    t->round = x->book->round;
}

/* Not in this answer. Its target may be down: then nobody knows how it is, and it is not gone. */
static bool is_gone(struct ending *x, const struct thing *t)
{
    if (book_knows_down(x->book, t->host) || book_knows_down(x->book, t->instance)) {
        x->sum.silent++;
        return false;
    }
    return x->how->believed;
}

static void forget(struct book *b, uint32_t at)
{
    struct thing *t = &b->things[at], *last = &b->things[b->thing_count - 1];
    struct identity id = {.book = b, .entity = t->entity, .bytes = t->identity, .len = t->len};

    map_del(&b->by_identity, hash_identity(&id), at);
    free_thing(t);
    b->thing_count--;
    if (t == last)
        return;
    id = (struct identity){
        .book = b, .entity = last->entity, .bytes = last->identity, .len = last->len};
    map_del(&b->by_identity, hash_identity(&id), b->thing_count);
    *t = *last;
    map_add(&b->by_identity, hash_identity(&id), at);
}

static void end_things(struct ending *x)
{
    struct book *b = x->book;

    for (uint32_t i = b->thing_count; i-- > 0;) {
        struct thing *t = &b->things[i];
        if (t->round == b->round) {
            take_back(t, x->before[i], x->delta);
            continue;
        }
        if (!x->how->covers[t->entity] || !is_gone(x, t))
            continue;
        delta_remove(x->delta, t->entity, t->identity, t->len);
        forget(b, i);
    }
}

bool book_address(const struct book *b, const char *node, char out[HOST_MAX])
{
    struct identity id = {.book = b, .entity = ENTITY_NODE, .bytes = node, .len = strlen(node)};
    uint32_t at = map_find(&b->by_identity, hash_identity(&id), same_thing, &id);

    if (at == MAP_NONE || *b->things[at].instance == '\0')
        return false;
    label_host_name(b->things[at].instance, true, out);
    return *out != '\0';
}

struct book_sum book_end(struct book *b, struct delta *d, const struct book_end *how)
{
    struct ending x = {.book = b, .delta = d, .how = how};
    uint32_t known = b->thing_count;

    x.before = xcalloc((size_t)known + b->entry_count + 1, sizeof *x.before);
    for (uint32_t i = 0; i < known; i++)
        x.before[i] = b->things[i].was;
    for (uint32_t i = 0; i < b->entry_count; i++)
        end_entry(&x, b->entries[i]);
    end_things(&x);
    free(x.before);
    return x.sum;
}
