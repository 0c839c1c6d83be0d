/* SPDX-License-Identifier: MIT
 * slurm.c - the Slurm collector: its options, its state, and who decodes what. */
#include "collectors/slurm/slurm.h"
#include "base/hash.h"
#include "base/xmem.h"
#include "codec/quantity.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct option_desc options[] = {
    COMMON_HTTP_OPTIONS,
    {"command", OPT_COMMAND,
     "command to reach the cluster with, such as \"ssh login01\": slurmrestd and the Slurm commands run behind it; "
     "beside url only what slurmrestd cannot do",
     NULL, NULL},
    {"slurmrestd", OPT_PATH, "path of slurmrestd behind the command", "/usr/sbin/slurmrestd", NULL},
    {"openapi", OPT_STR, "plugins for slurmrestd -s; chosen by its release when unset", NULL, NULL},
    {"prefer", OPT_WORD, "which way to ask: the cheaper one, only slurmrestd, only the commands",
     "auto", "auto rest text"},
    {"nodes_interval", OPT_DURATION, "how often to list nodes", "30s", NULL},
    {"jobs_interval", OPT_DURATION,
     "how often to list jobs; longer when the list takes more than a tenth of it", "30s", NULL},
    {"diag_interval", OPT_DURATION, "how often to ask how the controller is", "10s", NULL},
    {"misc_interval", OPT_DURATION, "how often to list partitions, reservations and licences",
     "60s", NULL},
    {"accounting", OPT_WORD, "whether to ask the accounting (slurmdbd) how runs of jobs ended",
     "auto", "auto off"},
    {"accounting_interval", OPT_DURATION, "how often to ask it", "5m", NULL},
    {"accounting_window", OPT_DURATION, "how far back to ask it at first", "24h", NULL},
    {"rest_limit", OPT_SIZE, "size of the job list as JSON above which squeue is asked instead",
     "10M", NULL},
    {"cluster", OPT_STR, "cluster name for the commands (-M), where one controller serves several",
     NULL, NULL},
    {"conf", OPT_PATH, "slurm.conf for the commands (SLURM_CONF)", NULL, NULL},
    {"bin_dir", OPT_PATH, "folder of the Slurm commands", NULL, NULL},
};

/* xorshift64*: jitter and the marks in squeue's lines, which a job's name must not be able to guess. */
uint64_t slurm_random(struct slurm *s)
{
    s->random ^= s->random >> 12;
    s->random ^= s->random << 25;
    s->random ^= s->random >> 27;
    return s->random * UINT64_C(2685821657736338717);
}

/* ---- options ---- */

static const char *opt(const struct slurm *s, const char *name)
{
    const char *v = source_opt(&s->conf, name);

    return v != NULL && *v != '\0' ? v : NULL;
}

static enum prefer read_prefer(const struct slurm *s)
{
    const char *word = opt(s, "prefer");

    if (word != NULL && strcmp(word, "rest") == 0)
        return PREFER_REST;
    return word != NULL && strcmp(word, "text") == 0 ? PREFER_TEXT : PREFER_AUTO;
}

static void read_intervals(struct slurm *s)
{
    int64_t *ms = s->opt.interval_ms;

    ms[PART_DIAG] = source_opt_ms(&s->conf, "diag_interval", 10000);
    ms[PART_NODES] = source_opt_ms(&s->conf, "nodes_interval", 30000);
    ms[PART_JOBS] = source_opt_ms(&s->conf, "jobs_interval", 30000);
    ms[PART_POOLS] = source_opt_ms(&s->conf, "misc_interval", 60000);
    ms[PART_RESERVATIONS] = ms[PART_LICENSES] = ms[PART_POOLS];
    ms[PART_ACCOUNT] = source_opt_ms(&s->conf, "accounting_interval", 300000);
    s->opt.account_window_ms = source_opt_ms(&s->conf, "accounting_window", 86400000);
    const char *accounting = opt(s, "accounting");
    if (accounting != NULL && strcmp(accounting, "off") == 0)
        s->opt.account_window_ms = 0;
}

