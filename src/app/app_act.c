/* SPDX-License-Identifier: MIT
 * app_act.c - suantop drain, resume, requeue, hold, release and cancel: look once, show the plan, ask, act, tell.
 * Exit status: 0 all done and seen to be done, 1 some, 2 none, 64 and more for usage and local errors. */
#include "app/app.h"

#include "app/act_result.h"
#include "app/act_targets.h"
#include "app/session.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/buf.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#define ROUND_MS 10000  /* for the first answers of all sources */
#define PREVIEW_MS 5000 /* for the requests in words */
#define TEXT_MAX ((size_t)1 << 20)
#define EXIT_NOTHING 2

struct act {
    const struct cli *cli;
    const struct verb_info *verb;
    struct session s;
    uint16_t center;
    int64_t timeout;
    bool dry_run;
    struct plan *plan;
};

/* --- the order --------------------------------------------------------------------------------- */

static enum rc find_center(struct act *a, struct err *e)
{
    const struct config *c = &a->s.config;
    const char *wanted = a->cli->value[OPTION_CENTER];
    char ids[160] = "";
    for (size_t i = 0; i < c->center_count; i++) {
        size_t used = strlen(ids);
        if (wanted != NULL ? strcmp(c->centers[i].id, wanted) == 0 : c->center_count == 1) {
            a->center = (uint16_t)i;
            return RC_OK;
        }
        snprintf(ids + used, sizeof ids - used, " %s", c->centers[i].id);
    }
    if (wanted == NULL)
        return err_set(e, RC_USAGE, "command line", S_("which center? --center is one of:%s"), ids);
    return err_set(e, RC_USAGE, "command line", S_("there is no center \"%.60s\"; there are:%s"),
                   wanted, ids);
}

static enum rc set_words(const struct act *a, struct action_order *o, struct err *e)
{
    const char *reason = a->cli->value[OPTION_REASON], *ticket = a->cli->value[OPTION_TICKET];
    uint32_t seed = 0;
    enum rc rc = RC_OK;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
        seed = (uint32_t)getpid();
    order_stamp(o, clock_wall(), seed);
    snprintf(o->actor, sizeof o->actor, "%s", a->s.act.who.actor);
    snprintf(o->actor_from, sizeof o->actor_from, "%s", a->s.act.who.actor_from);
    o->mass = a->cli->value[OPTION_MASS] != NULL;
    o->hold_after = a->cli->value[OPTION_HOLD] != NULL;
    if (reason != NULL)
        rc = order_set_reason(o, reason, e);
    if (rc == RC_OK && ticket != NULL)
        rc = order_set_ticket(o, ticket, e);
    return rc;
}

/* A center that is configured `arm` needs --arm: the command line's way to say :arm. */
static struct act_permit permit_of(const struct act *a, wall_ms now)
{
    struct act_permit permit = {.mode = a->s.act.modes[a->center]};
    if (permit.mode == ACT_ARM && a->cli->value[OPTION_ARM] != NULL) {
        permit.armed_until = now + act_limits_of(&a->s.act.limits).arm_ms;
        net_act_arm(a->s.net, a->center, permit.armed_until);
    }
    return permit;
}

static enum rc make_plan(struct act *a, const struct snapshot *snap, struct err *e)
{
    struct action_order *o = order_new(a->verb->verb, a->center);
    struct act_words words = {.words = a->cli->operands,
                              .count = a->cli->operand_count,
                              .whole_array = a->cli->value[OPTION_WHOLE_ARRAY] != NULL};
    wall_ms now = clock_wall();
    struct act_permit permit = permit_of(a, now);
    enum rc rc = set_words(a, o, e);
    if (rc == RC_OK)
        rc = act_targets(o, snap, &words, e);
    if (rc != RC_OK) {
        order_free(o);
        return rc;
    }
    return plan_make(o, snap, &a->s.act.limits, &permit, now, &a->plan, e);
}

/* --- showing it -------------------------------------------------------------------------------- */

/* The targets that would be sent, in the order in which they would be. */
static struct action_order *sendable(const struct plan *p)
{
    struct action_order *o = order_copy(p->order);
    size_t kept = 0;
    for (size_t i = 0; i < o->count; i++)
        if (!p->targets[i].refused)
            o->targets[kept++] = o->targets[i];
    o->count = kept;
    return o;
}

static void show_requests(struct act *a)
{
    struct action_order *o = sendable(a->plan);
    struct buf text;
    buf_init(&text, TEXT_MAX);
    if (o->count > 0) {
        net_act_preview(a->s.net, o);
        act_requests(&a->s, o, PREVIEW_MS, &text);
        fputs(text.data, stdout);
    }
    buf_fini(&text);
    order_free(o);
}

static void show_plan(struct act *a)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    plan_describe(a->plan, &text);
    fputs(text.data, stdout);
    buf_fini(&text);
    if (a->dry_run || a->plan->consent != CONSENT_NEVER)
        show_requests(a);
    (void)fflush(stdout);
}

