/* SPDX-License-Identifier: MIT
 * interrupted.h - the state of view 6, shared by the files that make it up: view_interrupted.c (list and commands),
 * interrupted_columns.c, interrupted_head.c (figures, bar, chart) and interrupted_side.c (the pane). Nobody else
 * includes this. Thread: ui. */
#ifndef SUAN_UI_INTERRUPTED_H
#define SUAN_UI_INTERRUPTED_H

#include "model/reliability.h"
#include "ui/annotate.h"
#include "ui/incident.h"
#include "ui/scope.h"

/* What the view looks back upon. */
struct span {
    const char *name; /* "24 h" */
    int64_t ms;
    int bins; /* of the chart; 0 = it has none */
    int64_t bin_ms;
};
enum { SPANS = 4, SPAN_DAY = 1, SPAN_BINS = 32, SPAN_CAUSES = 6 };
extern const struct span interrupted_spans[SPANS];
/* Its begin: a full minute, so that not each picture counts anew. */
wall_ms interrupted_from(int span, wall_ms now);

/* The figures above the table: of the whole span, whatever is listed. */
struct tally {
    struct reliability sum;
    double ettr;                               /* NAN = not known */
    wall_ms since;                             /* when anybody began to look; 0 = not known */
    double bins[SPAN_BINS * SPAN_CAUSES], top; /* counts by cause over time; NAN = nobody watched */
    uint64_t generation, scope;                /* of what they were computed from */
    wall_ms at, ettr_at;                       /* when: not again at once, since it takes a while */
};

/* What the pane tells of one interruption. */
struct story {
    uint64_t key, generation; /* of what; 0 = of nothing */
    struct incident_before before;
    uint32_t attempts[INCIDENT_ATTEMPTS];
    int attempt_count;
    double ettr;
};

struct interrupted_own {
    int span;
    bool all;     /* also what is resolved or acknowledged */
    bool on_side; /* the cursor is in the pane */
    struct scope_memo memo;
    struct recent recent;
    wall_ms minute; /* of the last query: the span moves on */
    struct list *offenders;
    struct tally tally;
    struct story story; /* kept while the same row is selected in the same picture */
};

/* interrupted_columns.c */
enum { INTERRUPTED_WHEN, INTERRUPTED_COLUMNS = 22 };
extern const struct table_column interrupted_columns[INTERRUPTED_COLUMNS];

void interrupted_count(const struct view_input *in, struct interrupted_own *own);
void interrupted_nothing(const struct list *l, const struct view_input *in, struct buf *out);
int interrupted_head_lines(const struct list *l, const struct view_input *in);
void interrupted_head(const struct list *l, const struct view_input *in, struct rect r,
                      struct canvas *c);

/* Cells of the pane; 0 where there is no room for it. */
int interrupted_side_cells(const struct list *l, const struct view_input *in);
void interrupted_side(const struct list *l, const struct view_input *in, struct rect r,
                      struct canvas *c);
/* The input of the list of offenders within the pane: its own area, no filter. */
struct view_input interrupted_side_input(const struct list *l, const struct view_input *in);
/* Index of the offender that is drawn at that place of the canvas; false if there is none. */
bool interrupted_side_hit(const struct list *l, const struct view_input *in, int y, int x,
                          uint32_t *index);

/* The list of offenders: a view of its own where there is no room for the pane, and the pane's contents. */
struct list *offenders_list(void);

#endif