static void read_options(struct slurm *s)
{
    struct slurm_options *o = &s->opt;
    const char *limit = opt(s, "rest_limit");

    o->url = opt(s, "url");
    o->socket = opt(s, "socket");
    o->command = opt(s, "command");
    o->user = opt(s, "user");
    o->has_token = opt(s, "token_file") != NULL || opt(s, "token_command") != NULL;
    o->slurmrestd = opt(s, "slurmrestd") != NULL ? opt(s, "slurmrestd") : "/usr/sbin/slurmrestd";
    o->openapi = opt(s, "openapi");
    o->cluster = opt(s, "cluster");
    o->conf = opt(s, "conf");
    o->bin_dir = opt(s, "bin_dir");
    o->prefer = read_prefer(s);
    if (limit == NULL || !quantity_bytes(limit, 1, &o->rest_limit) || !(o->rest_limit > 0))
        o->rest_limit = 10.0 * 1024 * 1024;
    read_intervals(s);
}

static void find_ways(struct slurm *s)
{
    const struct slurm_options *o = &s->opt;
    bool http = o->url != NULL || o->socket != NULL;

    s->rest_via = http ? VIA_HTTP : VIA_PIPE;
    s->has_rest = http || o->command != NULL || o->prefer == PREFER_REST;
    s->has_text = !http || o->command != NULL || o->bin_dir != NULL || o->conf != NULL ||
                  o->prefer == PREFER_TEXT;
}

static enum rc slurm_open(const struct source_conf *conf, uint64_t seed, void **state,
                          struct err *e)
{
    struct slurm *s = xcalloc(1, sizeof *s);

    (void)e;
    s->conf = *conf;
    s->random = hash_u64(seed, 1) | 1;
    s->volume = (struct job_volume){
        .counted = -1, .records = -1, .counted_then = -1, .running = NAN, .ended_a_second = NAN};
    s->accounts.rows_a_second = NAN;
    s->sdiag = (struct sdiag){{NAN, NAN, NAN, NAN}, NAN, NAN};
    read_options(s);
    find_ways(s);
    seen_init(&s->nodes_seen);
    seen_init(&s->jobs_seen);
    seen_init(&s->accounts.seen);
    buf_init(&s->record, (size_t)2 << 20);
    buf_init(&s->words, (size_t)2 << 20);
    slurm_reread_open(s);
    slurm_readers_open(s);
    *state = s;
    return RC_OK;
}

static void slurm_close(void *state)
{
    struct slurm *s = state;

    if (s == NULL)
        return;
    slurm_readers_close(s);
    seen_fini(&s->nodes_seen);
    seen_fini(&s->jobs_seen);
    seen_fini(&s->accounts.seen);
    buf_fini(&s->record);
    buf_fini(&s->words);
    slurm_reread_close(s);
    free(s);
}

/* ---- slices ---- */

typedef enum rc decoder(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e);

static enum rc pass_over(struct slurm *s, const char *text, size_t len, struct delta *d,
                         struct err *e)
{
    (void)s;
    (void)text;
    (void)len;
    (void)d;
    (void)e;
    return RC_OK;
}

static const struct {
    const char *key;
    decoder *element;
} rest_elements[PART_COUNT] = {
    [PART_HELLO] = {"pings", pass_over},
    [PART_DIAG] = {"-", pass_over},
    [PART_NODES] = {"nodes", slurm_rest_node},
    [PART_JOBS] = {"jobs", slurm_rest_job},
    [PART_STATES] = {"jobs", slurm_rest_job_state},
    [PART_POOLS] = {"partitions", slurm_rest_pool},
    [PART_RESERVATIONS] = {"reservations", slurm_rest_reservation},
    [PART_LICENSES] = {"licenses", slurm_rest_license},
    [PART_ACCOUNT] = {"jobs", slurm_rest_account},
};

