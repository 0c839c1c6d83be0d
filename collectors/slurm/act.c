/* SPDX-License-Identifier: MIT
 * act.c - which verb goes which way: slurmrestd where its version can, else the Slurm commands.
 *
 * With slurmrestd and commands in one source the two must be the same cluster: each says its name, and nothing
 * goes through the commands before both names are known to be equal. */
#include "collectors/slurm/slurm.h"
#include "base/sentence.h"
#include <stdio.h>
#include <string.h>

enum { NEVER = API_NEWEST + 1 };

static const struct {
    int api; /* slurmrestd can from this version on */
    /* ... and from this one on with 14_5. In v0.0.38 all ids are text and mean what they say; v0.0.39 to v0.0.41 cut
     * off the task, so that DELETE job/14_5 ends the whole array; later ones refuse where they cannot. */
    int task_api;
    const char *release, *method, *command;
} verbs[] = {
    [action_verb_DRAIN] = {39, 39, "23.02", "POST", "scontrol"},
    [action_verb_RESUME] = {39, 39, "23.02", "POST", "scontrol"},
    [action_verb_REQUEUE] = {45, 45, "26.05", "GET", "scontrol"},
    [action_verb_HOLD] = {38, NEVER, "22.05", "POST", "scontrol"},
    [action_verb_RELEASE] = {38, NEVER, "22.05", "POST", "scontrol"},
    [action_verb_CANCEL] = {38, 42, "22.05", "DELETE", "scancel"},
};

/* From 24.05 on, on a cluster that keeps no accounts, a DELETE by somebody who is neither root nor the job's
 * owner makes slurmctld wait for itself for ever. */
bool slurm_cancel_is_risky(const struct slurm *s)
{
    enum { FROM = 41 };

    return s->api >= FROM && s->accounting != ACCOUNTING_THERE &&
           !(s->opt.user != NULL && strcmp(s->opt.user, "root") == 0);
}

/* ---- ways ---- */

static enum rc ask_for_the_name(struct slurm *s, struct err *e)
{
    s->hello_failed = false;
    s->parts[PART_HELLO].due = 0;
    return err_set(e, RC_REFUSED, "slurm",
                   S_("the commands of this source have not told yet which cluster they reach"));
}

/* Are the commands those of the cluster that slurmrestd speaks for? */
static enum rc check_commands(struct slurm *s, struct err *e)
{
    bool same_door = s->rest_via == VIA_PIPE && s->opt.cluster == NULL;

    if (!slurm_uses_rest(s))
        return RC_OK;
    if (slurm_ways_differ(s))
        return err_set(e, RC_REFUSED, "slurm",
                       S_("the commands of this source reach cluster %s, its slurmrestd is %s's"),
                       s->text_cluster, s->rest_cluster);
    return s->text_cluster[0] != '\0' || same_door ? RC_OK : ask_for_the_name(s, e);
}

static enum rc no_way(const struct slurm *s, enum action_verb verb, struct err *e)
{
    return err_set(
        e, RC_UNSUPPORTED, "slurm",
        S_("slurmrestd v0.0.%d has no %s (it came with v0.0.%d, Slurm %s), so this needs the "
           "Slurm commands: give this source a command"),
        s->api, verb_info(verb)->name, verbs[verb].api, verbs[verb].release);
}

/* Does slurmrestd take this id for what it is? Lists of tasks ("14_[6-9]") only as v0.0.38 did. */
static bool takes_name(const struct slurm *s, enum action_verb verb, const char *name)
{
    const char *task = name != NULL ? strchr(name, '_') : NULL;

    if (task == NULL || s->api == 38 || verb_info(verb)->entity != ENTITY_JOB)
        return true;
    return task[1] != '[' && s->api >= verbs[verb].task_api;
}

static bool has_rest_way(const struct slurm *s, enum action_verb verb)
{
    return slurm_uses_rest(s) && s->api >= verbs[verb].api;
}

static enum rc no_task(const struct slurm *s, const char *name, struct err *e)
{
    return err_set(e, RC_UNSUPPORTED, name,
                   S_("slurmrestd v0.0.%d does not tell array tasks from their array here, so this "
                      "needs the Slurm commands: give this source a command"),
                   s->api);
}

enum rc slurm_act_way(struct slurm *s, enum action_verb verb, const char *name, enum way *w,
                      struct err *e)
{
    *w = WAY_TEXT;
    if (slurm_uses_rest(s) && s->api == 0)
        return err_set(e, RC_REFUSED, "slurm", S_("slurmrestd has not answered yet"));
    if (!has_rest_way(s, verb))
        return s->has_text ? check_commands(s, e) : no_way(s, verb, e);
    if (!takes_name(s, verb, name))
        return s->has_text ? check_commands(s, e) : no_task(s, name, e);
    bool detour = verb == action_verb_CANCEL && slurm_cancel_is_risky(s) && s->has_text &&
                  check_commands(s, NULL) == RC_OK;
    *w = detour ? WAY_TEXT : WAY_REST;
    return RC_OK;
}

/* ---- words ---- */

static void describe(struct slurm *s, enum action_verb verb, enum way w)
{
    const char *command = s->opt.command;

    if (w == WAY_REST)
        snprintf(s->how, sizeof s->how, S_("%s over slurmrestd v0.0.%d"), verbs[verb].method,
                 s->api);
    else if (command != NULL)
        snprintf(s->how, sizeof s->how, "%s through %.100s", verbs[verb].command, command);
    else
        snprintf(s->how, sizeof s->how, S_("%s on this machine"), verbs[verb].command);
}

static enum rc slurm_can(void *state, enum action_verb verb, const char **how, struct err *e)
{
    struct slurm *s = state;
    enum way w;
    enum rc rc = slurm_act_way(s, verb, NULL, &w, e);

    *how = "";
    if (rc != RC_OK)
        return rc;
    describe(s, verb, w);
    *how = s->how;
    return RC_OK;
}

const struct collector_act_ops slurm_act = {
    .can = slurm_can,
    .reread = slurm_act_reread,
    .encode = slurm_act_encode,
    .judge = slurm_act_judge,
};
