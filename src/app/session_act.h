/* SPDX-License-Identifier: MIT
 * session_act.h - the right to act: who sits here, the audit, and what the configuration allows. Thread: main.
 *
 * Without session_want_act a session has no actor, so nothing in it can send a mutating request: that is how snapshot,
 * check, doctor, record, collect and replay are. An audit that cannot be written forbids everything with that reason, and the
 * screen goes on. */
#ifndef SUAN_APP_SESSION_ACT_H
#define SUAN_APP_SESSION_ACT_H

#include "app/config.h"
#include "app/who.h"
#include "io/net_actor.h"

/* Zeroed = nothing is allowed. Does not move while a net has its actor. */
struct session_act {
    bool wanted;
    struct who who;
    struct journal *journal;
    struct act_limits limits;
    enum act_mode *modes; /* by center */
    struct net_actor actor;
    char why[480]; /* what limits.forbidden says */
};

/* Wants an actor from session_start_live on. dry_run: one that can only tell what it would send. */
void session_want_act(struct session_act *a, const struct config *c, bool dry_run);
/* For net_new; NULL without session_want_act. */
const struct net_actor *session_actor(const struct session_act *a);
void session_free_act(struct session_act *a);
/* Path of the audit. The caller frees it; NULL when there is no place for one. */
char *session_audit_path(const struct config *c);

#endif
