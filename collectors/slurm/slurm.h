/* SPDX-License-Identifier: MIT
 * slurm.h - the state of one Slurm source, shared by the files of this folder and nobody else.
 *
 * A poll asks for parts (nodes, jobs, partitions ...), each in one of two ways: REST (slurmrestd, over
 * a socket or on the pipes of a child) or TEXT (the Slurm commands). plan.c says what is due,
 * choose.c which way, ask.c writes the request, rest_*.c and text_*.c decode, verdict.c judges.
 * One request at a time, so one struct answer is enough.
 * Thread: one at a time, see collector.h. */
#ifndef SUAN_COLLECTORS_SLURM_SLURM_H
#define SUAN_COLLECTORS_SLURM_SLURM_H

#include "base/buf.h"
#include "codec/json.h"
#include "collectors/collector.h"
#include "collectors/slurm/seen.h"

enum { API_OLDEST = 38, API_NEWEST = 45 };

/* In the order in which a first round asks for them. */
enum part {
    PART_HELLO, /* REST: which API version; TEXT: the controller's configuration (name, release) */
    PART_DIAG,
    PART_NODES,
    PART_JOBS,
    PART_STATES, /* REST: only id and state of each job, between two lists that are too big */
    PART_POOLS,
    PART_RESERVATIONS,
    PART_LICENSES,
    PART_ACCOUNT, /* what slurmdbd kept of runs that ended */
    PART_COUNT
};

enum way { WAY_REST, WAY_TEXT };

/* request.what: a part and a way, or one of these. WHAT_REREAD goes with a part and a way. */
enum { WHAT_LOOKUP = 0x1000, WHAT_ACT = 0x2000, WHAT_REREAD = 0x4000 };
static inline int what_of(enum part p, enum way w)
{
    return (int)p * 2 + (int)w;
}
static inline enum part part_of(int what)
{
    return (enum part)((what & ~WHAT_REREAD) / 2);
}
static inline enum way way_of(int what)
{
    return (enum way)(what % 2);
}

/* request.tag of a REST request for a list: bit 0 says that it carried update_time. That of HELLO is
 * the version asked for, that of the job list as text is the number in each line's head. */
enum { TAG_SINCE = 1 };

enum prefer { PREFER_AUTO, PREFER_REST, PREFER_TEXT };

struct slurm_options {
    const char *url, *socket, *command, *user, *slurmrestd, *openapi, *cluster, *conf, *bin_dir;
    bool has_token;
    enum prefer prefer;
    int64_t interval_ms[PART_COUNT];
    int64_t account_window_ms; /* how far back accounting is asked; 0 = never */
    double rest_limit;         /* bytes */
};

struct schedule {
    mono_ms due;
    mono_ms started;
    int64_t last_ms; /* how long the last good answer took */
    int missed;      /* the version that said 404 to it last; 0 = none since it answered */
    bool absent;     /* it said so again after it had been agreed on anew: it goes without */
};

/* What the answer under way has said so far. Zeroed after done(). */
struct answer {
    bool meta;      /* it introduced itself as Slurm's */
    bool unchanged; /* a warning said that nothing changed */
    uint64_t rows, kept, bad, junk;
    char junk_text[81];
    bool has_error;
    double error_number;
    char error_text[161];
    double last_update;        /* 0 = not told */
    bool heading, all_columns; /* squeue: its first line was there, and names every column */
    bool said_none;            /* scontrol said that there is none */
    uint64_t bad_at_end;       /* squeue: the last record was of no use */
    int section;               /* sdiag: which table the lines belong to */
    bool record_open;          /* squeue: a record whose name goes on in the next line */
};

/* The controller about itself; NaN = unknown. */
struct controller_figures {
    double threads, queue, cycle_us, cost_us;
};

/* What sdiag has printed so far. NaN = not told. */
struct sdiag {
    struct controller_figures figures;
    double pending, running;
};

