/* SPDX-License-Identifier: MIT
 * slurm_act_bench.h - one verb on one target of a Slurm source, on the bench of collectors_bench.h. */
#ifndef SUAN_TESTS_UNIT_SLURM_ACT_BENCH_H
#define SUAN_TESTS_UNIT_SLURM_ACT_BENCH_H

#include "collectors/slurm/slurm.h"
#include "tests/unit/collectors_bench.h"

static const char *const over_url[] = {"url", "https://s:6820", "user", "ops", "token_file", "t",
                                       NULL};
static const char *const over_ssh[] = {"command", "ssh login1", "prefer", "text", NULL};
static const char *const local_text[] = {"prefer", "text", NULL};
static const char *const both[] = {"url", "https://s:6820", "user",       "ops", "token_file",
                                   "t",   "command",        "ssh login1", NULL};

static inline struct slurm *inside(struct bench *b)
{
    return b->state;
}

struct act {
    struct bench b;
    struct action_order *o;
    struct action_target t;
    struct request *rq;
};

static inline void act_open(struct act *a, const char *const *options, int api,
                            enum action_verb verb, const char *name)
{
    bench_open(&a->b, "slurm", options);
    inside(&a->b)->api = api;
    a->rq = NULL;
    a->o = order_new(verb, 0);
    snprintf(a->o->actor, sizeof a->o->actor, "li");
    snprintf(a->o->ticket, sizeof a->o->ticket, "T-7");
    snprintf(a->o->reason, sizeof a->o->reason, "fan");
    a->t = (struct action_target){.entity = verb_info(verb)->entity};
    snprintf(a->t.name, sizeof a->t.name, "%s", name);
}

static inline enum rc act_encode(struct act *a)
{
    struct request_list list = {{NULL}, 0};

    bench_free_request(a->rq);
    a->rq = request_add(&list);
    err_clear(&a->b.err);
    return a->b.ops->act->encode(a->b.state, a->o, &a->t, a->rq, &a->b.err);
}

static inline enum rc act_reread(struct act *a)
{
    struct request_list list = {{NULL}, 0};

    bench_free_request(a->rq);
    a->rq = request_add(&list);
    err_clear(&a->b.err);
    return a->b.ops->act->reread(a->b.state, a->o->verb, &a->t, a->rq, &a->b.err);
}

static inline enum rc act_can(struct act *a, const char **how)
{
    err_clear(&a->b.err);
    return a->b.ops->act->can(a->b.state, a->o->verb, how, &a->b.err);
}

static inline void act_close(struct act *a)
{
    bench_free_request(a->rq);
    order_free(a->o);
    bench_close(&a->b);
}

/* "POST /path {body}", or the words after the environment with | between. */
static inline const char *sent(const struct request *rq)
{
    static char out[2048];
    size_t i = 0;

    if (rq->via != VIA_COMMAND) {
        snprintf(out, sizeof out, "%s %s%s%s", rq->method, rq->path, rq->body != NULL ? " " : "",
                 rq->body != NULL ? rq->body : "");
        return out;
    }
    while (strchr(rq->argv[i], '=') != NULL || strcmp(rq->argv[i], "env") == 0)
        i++;
    out[0] = '\0';
    for (const char *sep = ""; rq->argv[i] != NULL; i++, sep = "|")
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", sep, rq->argv[i]);
    return out;
}

#endif
