/* SPDX-License-Identifier: MIT
 * intern.c - see intern.h.
 *
 * Three stores, made for millions of short strings (about 16 bytes beside the bytes themselves):
 * - blocks of 1 MiB that hold, for each string, a 4-byte head, the raw bytes, a NUL and, only if it
 *   differs, the sanitised text with its own NUL; or, of a unique id, its head and what packed.h makes of it;
 * - pages of 4096 places: where in the blocks id n stands, in units of 4 bytes;
 * - the writer's index: four bits of the hash and the id, linear probing.
 * The arrays of blocks and pages are as long as they will ever be from the start (memory that is
 * not touched costs nothing), so nothing that a reader walks through is ever reallocated.
 * The text of a packed one is made when somebody asks for it, under a lock, and stays: of eight hundred thousand unique ids
 * a screen shows a few. Who goes through all of them has room of his own (intern_raw_in). */
#include "base/intern.h"
#include "base/hash.h"
#include "base/packed.h"
#include "base/text.h"
#include "base/xmem.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    UNIT = 4,
    BLOCK_BITS = 18, /* in units: 1 MiB */
    BLOCK_UNITS = 1 << BLOCK_BITS,
    MAX_BLOCKS = 1 << 14,
    PAGE_BITS = 12,
    PAGE_LEN = 1 << PAGE_BITS,
    MAX_PAGES = 1 << 16,
    FIRST_INDEX = 1024,
    MANY_CELLS = (1 << 13) - 1, /* that many or more: counted again when asked for */
    ID_BITS = 28,
    FIRST_KIND = INTERN_MAX_LEN + 1,
    FIRST_UNPACKED = 64,
};

/* In front of the raw bytes. len of a packed one: FIRST_KIND + its kind; it is neither dirty nor cut. */
struct head {
    uint32_t len : 17, dirty : 1, cut : 1, cells : 13;
};

_Static_assert(sizeof(struct head) == UNIT, "one head is one unit");

/* Four bits of the hash, so that few strings are compared for nothing, and the id. 0 = free: the empty string is never
 * looked up. */
typedef uint32_t index_slot;

static strid slot_id(index_slot slot)
{
    return slot & ((1u << ID_BITS) - 1);
}

static index_slot slot_of(uint32_t hash, strid id)
{
    return hash >> ID_BITS << ID_BITS | id;
}

/* Texts of packed ones that somebody asked for. */
struct unpacked {
    pthread_mutex_t lock;
    struct unpacked_slot {
        strid id; /* 0 = free */
        char *text;
    } * slots;
    uint32_t cap, used;
};

struct intern {
    _Atomic unsigned refs;
    uint64_t seed;
    uint32_t count;
    uint32_t block_count, block_used; /* of the last block, in units */
    uint32_t index_cap;
    index_slot *index;
    struct buf scratch; /* the text being made */
    struct unpacked *unpacked;
    uint32_t *pages[MAX_PAGES];
    char *blocks[MAX_BLOCKS];
};

static const char *place_of(const struct intern *in, strid id)
{
    uint32_t place = in->pages[id >> PAGE_BITS][id & (PAGE_LEN - 1)];

    return in->blocks[place >> BLOCK_BITS] + (size_t)(place & (BLOCK_UNITS - 1)) * UNIT;
}

static struct head head_of(const struct intern *in, strid id)
{
    struct head head;

    memcpy(&head, place_of(in, id), sizeof(head));
    return head;
}

/* ---- packed ones ---- */

static bool is_packed(struct head head)
{
    return head.len >= FIRST_KIND;
}

static int kind_of(struct head head)
{
    return (int)head.len - FIRST_KIND;
}

static size_t raw_len(struct head head)
{
    return is_packed(head) ? packed_len(kind_of(head)) : head.len;
}

static void unpack(const struct intern *in, strid id, char room[INTERN_ROOM])
{
    const char *place = place_of(in, id);

    packed_text(kind_of(head_of(in, id)), (const unsigned char *)place + sizeof(struct head), room);
}

static struct unpacked *unpacked_new(void)
{
    struct unpacked *u = xcalloc(1, sizeof(*u));

    pthread_mutex_init(&u->lock, NULL);
    return u;
}

static void unpacked_free(struct unpacked *u)
{
    pthread_mutex_destroy(&u->lock);
    for (uint32_t i = 0; i < u->cap; i++)
        free(u->slots[i].text);
    free(u->slots);
    free(u);
}

/* Where the id stands, or would. Ids that are asked for together are far apart or one behind the other: both are fine. */
static struct unpacked_slot *unpacked_at(const struct unpacked *u, strid id)
{
    uint32_t i = id & (u->cap - 1);

    while (u->slots[i].id && u->slots[i].id != id)
        i = (i + 1) & (u->cap - 1);
    return &u->slots[i];
}

static void unpacked_grow(struct unpacked *u)
{
    struct unpacked old = *u;

    u->cap = old.cap ? old.cap * 2 : FIRST_UNPACKED;
    u->slots = xcalloc(u->cap, sizeof(*u->slots));
    for (uint32_t i = 0; i < old.cap; i++)
        if (old.slots[i].id)
            *unpacked_at(u, old.slots[i].id) = old.slots[i];
    free(old.slots);
}

