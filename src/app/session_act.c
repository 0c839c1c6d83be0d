/* SPDX-License-Identifier: MIT
 * session_act.c - see session_act.h. */
#include "app/session_act.h"

#include "app/state.h"
#include "base/log.h"
#include "base/sentence.h"
#include "base/xmem.h"

#include "autoconf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "audit"

char *session_audit_path(const struct config *c)
{
    return c->audit != NULL ? xstrdup(c->audit) : state_path("audit.jsonl");
}

static const char *or_none(const char *s)
{
    return s[0] != '\0' ? s : NULL;
}

static enum rc open_journal(struct session_act *a, const struct config *c, struct err *e)
{
    const struct who *w = &a->who;
    struct journal_who who = {.uid = w->uid,
                              .user = or_none(w->user),
                              .sudo_user = or_none(w->sudo_user),
                              .tty = or_none(w->tty),
                              .ssh_client = or_none(w->ssh_client),
                              .host = or_none(w->host),
                              .version = PACKAGE_VERSION};
    char *path = session_audit_path(c);
    if (path == NULL)
        return err_set(e, RC_IO, "audit",
                       S_("no place to write it: set audit: in the configuration, or HOME"));
    enum rc rc = journal_open(path, &who, &a->journal, e);
    free(path);
    return rc;
}

/* Modes by center, as the net thread and the ui want them. */
static enum act_mode *modes_of(const struct config *c)
{
    enum act_mode *modes = xcalloc(c->center_count + 1, sizeof *modes);
    for (size_t i = 0; i < c->center_count; i++)
        modes[i] = c->centers[i].actions;
    return modes;
}

void session_want_act(struct session_act *a, const struct config *c, bool dry_run)
{
    struct err e = {0};
    a->wanted = true;
    a->modes = modes_of(c);
    who_find(&a->who);
    if (!dry_run && open_journal(a, c, &e) != RC_OK) {
        snprintf(a->why, sizeof a->why,
                 S_("the audit cannot be written, so nothing is done") ": %s: %s", e.where, e.msg);
        log_warn("%s", a->why);
        a->limits.forbidden = a->why;
    }
    a->actor = (struct net_actor){.journal = a->journal,
                                  .limits = a->limits,
                                  .modes = a->modes,
                                  .mode_count = c->center_count};
}

const struct net_actor *session_actor(const struct session_act *a)
{
    return a->wanted ? &a->actor : NULL;
}

void session_free_act(struct session_act *a)
{
    journal_close(a->journal);
    free(a->modes);
}
