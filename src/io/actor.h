/* SPDX-License-Identifier: MIT
 * actor.h - the only place that changes anything elsewhere: carries confirmed orders out.
 *
 * Per target: read again -> compare with what was frozen (actor_compare.c) -> journal the intent -> send once -> judge
 * -> journal the outcome -> read again -> journal what was seen. One target after the other, one order at a time in a
 * center, nodes_per_minute at most over all of them; the first target that was not accepted ends its order. What
 * happens goes to the fleet as ACTION rows (actor_report.c) and, of the readings, as the rows that were read.
 * Nobody else may call a collector's encode (lint `acting`). There is no retry in here, and none below: a mutating
 * request gets its own connection (http.h, once).
 * Thread: net, but for what is marked "any". Owner: the net. */
#ifndef SUAN_IO_ACTOR_H
#define SUAN_IO_ACTOR_H

#include "base/queue.h"
#include "io/net_actor.h"
#include "io/source.h"

struct actor;

/* conf NULL: everything is refused. Everything is borrowed, and sources may be filled later. */
struct actor *actor_new(const struct net_actor *conf, struct queue *out, struct source **sources,
                        size_t count);
void actor_free(struct actor *a); /* after actor_close, or when it never ran */

/* any: as net_act_*; the net thread has to be woken afterwards. */
void actor_preview(struct actor *a, const struct action_order *o);
enum rc actor_commit(struct actor *a, struct confirmed_order *take, struct err *e);
void actor_drop(struct actor *a, const char *op);
void actor_arm(struct actor *a, uint16_t center, wall_ms until);

/* Does what is due. */
void actor_run(struct actor *a, mono_ms now, wall_ms wall);
mono_ms actor_due(struct actor *a, mono_ms now);
/* Nothing new is sent from now on. */
void actor_end(struct actor *a);
/* After actor_end: is the answer to a mutating request still to come? */
bool actor_is_sending(const struct actor *a);
/* What is still under way becomes an outcome that nobody knows. Then the sources may go. */
void actor_close(struct actor *a);

#endif