static const char *unpacked_text(const struct intern *in, strid id)
{
    struct unpacked *u = in->unpacked;
    char room[INTERN_ROOM];

    pthread_mutex_lock(&u->lock);
    if (u->used >= u->cap / 4 * 3)
        unpacked_grow(u);
    struct unpacked_slot *slot = unpacked_at(u, id);
    if (!slot->id) {
        unpack(in, id, room);
        *slot = (struct unpacked_slot){id, xstrdup(room)};
        u->used++;
    }
    const char *text = slot->text;
    pthread_mutex_unlock(&u->lock);
    return text;
}

const char *intern_raw_in(const struct intern *in, strid id, char room[INTERN_ROOM])
{
    if (!is_packed(head_of(in, id)))
        return place_of(in, id) + sizeof(struct head);
    unpack(in, id, room);
    return room;
}

const char *intern_text_in(const struct intern *in, strid id, char room[INTERN_ROOM])
{
    struct head head = head_of(in, id);

    if (is_packed(head)) {
        unpack(in, id, room);
        return room;
    }
    const char *raw = place_of(in, id) + sizeof(struct head);
    return head.dirty ? raw + head.len + 1 : raw;
}

/* ---- the stores ---- */

/* Room for `bytes` in the blocks; UINT32_MAX when they are full. */
static uint32_t claim_place(struct intern *in, size_t bytes)
{
    uint32_t units = (uint32_t)((bytes + UNIT - 1) / UNIT);

    if (in->block_count == 0 || units > BLOCK_UNITS - in->block_used) {
        if (in->block_count == MAX_BLOCKS)
            return UINT32_MAX;
        in->blocks[in->block_count++] = xmalloc((size_t)BLOCK_UNITS * UNIT);
        in->block_used = 0;
    }
    uint32_t place = (in->block_count - 1) << BLOCK_BITS | in->block_used;
    in->block_used += units;
    return place;
}

/* Writes one string (or what a packed one is) behind the last and gives it the next id; 0 when the table is full. */
static strid append(struct intern *in, struct head head, const void *raw, const struct buf *text)
{
    strid id = in->count;
    size_t len = is_packed(head) ? packed_bytes(kind_of(head)) : head.len;
    size_t bytes = sizeof(head) + len + !is_packed(head) + (head.dirty ? text->len + 1 : 0);

    if (id >> PAGE_BITS >= MAX_PAGES)
        return 0;
    uint32_t place = claim_place(in, bytes);
    if (place == UINT32_MAX)
        return 0;
    uint32_t **page = &in->pages[id >> PAGE_BITS];
    if (!*page)
        *page = xcalloc(PAGE_LEN, sizeof(**page));
    (*page)[id & (PAGE_LEN - 1)] = place;

    char *p = in->blocks[place >> BLOCK_BITS] + (size_t)(place & (BLOCK_UNITS - 1)) * UNIT;
    memcpy(p, &head, sizeof(head));
    p += sizeof(head);
    if (len)
        memcpy(p, raw, len);
    if (!is_packed(head))
        p[len] = '\0';
    if (head.dirty)
        memcpy(p + head.len + 1, text->data, text->len + 1);
    in->count++;
    return id;
}

struct intern *intern_new(void)
{
    static _Atomic uint64_t serial;
    struct intern *in = xcalloc(1, sizeof(*in));

    atomic_init(&in->refs, 1);
    /* A seed of its own: filling a table in the hash order of another makes long clusters. */
    in->seed = 0x7375616e + atomic_fetch_add(&serial, 1);
    buf_init(&in->scratch, (size_t)INTERN_MAX_LEN * 4);
    in->index_cap = FIRST_INDEX;
    in->index = xcalloc(in->index_cap, sizeof(*in->index));
    in->unpacked = unpacked_new();
    append(in, (struct head){0}, "", NULL);
    return in;
}

struct intern *intern_ref(struct intern *in)
{
    atomic_fetch_add_explicit(&in->refs, 1, memory_order_relaxed);
    return in;
}

