/* SPDX-License-Identifier: MIT
 * page.h - metric pages of nodes: what exports their devices says. Pure. */
#ifndef SUAN_FLEETSIM_PAGE_H
#define SUAN_FLEETSIM_PAGE_H

#include "base/buf.h"
#include "fleetsim/world.h"

/* Do nodes of that pool have a page that somebody should read? */
bool page_is_there(const struct world *w, uint32_t pool);
/* Which program makes the pages of that pool, by the names that Prometheus' jobs usually have, and its port. */
const char *page_exporter(const struct world *w, uint32_t pool, unsigned *port);
/* The page of a node that is up. wanted: which families; NULL = all. It may say more than that. */
void page_say(struct buf *out, const struct world *w, uint32_t node,
              bool (*wanted)(void *arg, const char *family), void *arg);

#endif
