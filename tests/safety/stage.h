/* SPDX-License-Identifier: MIT
 * stage.h - the whole dashboard without a terminal, over a small fleet that a test moves, with a port that writes down
 * what it is asked to do.
 *
 * Keys go in one by one, a picture is drawn when asked for, time stands still but for what a test adds to it. The
 * three centers may be acted on freely, after arming, and not at all. */
#ifndef SUAN_TESTS_SAFETY_STAGE_H
#define SUAN_TESTS_SAFETY_STAGE_H

#include "model/fleet.h"
#include "ui/core.h"

#define STAGE_NOW INT64_C(1795327651000)

enum { STAGE_CENTERS = 3, STAGE_NODES = 12, STAGE_JOBS = 16, STAGE_HUMAN_MS = 150 };
enum { STAGE_FREE, STAGE_ARMED, STAGE_OFF }; /* center numbers */

struct stage_node {
    char name[32];
    enum node_state state;
    uint32_t flags;
    const char *reason, *by; /* NULL = none */
    bool listed;
};
struct stage_job {
    char id[24];
    enum job_state state;
    int node, tasks; /* node: where it runs; tasks > 1: the waiting rest of an array */
    bool listed;
};
struct stage_center {
    const char *id, *name, *cluster;
    struct stage_node nodes[STAGE_NODES];
    struct stage_job jobs[STAGE_JOBS];
};

/* How the net answers a preview. */
enum stage_previews { PREVIEWS_COME, PREVIEWS_FAIL, PREVIEWS_STAY_AWAY };

struct stage_commit {
    struct action_order *order;
    bool dialog_open; /* when it came */
};

struct stage_options {
    bool looks_only; /* no act_* in the port */
    bool read_only;
    bool replay;
    int h, w;
    const char *view;
};

struct stage {
    struct ui *u;
    struct snapshot_hub *hub;
    struct fleet *fleet;
    struct stage_center centers[STAGE_CENTERS];
    enum act_mode modes[STAGE_CENTERS];
    wall_ms now;
    mono_ms mono;
    enum stage_previews previews_are;
    int64_t sent_ago; /* actions are told so long after they were sent: the past */
    bool silent;      /* its scheduler does not answer: pictures come, but of old rows */
    struct stage_commit *commits;
    size_t commit_count, commit_cap;
    unsigned previews, drops, arms, refreshes, steps, annotations;
    wall_ms armed_until[STAGE_CENTERS];
    enum rc commit_rc; /* what act_commit answers */
    void (*on_commit)(struct stage *s,
                      const struct action_order *o); /* before it is written down */
    void *arg;
};

struct stage *stage_new(const struct stage_options *o);
void stage_free(struct stage *s);

/* The fleet as it is in `centers`, at this time; the dashboard takes it over. */
void stage_publish(struct stage *s);
/* A job of the first center that was interrupted by a node, twice, an alert, and devices of its first nodes. */
void stage_trouble(struct stage *s);
/* A row about one target, as the net thread tells it. */
void stage_action(struct stage *s, const struct action_order *o, size_t target,
                  enum action_state state, const char *message);

void stage_key(struct stage *s, uint32_t key); /* as a person types: some time after the last */
void stage_quick_key(struct stage *s, uint32_t key);
void stage_type(struct stage *s, const char *text);
void stage_paste(struct stage *s, const char *text);
void stage_command(struct stage *s, const char *line); /* ":line" */
/* The cursor on a row by its name. */
void stage_go(struct stage *s, const char *name);
/* A drain with its reason, up to the question; its previews are there. */
void stage_ask_drain(struct stage *s, const char *node);
void stage_resize(struct stage *s, int h, int w);

/* Draws; the text of a row lives until the next call. */
void stage_draw(struct stage *s);
const char *stage_row(struct stage *s, int y);
bool stage_shows(struct stage *s, const char *text);
/* Holds the picture against tests/golden/acting/NAME.txt; with GENERATE=1 in the environment it is written anew. False:
 * it differs, and is printed. */
bool stage_is_golden(struct stage *s, const char *srcdir, const char *name);

#endif