void intern_unref(struct intern *in)
{
    if (!in || atomic_fetch_sub_explicit(&in->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < in->block_count; i++)
        free(in->blocks[i]);
    for (uint32_t i = 0; i < MAX_PAGES && in->pages[i]; i++)
        free(in->pages[i]);
    buf_fini(&in->scratch);
    unpacked_free(in->unpacked);
    free(in->index);
    free(in);
}

/* Slot of the string, or the free one where it belongs. */
static index_slot *find_slot(const struct intern *in, uint32_t hash, const char *s, size_t len,
                             bool cut)
{
    char room[INTERN_ROOM];

    for (uint32_t i = hash & (in->index_cap - 1);; i = (i + 1) & (in->index_cap - 1)) {
        index_slot *slot = &in->index[i];
        strid id = slot_id(*slot);
        if (id == 0)
            return slot;
        if (*slot != slot_of(hash, id))
            continue;
        struct head head = head_of(in, id);
        if (raw_len(head) == len && head.cut == cut &&
            memcmp(intern_raw_in(in, id, room), s, len) == 0)
            return slot;
    }
}

static uint32_t hash_of(const struct intern *in, const char *s, size_t len)
{
    return (uint32_t)hash_bytes(in->seed, s, len);
}

static void grow_index(struct intern *in)
{
    uint32_t cap = in->index_cap * 2;
    char room[INTERN_ROOM];

    free(in->index); /* before: it is made anew from the strings, in the order in which they lie */
    index_slot *wider = xcalloc(cap, sizeof(*wider));
    for (strid id = 1; id < in->count; id++) {
        uint32_t hash = hash_of(in, intern_raw_in(in, id, room), intern_raw_len(in, id));
        uint32_t to = hash & (cap - 1);
        while (wider[to])
            to = (to + 1) & (cap - 1);
        wider[to] = slot_of(hash, id);
    }
    in->index = wider;
    in->index_cap = cap;
}

/* Where to cut an overlong string: not inside a code point. */
static size_t cut_len(const char *s, size_t len)
{
    if (len <= INTERN_MAX_LEN)
        return len;
    len = INTERN_MAX_LEN;
    while (len > INTERN_MAX_LEN - 4 && ((unsigned char)s[len] & 0xC0) == 0x80)
        len--;
    return len;
}

/* The head of a new string; its text is left in scratch. */
static struct head describe(struct intern *in, const char *s, size_t len, bool cut)
{
    struct head head = {.len = (uint32_t)len & 0x1FFFF, .cut = cut};

    buf_reset(&in->scratch);
    head.dirty = cut || !text_is_clean(s, len);
    if (text_sanitise(&in->scratch, s, len) == RC_OK && cut)
        buf_adds(&in->scratch, "\xE2\x80\xA6");
    if (in->scratch.failed)
        buf_reset(&in->scratch);
    int cells = text_cells(in->scratch.data);
    head.cells = cells < MANY_CELLS ? (uint32_t)cells & MANY_CELLS : MANY_CELLS;
    return head;
}

static strid append_new(struct intern *in, const char *s, size_t len, bool cut)
{
    unsigned char bytes[PACKED_BYTES_MAX];
    int kind = cut ? -1 : packed_make(s, len, bytes);

    if (kind < 0)
        return append(in, describe(in, s, len, cut), s, &in->scratch);
    struct head head = {.len = (uint32_t)(FIRST_KIND + kind) & 0x1FFFF,
                        .cells = (uint32_t)len & MANY_CELLS};
    return append(in, head, bytes, NULL);
}

strid intern_put(struct intern *in, const char *s, size_t len)
{
    size_t kept = cut_len(s, len);

    if (len == 0)
        return 0;
    uint32_t hash = hash_of(in, s, kept);
    index_slot *slot = find_slot(in, hash, s, kept, kept < len);
    if (*slot)
        return slot_id(*slot);
    if (in->count > in->index_cap / 5 * 4) {
        grow_index(in);
        slot = find_slot(in, hash, s, kept, kept < len);
    }
    strid id = append_new(in, s, kept, kept < len);
    if (id)
        *slot = slot_of(hash, id);
    return id;
}

strid intern_find(const struct intern *in, const char *s, size_t len)
{
    size_t kept = cut_len(s, len);

    if (len == 0)
        return 0;
    return slot_id(*find_slot(in, hash_of(in, s, kept), s, kept, kept < len));
}

const char *intern_raw(const struct intern *in, strid id)
{
    if (is_packed(head_of(in, id)))
        return unpacked_text(in, id);
    return place_of(in, id) + sizeof(struct head);
}

size_t intern_raw_len(const struct intern *in, strid id)
{
    return raw_len(head_of(in, id));
}

const char *intern_text(const struct intern *in, strid id)
{
    struct head head = head_of(in, id);
    const char *raw = intern_raw(in, id);

    return head.dirty ? raw + head.len + 1 : raw;
}

const char *intern_text_len_in(const struct intern *in, strid id, size_t *len,
                               char room[INTERN_ROOM])
{
    struct head head = head_of(in, id);
    const char *raw = intern_raw_in(in, id, room);
    const char *text = head.dirty ? raw + head.len + 1 : raw;

    *len = head.dirty ? strlen(text) : raw_len(head);
    return text;
}

int intern_cells(const struct intern *in, strid id)
{
    struct head head = head_of(in, id);

    return head.cells < MANY_CELLS ? (int)head.cells : text_cells(intern_text(in, id));
}

bool intern_is_dirty(const struct intern *in, strid id)
{
    return head_of(in, id).dirty;
}

bool intern_is_cut(const struct intern *in, strid id)
{
    return head_of(in, id).cut;
}

uint32_t intern_count(const struct intern *in)
{
    return in->count;
}

size_t intern_bytes(const struct intern *in)
{
    size_t pages = (in->count + PAGE_LEN - 1) >> PAGE_BITS;

    return pages * PAGE_LEN * sizeof(uint32_t) + in->scratch.cap +
           (size_t)in->block_count * BLOCK_UNITS * UNIT + in->index_cap * sizeof(*in->index);
}