static decoder *const text_lines[PART_COUNT] = {
    [PART_HELLO] = slurm_text_config,
    [PART_DIAG] = slurm_text_diag,
    [PART_NODES] = slurm_text_node,
    [PART_POOLS] = slurm_text_pool,
    [PART_RESERVATIONS] = slurm_text_reservation,
    [PART_LICENSES] = slurm_text_license,
};

static enum rc decode_text(struct slurm *s, const struct request *rq, const char *text, size_t len,
                           struct delta *d, struct err *e)
{
    enum part p = part_of(rq->what);

    if (len > 0 && text[len - 1] == '\r')
        len--;
    if (p == PART_JOBS)
        return slurm_text_job(s, rq->tag, text, len, d, e);
    if (p == PART_ACCOUNT)
        return slurm_text_account(s, rq->tag, text, len, d, e);
    return text_lines[p] != NULL ? text_lines[p](s, text, len, d, e) : RC_OK;
}

static enum rc decode_slice(struct slurm *s, const struct request *rq, const char *key,
                            const char *text, size_t len, struct delta *d, struct err *e)
{
    enum part p = part_of(rq->what);
    enum rc rc;

    if (way_of(rq->what) == WAY_TEXT)
        rc = decode_text(s, rq, text, len, d, e);
    else if (strcmp(key, rest_elements[p].key) == 0)
        rc = rest_elements[p].element(s, text, len, d, e);
    else
        rc = slurm_rest_member(s, key, text, len, d, e);
    if (rc != RC_OK)
        s->answer.bad++;
    return rc;
}

static enum rc slurm_decode(void *state, const struct request *rq, const char *key,
                            const char *text, size_t len, struct delta *d, struct err *e)
{
    struct slurm *s = state;

    if (rq->what < 0 || part_of(rq->what) >= PART_COUNT)
        return RC_OK;
    if (!(rq->what & WHAT_REREAD))
        return decode_slice(s, rq, key, text, len, d, e);
    slurm_reread_swap(s);
    enum rc rc = decode_slice(s, rq, key, text, len, d, e);
    slurm_reread_swap(s);
    slurm_reread_row(s, d);
    return rc;
}

/* ---- the end of an answer ---- */

static void tell(struct slurm *s, struct delta *d)
{
    slurm_describe(s);
    delta_row(d, ENTITY_SOURCE, s->conf.id, strlen(s->conf.id));
    if (!slurm_uses_rest(s) || s->api != 0) {
        delta_str(d, FIELD_source_via, s->via);
        delta_str(d, FIELD_source_note, s->note);
    }
    if (s->release[0] != '\0')
        delta_str(d, FIELD_source_version, s->release);
    if (s->cluster[0] == '\0')
        return;
    delta_row(d, ENTITY_CENTER, s->conf.center_id, strlen(s->conf.center_id));
    delta_str(d, FIELD_center_cluster, s->cluster);
}

static void settle_list(struct slurm *s, struct seen *seen, double *since, enum way w,
                        enum poll_end end)
{
    if (end == POLL_GOOD) {
        seen_turn(seen);
        s->polls_kept++;
        double told = s->answer.last_update > 0 ? s->answer.last_update : s->asked_at;
        *since = w == WAY_REST ? told : 0;
    } else if (end != POLL_SAME) {
        seen_forget(seen);
        *since = 0;
    }
}

static void settle(struct slurm *s, enum part p, enum way w, enum poll_end end,
                   const struct reply *reply)
{
    if (p == PART_NODES) {
        settle_list(s, &s->nodes_seen, &s->nodes_since, w, end);
        if (end == POLL_SAME)
            s->since_failed = 0;
        if (end == POLL_GOOD && s->since_pause > 0)
            s->since_pause--;
    } else if (p == PART_JOBS) {
        if (end == POLL_GOOD)
            slurm_measure_jobs(s, w, reply);
        settle_list(s, &s->jobs_seen, &s->jobs_since, w, end);
    }
}

