/* SPDX-License-Identifier: MIT
 * states.h - Slurm's words for states, in any release's spelling, as the model's words.
 *
 * Nodes: a base state and flags ("MIXED" + "DRAIN"; "IDLE+DRAIN"; "down" and "NOT_RESPONDING";
 * "IDLE*"). Jobs: a base state, which a flag can overrule (RUNNING + COMPLETING is completing);
 * squeue's two-letter codes mean the same. Pure. */
#ifndef SUAN_COLLECTORS_SLURM_STATES_H
#define SUAN_COLLECTORS_SLURM_STATES_H

#include "model/entity.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct node_words {
    enum node_state state;
    uint32_t flags; /* bits of enum node_flag */
};

/* One word, or several joined with '+'. Adds to *w, which starts zeroed. */
void node_words_add(struct node_words *w, const char *text, size_t len);

struct job_words {
    enum job_state state;
    unsigned rank; /* how strong the strongest word so far is */
};

/* Adds a word ("RUNNING", "completing", "PD"); of several the strongest counts. Starts zeroed.
 * Returns the word's long spelling, NULL if it is none that is known. */
const char *job_words_add(struct job_words *w, const char *text, size_t len);

/* Does a job in this state hold its devices? */
bool job_holds_devices(enum job_state s);
/* Has it ended for good? */
bool job_has_ended(enum job_state s);
/* Still waiting, held or not? */
bool job_is_waiting(enum job_state s);

#endif