/* What is known about the size of the job list. */
struct job_volume {
    double counted;          /* pending + running as the controller counts, -1 = unknown */
    double records;          /* in the last list, whichever way, -1 = none yet */
    double counted_then;     /* what the controller counted when that list was asked for */
    double bytes_per_record; /* as JSON: measured, or what this API version usually needs */
    bool measured;
    double running;        /* as the controller counts; NaN = unknown */
    double ended_a_second; /* by its statistics since they were last set to zero; NaN = unknown */
};

/* What the answer to a reread says, apart from the poll that may be under way at the same time. */
struct reread {
    struct answer answer;
    struct buf record;
    struct seen nodes_seen, jobs_seen;
    char name[256]; /* target of the last one */
    bool same;      /* its row is still called exactly so */
};

/* Does the cluster keep accounts (slurmdbd)? */
enum accounting { ACCOUNTING_UNKNOWN, ACCOUNTING_THERE, ACCOUNTING_ABSENT };

/* What was asked of the accounting so far (account.c). Times of questions are "so long ago", because the clock there may
 * not be ours. */
struct accounts {
    bool rest_absent;      /* slurmrestd has no /slurmdb/ */
    mono_ms first, newest; /* when the first and the newest good question was asked; 0 = none */
    wall_ms first_wall, newest_wall;
    int64_t covered_ms; /* so much before `first` has been asked for */
    int64_t slice_ms;   /* so much of the past is asked for at once */
    mono_ms asked;      /* the question under way */
    wall_ms asked_wall;
    int64_t from_ms, to_ms;
    bool past; /* it is about the time before `first` */
    unsigned failures;
    double rows_a_second; /* measured; NaN = not yet */
    bool counts_devices;  /* records tell their gres/gpu, so one without had none */
    struct seen seen;
    char trouble[100]; /* "" = none */
};

struct slurm_readers { /* readers.h */
    struct json_reader *node, *job, *pool, *reservation, *license, *diag, *account, *meta, *any;
};

struct slurm {
    struct source_conf conf;
    struct slurm_options opt;
    uint64_t random;

    bool has_rest, has_text;
    enum via rest_via;
    int api;         /* 0 = not negotiated */
    int asking;      /* the version to ask for next */
    unsigned launch; /* which way of starting slurmrestd behind the pipe is tried */
    bool rest_dead;  /* slurmrestd cannot be had; the commands do everything */
    mono_ms rest_retry;
    bool hello_failed; /* scontrol cannot tell the release, or the cluster's name */
    char dead_why[120];

    struct schedule parts[PART_COUNT];
    bool lean_jobs; /* leave the cores of each job out: an element was too big */
    bool too_big;   /* the job list is beyond the limit, and REST is the only way */
    unsigned since_failed,
        since_pause;                /* /nodes?update_time that failed in a row; polls without it */
    bool again;                     /* the part is to be asked for at once */
    double asked_at;                /* controller_time when the list under way was asked for */
    double nodes_since, jobs_since; /* what to pass as update_time; 0 = nothing */
    double
        controller_time; /* of the last diag, in seconds: a time that the controller's clock has passed */
    struct job_volume volume;
    enum way jobs_way;

    char cluster[64], release[64];
    char rest_cluster[64], text_cluster[64]; /* what each way calls itself; "" = not told */
    enum accounting accounting;
    struct accounts accounts;
    bool gpus_counted; /* no GPUs, or the cluster counts them as a TRES (scontrol show config) */
    char note[320], via[120];
    char how[160]; /* of the last can() */
    struct reread reread;
    struct answer answer;
    struct sdiag sdiag;
    struct seen nodes_seen, jobs_seen;
    size_t stamp_back;   /* of the newest job: how far before its end the scheduler's stamp stood */
    unsigned polls_kept; /* polls since the tables were last emptied */
    struct buf record;   /* squeue: the record that is open */
    struct buf words;    /* scratch: joined lists */
    struct slurm_readers readers;
};

extern const struct collector_ops slurm_collector;

/* readers.c */
void slurm_readers_open(struct slurm *s);
void slurm_readers_close(struct slurm *s);