/* The release and the cluster's name help to start slurmrestd and to name the center; it goes without. */
static enum rc without_release(struct slurm *s, enum rc rc, struct err *e)
{
    if (rc != RC_OK && rc != RC_CHILD && rc != RC_IO && rc != RC_SYNTAX)
        return rc;
    s->hello_failed = s->release[0] == '\0' || (s->api != 0 && s->text_cluster[0] == '\0');
    if (rc != RC_OK && e != NULL)
        err_clear(e);
    return RC_OK;
}

static enum rc judge(struct slurm *s, const struct request *rq, const struct reply *reply,
                     mono_ms now, struct delta *d, enum poll_end *end, const char **mend,
                     struct err *e)
{
    enum part p = part_of(rq->what);

    if (p == PART_ACCOUNT) {
        *end = POLL_GOOD;
        return slurm_accounts_done(s, rq, reply, now, mend, e);
    }
    if (way_of(rq->what) == WAY_REST) {
        *end = POLL_GOOD;
        return p == PART_HELLO ? slurm_negotiated(s, rq, reply, now, mend, e)
                               : slurm_judge(s, rq, reply, end, mend, e);
    }
    if (p == PART_JOBS)
        slurm_text_jobs_end(s, rq->tag, d);
    enum rc rc = slurm_judge_command(s, rq, reply, end, mend, e);
    if (rc == RC_OK && p == PART_DIAG)
        slurm_text_diag_end(s, d);
    return p == PART_HELLO && slurm_uses_rest(s) ? without_release(s, rc, e) : rc;
}

/* slurmrestd writes no Date header; the controller's statistics say what time it is there, in whole seconds. */
static void tell_clock(const struct slurm *s, const struct reply *reply, struct delta *d)
{
    double middle = (double)reply->at - (double)reply->total_ms / 2;

    if (reply->has_date || s->controller_time <= 0)
        return;
    delta_num(d, FIELD_source_clock_ahead_ms,
              trunc((s->controller_time * 1000 + 500 - middle) / 1000) * 1000);
}

static enum rc slurm_done(void *state, const struct request *rq, const struct reply *reply,
                          mono_ms now, struct delta *d, enum poll_end *end, const char **mend,
                          struct err *e)
{
    struct slurm *s = state;
    enum part p = part_of(rq->what);

    if (rq->what < 0 || p >= PART_COUNT)
        return reply->rc;
    if (rq->what & WHAT_REREAD)
        return slurm_reread_done(s, rq, reply, d, mend, e);
    enum rc rc = judge(s, rq, reply, now, d, end, mend, e);
    if (rc != RC_OK)
        *end = POLL_BAD;
    bool good = rc == RC_OK && *end != POLL_BAD;
    settle(s, p, way_of(rq->what), *end, reply);
    bool own = p == PART_ACCOUNT || (p == PART_HELLO && way_of(rq->what) == WAY_REST);
    if (!own)
        slurm_schedule(s, p, good, now, reply);
    if (s->again)
        s->parts[p].due = now;
    s->again = false;
    tell(s, d);
    if (p == PART_DIAG && good && way_of(rq->what) == WAY_REST) {
        delta_row(d, ENTITY_SOURCE, s->conf.id, strlen(s->conf.id));
        tell_clock(s, reply, d);
    }
    memset(&s->answer, 0, sizeof s->answer);
    return rc;
}

const struct collector_ops slurm_collector = {
    .name = "slurm",
    .help = "Slurm: slurmrestd over a socket or behind a command, or the Slurm commands",
    .options = options,
    .option_count = ARRAY_LEN(options),
    .auth = AUTH_SLURM,
    .max_in_flight = 1,
    .open = slurm_open,
    .close = slurm_close,
    .plan = slurm_plan,
    .decode = slurm_decode,
    .done = slurm_done,
    .refresh = slurm_refresh,
    .lookup = slurm_lookup,
    .act = &slurm_act,
    .rank = {9, 1},
};
