/* SPDX-License-Identifier: MIT
 * request.h - requests that a collector planned: their list, their copies, their end.
 *
 * Implements request_add of collector.h (the rest of its request_* lives with the collectors). A request
 * owns its strings (its arena), so it can leave the list that it was made in.
 * Thread: net (or replay); one at a time. */
#ifndef SUAN_IO_REQUEST_H
#define SUAN_IO_REQUEST_H

#include "collectors/collector.h"

struct request_list {
    struct request **items; /* first come, first sent */
    size_t count, cap;
};

void request_list_init(struct request_list *list);
void request_list_fini(struct request_list *list);
/* The oldest, now the caller's; NULL if the list is empty. */
struct request *request_list_take(struct request_list *list);
struct request *request_new(void);
void request_free(struct request *rq);

/* What a request that left it open gets. */
uint64_t request_body_max(const struct request *rq);
size_t request_slice_max(const struct request *rq);
int64_t request_first_byte_ms(const struct request *rq);
int64_t request_total_ms(const struct request *rq);
bool request_lists_something(const struct request *rq);

#endif
