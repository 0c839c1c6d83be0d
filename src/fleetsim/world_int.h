/* SPDX-License-Identifier: MIT
 * world_int.h - the inside of a world, for world*.c only. */
#ifndef SUAN_FLEETSIM_WORLD_INT_H
#define SUAN_FLEETSIM_WORLD_INT_H

#include "fleetsim/world.h"

enum { HOUR_MS = 3600000, KEEP_ENDED_MS = 300000, LOOK_AHEAD = 64 };

enum event_kind { EVENT_ARRIVAL, EVENT_END, EVENT_FAILURE, EVENT_BACK, EVENT_FORGET };

/* --- world_events.c: the heap --- */
void events_put(struct world *w, wall_ms at, enum event_kind kind, uint32_t what, uint32_t stamp);
bool events_take(struct world *w, wall_ms until, struct sim_event *out);

/* --- world_places.c: which places are free --- */
void places_init(struct world *w, uint32_t pool);
void places_list_all(struct world *w, uint32_t pool);
/* A node whose places, health or drain changed. */
void places_list(struct world *w, uint32_t node);
unsigned places_free(const struct world *w, const struct sim_node *n);
/* Gives the job its places; false if there are not enough. spare: nodes that are wholly free are kept for another. */
bool places_give(struct world *w, struct sim_job *j, bool spare);
void places_take_back(struct world *w, const struct sim_job *j);

/* --- world_jobs.c --- */
struct sim_job *jobs_new(struct world *w);
uint32_t jobs_index(const struct world *w, const struct sim_job *j);
void jobs_submit(struct world *w, wall_ms at);
void jobs_queue(struct world *w, struct sim_job *j, wall_ms eligible_at);
void jobs_start(struct world *w, struct sim_job *j, wall_ms at);
void jobs_end(struct world *w, struct sim_job *j, enum sim_state how);
/* Ends the attempt; the job waits again. */
void jobs_interrupt(struct world *w, struct sim_job *j, enum sim_state how);
void jobs_forget(struct world *w, uint32_t job);
/* Starts what can start. */
void jobs_schedule(struct world *w, uint32_t pool);
void jobs_arrive(struct world *w);
void jobs_fill(struct world *w);
/* --- accounts.c --- */
/* The attempt of that job is over; its places are still written in it. again: somebody asked that it starts anew. */
void accounts_add(struct world *w, const struct sim_job *j, enum sim_state how, bool again);
void accounts_free(struct sim_accounts *a);
/* --- world_act.c --- */
/* It takes work again, and nobody has a word on it. */
void world_put_back(struct world *w, uint32_t node);
/* --- world_faults.c --- */
void faults_begin(struct world *w);
void faults_happen(struct world *w);
void faults_mend(struct world *w, uint32_t node);

#endif
