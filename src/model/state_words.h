/* SPDX-License-Identifier: MIT
 * state_words.h - the state of a node or job in one word group: "mixed+drain", "running". For dialogs, the audit and ACTION
 * rows. Pure; thread: the row's. */
#ifndef SUAN_MODEL_STATE_WORDS_H
#define SUAN_MODEL_STATE_WORDS_H

#include "model/entity.h"

/* row: a node or a job. What does not fit is cut. */
void state_words(const struct row_head *row, char *out, size_t size);

#endif