/* slurm.c */
uint64_t slurm_random(struct slurm *s);

/* plan.c */
mono_ms slurm_plan(void *state, mono_ms now, wall_ms wall, struct request_list *out);
void slurm_schedule(struct slurm *s, enum part p, bool good, mono_ms now,
                    const struct reply *reply);
void slurm_refresh(void *state, mono_ms now);
int64_t slurm_interval_ms(const struct slurm *s, enum part p);
int64_t slurm_jitter(struct slurm *s, int64_t ms);

/* choose.c */
bool slurm_uses_rest(const struct slurm *s);
/* Both ways say which cluster they reach, and it is not the same. */
bool slurm_ways_differ(const struct slurm *s);
enum way slurm_choose(struct slurm *s, enum part p);
double slurm_predicted_bytes(const struct slurm *s);
void slurm_describe(struct slurm *s);
void slurm_measure_jobs(struct slurm *s, enum way w, const struct reply *reply);

/* ask.c: fill a request. */
void slurm_ask(struct slurm *s, struct request *rq, enum part p, enum way w);
void slurm_ask_rest(struct slurm *s, struct request *rq, const char *path);
void slurm_ask_command(struct slurm *s, struct request *rq, const char *const *command);
/* squeue with our columns, then more arguments (NULL = none). */
void slurm_ask_squeue(struct slurm *s, struct request *rq, const char *const *more);

/* account.c */
bool slurm_accounts_apply(const struct slurm *s);
/* Decides what the next question is about; to be called once for each. */
void slurm_accounts_turn(struct slurm *s, mono_ms now, wall_ms wall);
enum way slurm_accounts_way(const struct slurm *s);
bool slurm_accounts_reach_back(const struct slurm *s); /* there is more of the past to ask for */
/* account_ask.c */
void slurm_ask_accounts(struct slurm *s, struct request *rq, enum way w);
/* account_done.c: the answer ended. Trouble with the accounting alone is no failure of the source. */
enum rc slurm_accounts_done(struct slurm *s, const struct request *rq, const struct reply *reply,
                            mono_ms now, const char **mend, struct err *e);

/* answer.c */
/* The element with this hash was in the last poll too: says so in the delta and counts it. */
bool slurm_keep_if_seen(struct slurm *s, struct seen *seen, struct delta *d, enum entity e,
                        uint64_t hash);
/* A line of a command that does not begin as its records do (a greeting of the login host, "CLUSTER:
 * name"): counted and passed over. begin NULL = the caller knows. */
bool slurm_is_junk(struct slurm *s, const char *begin, const char *text, size_t len);
/* The controller's own figures into our SOURCE row. */
void slurm_put_controller(struct slurm *s, struct delta *d, const struct controller_figures *f);

/* negotiate.c */
enum way slurm_hello_way(const struct slurm *s);
int slurm_asking(struct slurm *s);                       /* the API version to try now */
const char *slurm_launch_plugins(const struct slurm *s); /* slurmrestd -s; NULL = without */
/* What the answer to HELLO over REST means. */
enum rc slurm_negotiated(struct slurm *s, const struct request *rq, const struct reply *reply,
                         mono_ms now, const char **mend, struct err *e);

/* verdict.c */
bool slurm_is_html(const struct reply *reply);
enum rc slurm_judge(struct slurm *s, const struct request *rq, const struct reply *reply,
                    enum poll_end *end, const char **mend, struct err *e);
enum rc slurm_judge_command(struct slurm *s, const struct request *rq, const struct reply *reply,
                            enum poll_end *end, const char **mend, struct err *e);

/* names.c: what may be passed on. Names come from outside. */
/* Nothing that a command would take for an option, a list, all nodes or a path. */
bool slurm_name_is_plain(const char *name);
/* A job as it is named to the scheduler: "14", "14_5"; "14_[6-9]" and a whole array only where that is meant.
 * RC_REFUSED with words. out keeps the brackets. */
enum rc slurm_job_name(const char *name, bool whole, char *out, size_t size, struct err *e);

