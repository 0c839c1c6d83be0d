/* SPDX-License-Identifier: MIT
 * annotate.h - how a view acknowledges, silences or resolves rows of its list. Ours alone: nothing leaves for a
 * scheduler, so no plan and no dialog.
 *
 * A row that an annotation takes out of a list stays there for some seconds, so that the same key can take it back
 * and the cursor does not fall on a neighbour that the next press would hit. Thread: ui. */
#ifndef SUAN_UI_ANNOTATE_H
#define SUAN_UI_ANNOTATE_H

#include "model/annotation.h"
#include "ui/listing.h"

enum { RECENT_MAX = 64 };

struct recent {
    struct {
        uint64_t key;  /* of the row */
        wall_ms until; /* 0 = free */
    } items[RECENT_MAX];
    int next;
};
bool recent_has(const struct recent *r, const void *row, wall_ms now);
/* Forgets what is due; true if there was something. */
bool recent_expire(struct recent *r, wall_ms now);

/* Asks for `kind` on the marked rows, else on the row under the cursor; where all of them satisfy `is` (may be NULL)
 * for `back` instead. words and words_back end the line that is said afterwards: "3 acknowledged". until: SILENCE.
 * Returns true always: there is a wish, or a line that says why not. */
struct annotate {
    enum annotation_kind kind, back;
    bool (*is)(const void *row, wall_ms now);
    wall_ms until;
    const char *note, *words, *words_back;
};
bool annotate_rows(struct list *l, const struct view_input *in, const struct annotate *a,
                   struct recent *recent, struct view_out *out);

#endif
