/* SPDX-License-Identifier: MIT
 * request.c - see request.h. */
#include "io/request.h"
#include "base/xmem.h"
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_SLICE_MAX = 1 << 20,
    DEFAULT_BODY_MAX = 64 << 20,
    DEFAULT_FIRST_BYTE_MS = 10000,
    DEFAULT_TOTAL_MS = 30000,
};

struct request *request_new(void)
{
    struct request *rq = xcalloc(1, sizeof(*rq));

    arena_init(&rq->arena, 0);
    return rq;
}

void request_free(struct request *rq)
{
    if (!rq)
        return;
    arena_fini(&rq->arena);
    free(rq);
}

void request_list_init(struct request_list *list)
{
    *list = (struct request_list){0};
}

void request_list_fini(struct request_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        request_free(list->items[i]);
    free(list->items);
    request_list_init(list);
}

struct request *request_add(struct request_list *list)
{
    struct request *rq = request_new();

    list->items = xgrow(list->items, &list->cap, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = rq;
    return rq;
}

struct request *request_list_take(struct request_list *list)
{
    if (list->count == 0)
        return NULL;
    struct request *rq = list->items[0];
    list->count--;
    memmove(list->items, list->items + 1, list->count * sizeof(*list->items));
    return rq;
}

uint64_t request_body_max(const struct request *rq)
{
    return rq->body_max ? rq->body_max : DEFAULT_BODY_MAX;
}

size_t request_slice_max(const struct request *rq)
{
    return rq->slice_max ? rq->slice_max : DEFAULT_SLICE_MAX;
}

int64_t request_first_byte_ms(const struct request *rq)
{
    return rq->first_byte_ms > 0 ? rq->first_byte_ms : DEFAULT_FIRST_BYTE_MS;
}

int64_t request_total_ms(const struct request *rq)
{
    int64_t first = request_first_byte_ms(rq);

    if (rq->total_ms > 0)
        return rq->total_ms;
    return first < DEFAULT_TOTAL_MS ? DEFAULT_TOTAL_MS : first + DEFAULT_TOTAL_MS;
}

bool request_lists_something(const struct request *rq)
{
    for (int i = 0; i < ENTITY_COUNT; i++)
        if (rq->lists[i])
            return true;
    return false;
}