/* --- asking ------------------------------------------------------------------------------------ */

static void say_question(const struct plan *p, const char *verb)
{
    if (p->consent == CONSENT_YES)
        fprintf(stderr, _("%s it? y or [N] "), verb);
    else if (p->consent == CONSENT_NAME)
        fprintf(stderr, _("work runs there. To %s it, type its name (%s): "), verb, p->expect);
    else
        fprintf(stderr, _("to %s them, type how many they are (%s): "), verb, p->expect);
    (void)fflush(stderr);
}

static enum rc ask(struct act *a, struct confirmed_order **out, struct err *e)
{
    char typed[TARGET_NAME_MAX + 2] = "";
    if (a->cli->value[OPTION_YES] != NULL || a->plan->consent == CONSENT_NEVER)
        return plan_confirm(a->plan, NULL, true, out, e);
    if (!isatty(STDIN_FILENO))
        return err_set(e, RC_USAGE, "command line",
                       S_("there is no terminal to ask on: say --yes, or --dry-run to look only"));
    say_question(a->plan, _(a->verb->name));
    if (fgets(typed, sizeof typed, stdin) == NULL)
        fputc('\n', stderr);
    typed[strcspn(typed, "\n")] = '\0';
    return plan_confirm(a->plan, typed, false, out, e);
}

/* --- doing it ---------------------------------------------------------------------------------- */

static void ending_signals(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    (void)pthread_sigmask(how, &set, NULL);
}

static int carry_out(struct act *a, struct confirmed_order *c)
{
    struct act_result result = {.session = &a->s,
                                .plan = a->plan,
                                .order = order_copy(confirmed_order_of(c)),
                                .patience_ms = a->timeout};
    struct err e = {0};
    ending_signals(SIG_BLOCK); /* from here on they stop what was not sent, and we tell the rest */
    int status = EXIT_NOTHING;
    if (net_act_commit(a->s.net, c, &e) == RC_OK)
        status = act_result_wait(&result);
    else
        (void)app_fail(&e);
    order_free(result.order);
    return status;
}

static int act_on(struct act *a)
{
    struct confirmed_order *c = NULL;
    struct err e = {0};
    show_plan(a);
    if (a->dry_run)
        return a->plan->consent == CONSENT_NEVER ? EXIT_NOTHING : 0;
    if (ask(a, &c, &e) == RC_OK)
        return carry_out(a, c);
    int status = app_fail(&e);
    fprintf(stderr, "%s\n", _("nothing was done"));
    return e.rc == RC_USAGE ? status : EXIT_NOTHING;
}

/* --- the command ------------------------------------------------------------------------------- */

/* What can be seen to be wrong before anything is asked. */
static enum rc check_words(struct act *a, struct err *e)
{
    enum rc rc = app_duration(a->cli, OPTION_TIMEOUT, ROUND_MS, &a->timeout, e);
    if (rc == RC_OK && a->verb->verb == action_verb_DRAIN && a->cli->value[OPTION_REASON] == NULL)
        rc = err_set(e, RC_USAGE, "command line",
                     S_("suantop drain needs --reason: others have to know why the node is out"));
    return rc;
}

static enum rc start(struct act *a, struct err *e)
{
    enum rc rc = find_center(a, e);
    if (rc != RC_OK)
        return rc;
    session_want_past(&a->s.past, &a->s.config, a->cli->value[OPTION_HISTORY], true);
    session_want_act(&a->s.act, &a->s.config, a->dry_run);
    ending_signals(
        SIG_BLOCK); /* for the threads; here they end the program while nothing was sent */
    rc = session_start_live(&a->s, NULL, e);
    ending_signals(SIG_UNBLOCK);
    return rc;
}

static enum rc look(struct act *a, struct err *e)
{
    size_t silent = net_wait_first_round(a->s.net, (int)a->timeout);
    ingest_flush(a->s.ingest);
    struct snapshot *snap = snapshot_hub_latest(a->s.hub);
    if (silent > 0)
        fprintf(stderr,
                _n("suantop: %zu source did not answer in time (--timeout)\n",
                   "suantop: %zu sources did not answer in time (--timeout)\n", silent),
                silent);
    enum rc rc = make_plan(a, snap, e);
    snapshot_unref(snap);
    return rc;
}

int app_act(const struct cli *cli)
{
    struct act a = {.cli = cli, .dry_run = cli->value[OPTION_DRY_RUN] != NULL};
    struct err e = {0};
    a.verb = verb_find(cli_commands[cli->command].name);
    enum rc rc = check_words(&a, &e);
    if (rc == RC_OK)
        rc = session_open(&a.s, cli->value[OPTION_CONFIG], 0, &e);
    if (rc != RC_OK)
        return app_fail(&e);
    rc = start(&a, &e);
    if (rc == RC_OK)
        rc = look(&a, &e);
    int status = rc == RC_OK ? act_on(&a) : app_fail(&e);
    plan_free(a.plan);
    session_close(&a.s);
    return app_printed(status);
}
