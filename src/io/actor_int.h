/* SPDX-License-Identifier: MIT
 * actor_int.h - what the files of the actor share. Thread: net, but for struct mailbox and struct gate. */
#ifndef SUAN_IO_ACTOR_INT_H
#define SUAN_IO_ACTOR_INT_H

#include "io/actor.h"
#include <pthread.h>

enum { NODES_PER_MINUTE = 10, WHY_MAX = 256, WORDS_MAX = 320 };

/* ---- any thread: what is asked for, and what is allowed ---- */

enum letter_kind { LETTER_PREVIEW, LETTER_COMMIT, LETTER_DROP };

struct letter {
    struct letter *next;
    enum letter_kind kind;
    struct action_order *order;        /* LETTER_PREVIEW */
    struct confirmed_order *confirmed; /* LETTER_COMMIT */
    char op[ACTION_OP_MAX];            /* LETTER_DROP */
};

struct armed {
    uint16_t center;
    mono_ms until;
};

struct gate {
    pthread_mutex_t lock; /* of the mailbox too */
    struct armed *armed;
    size_t armed_count, armed_cap;
    char (*done)[ACTION_OP_MAX]; /* operations that were committed: none is a second time */
    size_t done_count, done_cap;
    bool ended;
    struct letter *first, **last;
};

/* ---- how many nodes a minute ---- */

struct rate {
    mono_ms at[NODES_PER_MINUTE]; /* 0 = free */
    unsigned limit;
    int64_t window_ms;
};
void rate_init(struct rate *r, unsigned per_minute, int64_t minute_ms);
/* A place, or -1 and when to ask again. */
int rate_take(struct rate *r, mono_ms now, mono_ms *next);
void rate_sent(struct rate *r, int place, mono_ms now);
void rate_give_back(struct rate *r, int place);

/* ---- what was read of a target ---- */

struct sight {
    const struct action_target *target;
    bool found, kept;
    char other
        [TARGET_NAME_MAX]; /* a thing of that kind that is not the target, "" = none was told */
    char cluster[64];
    bool has_state;
    int state;
    uint32_t flags;
    char raw_state[128], reason[256], reason_by[64], owner[64];
    char rest[TARGET_NAME_MAX]; /* name as order_add makes it, of the waiting tasks of an array */
    wall_ms submitted_at, started_at;
    double restarts;
};
enum sameness {
    SIGHT_SAME,    /* the request may go */
    SIGHT_CHANGED, /* it is not what was looked at */
    SIGHT_ALREADY, /* what is wanted is so already */
    SIGHT_UNCLEAR  /* the answer does not tell */
};
void sight_begin(struct sight *s, const struct action_target *t);
void sight_add(struct sight *s, const struct delta *d);
/* For the journal and for people: "mixed+drain (suantop:T1 li bad fan)". */
void sight_words(const struct sight *s, char *out, size_t size);
enum sameness sight_compare(const struct sight *s, const struct action_order *o, char *why,
                            size_t size);

/* ---- operations ---- */

enum step {
    STEP_NEXT,    /* choose the way, wait for the rate */
    STEP_READ,    /* wait for the token, ask */
    STEP_READING, /* under way */
    STEP_SEND,
    STEP_SENDING,
    STEP_LOOK, /* as READ, afterwards */
    STEP_LOOKING,
    STEP_OVER
};

struct operation {
    struct operation *next;
    struct actor *actor;
    struct confirmed_order *confirmed;
    const struct action_order *order;
    bool stopped;  /* somebody dropped it */
    size_t target; /* of the order: the one under way */
    enum step step;
    mono_ms since;  /* when that step began */
    mono_ms again;  /* STEP_NEXT: not before */
    int64_t said_s; /* what the message about waiting says */
    struct source *source, *touched;
    char note[WHY_MAX]; /* why another source than the target's own */
    int place;          /* in the rate, -1 = none */
    struct sight sight;
    struct request *request; /* STEP_SEND: encoded */
    char *request_text;
    enum action_state state; /* of the target: how it ended */
    /* What came back. */
    bool landed, unsent;
    enum rc rc;
    struct err err;
    int status;
    int64_t latency_ms;
};

struct preview {
    struct preview *next;
    char op[ACTION_OP_MAX];
    uint16_t center;
    size_t count;
};

struct actor {
    const struct net_actor *conf; /* NULL = everything is refused */
    struct queue *out;
    struct source **sources;
    size_t source_count;
    struct gate gate;
    struct rate rate;
    struct operation *operations; /* oldest first */
    struct preview *previews;     /* newest first */
    struct delta **outbox;        /* what the queue did not take, in order */
    size_t outbox_count, outbox_cap;
};

/* actor_gate.c. Why not, if not RC_OK. */
void gate_init(struct gate *g);
void gate_fini(struct gate *g);
enum rc gate_check(struct actor *a, uint16_t center, struct err *e);
struct letter *gate_letters(struct gate *g);
void letter_free(struct letter *l);

/* actor_way.c: the source that carries a verb to a target. */
struct way {
    struct source *source;
    char note[WHY_MAX]; /* "through zb/slurm2: scontrol on login1" */
};
enum rc way_find(struct actor *a, const struct action_order *o, const struct action_target *t,
                 struct way *w, struct err *e);
/* A new request in *rq (NULL on errors), and what it is in words, to be freed. */
enum rc way_encode(struct source *s, const struct action_order *o, const struct action_target *t,
                   struct request **rq, char **text, struct err *e);
enum rc way_reread(struct source *s, enum action_verb verb, const struct action_target *t,
                   struct request **rq, struct err *e);
/* One line; belongs to the caller. */
char *request_words(struct request *rq);

/* actor_preview.c */
void preview_make(struct actor *a, const struct action_order *o);
/* Its rows go, but for the first `keep`. False: there is none. */
bool preview_drop(struct actor *a, const char *op, size_t keep);

/* actor_run.c */
void operation_begin(struct actor *a, struct confirmed_order *take);
void operation_stop(struct actor *a, const char *op);
void operations_run(struct actor *a, mono_ms now, wall_ms wall);
mono_ms operations_due(const struct actor *a, mono_ms now);
/* At the end of the program: what is under way gets its outcome, the rest is stopped. Frees it. */
void operation_end(struct operation *op);

/* actor_outcome.c: what an answer to a mutating request means. */
void outcome_judge(struct operation *op, const struct landing *l, const struct request *rq,
                   const char *body, size_t len);
/* Journal and row of what was judged. */
void outcome_write(struct operation *op);
void outcome_unknown(struct operation *op, const char *why);

/* actor_report.c: ACTION rows. The delta belongs to the outbox; fields are added to it before report_push. */
struct delta *report_row(struct actor *a, const struct action_order *o, size_t target);
/* The first row of a target: everything that the order tells. */
struct delta *report_first(struct actor *a, const struct action_order *o, size_t target,
                           enum action_state state);
void report_push(struct actor *a, struct delta *d);
void report_state(struct actor *a, const struct action_order *o, size_t target,
                  enum action_state state, const char *message);
void report_remove(struct actor *a, uint16_t center, const char *op, size_t from, size_t to);
/* True when everything has left. */
bool report_flush(struct actor *a);

#endif