/* act.c, act_encode.c, act_judge.c */
extern const struct collector_act_ops slurm_act;
/* The way of a verb for a target of that name (NULL = an ordinary one), or why there is none; nothing is asked. */
enum rc slurm_act_way(struct slurm *s, enum action_verb verb, const char *name, enum way *w,
                      struct err *e);
/* Would this cancellation be the kind that can stop slurmctld? (act.c) */
bool slurm_cancel_is_risky(const struct slurm *s);
enum rc slurm_act_reread(void *state, enum action_verb verb, const struct action_target *t,
                         struct request *out, struct err *e);
enum rc slurm_act_encode(void *state, const struct action_order *o, const struct action_target *t,
                         struct request *out, struct err *e);
enum rc slurm_act_judge(void *state, const struct action_order *o, const struct action_target *t,
                        const struct request *rq, const struct reply *reply, const char *body,
                        size_t len, struct err *e);
/* reread.c: the answer to a reread. */
void slurm_reread_open(struct slurm *s);
void slurm_reread_close(struct slurm *s);
/* Puts the reread's answer in the place of the poll's, and back: around each call of a decoder. */
void slurm_reread_swap(struct slurm *s);
void slurm_reread_row(struct slurm *s, const struct delta *d);
enum rc slurm_reread_done(struct slurm *s, const struct request *rq, const struct reply *reply,
                          struct delta *d, const char **mend, struct err *e);

/* lookup.c */
enum rc slurm_lookup(void *state, enum entity entity, const char *id, struct request *out,
                     struct err *e);

/* Decoders: one slice each. RC_OK, or why the slice is of no use. */
enum rc slurm_rest_member(struct slurm *s, const char *key, const char *text, size_t len,
                          struct delta *d, struct err *e);
enum rc slurm_rest_node(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e);
enum rc slurm_rest_job(struct slurm *s, const char *text, size_t len, struct delta *d,
                       struct err *e);
enum rc slurm_rest_job_state(struct slurm *s, const char *text, size_t len, struct delta *d,
                             struct err *e);
enum rc slurm_rest_pool(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e);
enum rc slurm_rest_reservation(struct slurm *s, const char *text, size_t len, struct delta *d,
                               struct err *e);
enum rc slurm_rest_license(struct slurm *s, const char *text, size_t len, struct delta *d,
                           struct err *e);
enum rc slurm_text_node(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e);
enum rc slurm_text_job(struct slurm *s, uint32_t tag, const char *text, size_t len, struct delta *d,
                       struct err *e);
/* The answer ended: a record that is still open is complete now. */
void slurm_text_jobs_end(struct slurm *s, uint32_t tag, struct delta *d);
enum rc slurm_text_pool(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e);
enum rc slurm_text_reservation(struct slurm *s, const char *text, size_t len, struct delta *d,
                               struct err *e);
enum rc slurm_text_license(struct slurm *s, const char *text, size_t len, struct delta *d,
                           struct err *e);
enum rc slurm_text_config(struct slurm *s, const char *text, size_t len, struct delta *d,
                          struct err *e);
enum rc slurm_rest_account(struct slurm *s, const char *text, size_t len, struct delta *d,
                           struct err *e);
enum rc slurm_text_account(struct slurm *s, uint32_t tag, const char *text, size_t len,
                           struct delta *d, struct err *e);
enum rc slurm_text_diag(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e);

/* The answer was complete: the figures become the SOURCE row. */
void slurm_text_diag_end(struct slurm *s, struct delta *d);
/* text_jobs.c: what to pass to squeue -O; the head of each line shows `tag`. */
void slurm_text_jobs_format(struct buf *out, uint32_t tag);
/* account_text.c: what stands between two columns of sacct, and which columns. */
enum { ACCOUNT_MARK_MAX = 16 };
void slurm_accounts_mark(uint32_t tag, char out[ACCOUNT_MARK_MAX]);
extern const char slurm_accounts_columns[];

#endif
