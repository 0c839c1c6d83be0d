/* SPDX-License-Identifier: MIT
 * act_rig.h - a rig (rig.h) that may act: real plans and a real journal, against servers that write everything down.
 *
 * Center 0 has source 0 and, after act_second(), center 1 source 1. Orders are made as a screen makes them: rows of a
 * snapshot, a plan, a confirmation. */
#ifndef SUAN_TESTS_FAKE_ACT_RIG_H
#define SUAN_TESTS_FAKE_ACT_RIG_H

#include "tests/fake/fake_http.h"
#include "tests/fake/rig.h"

struct act_rig {
    struct rig rig;
    struct fake_http *server[2];
    struct net_actor actor; /* change before act_start */
    enum act_mode modes[2];
    char folder[64], path[128];
    struct journal *journal;
    char op[ACTION_OP_MAX];       /* of the last order */
    const char *patience, *total; /* of its requests; change before act_start, long if not */
};

/* Two idle nodes n1 and n2 and a job 14 that runs, whatever is asked; the script's rules come first. */
struct act_rig *act_new(const char *script);
/* Option pairs of source 0 after its url; NULL-terminated. */
void act_start(struct act_rig *a, const char *name, const char *value);
struct act_rig *act_started(const char *script);
void act_free(struct act_rig *a);
void act_script(struct act_rig *a, size_t server, const char *script);

/* A plan for the rows of that name (nodes or jobs, as the verb wants) in that center; aborts when it is refused. */
struct plan *act_plan(struct act_rig *a, enum action_verb verb, uint16_t center,
                      const char *const *names);
struct confirmed_order *act_confirm(struct plan *p);
/* All of it; what net_act_commit said. */
enum rc act_commit(struct act_rig *a, enum action_verb verb, uint16_t center,
                   const char *const *names);

struct act_row {
    bool found;
    enum action_state state;
    char message[512], request[512], before[320], after[320];
    int status;
};
/* The row of the number-th target, from 1. */
struct act_row act_row(struct act_rig *a, const char *op, unsigned number);
/* Waits until that row is in that state (or, for accepted, beyond); whether it came so. */
bool act_wait(struct act_rig *a, const char *op, unsigned number, enum action_state state, int ms);
/* How many lines of the journal hold both texts. */
size_t act_lines(struct act_rig *a, const char *one, const char *other);
/* Waits until there are so many, or more; whether they came. */
bool act_wait_lines(struct act_rig *a, const char *one, const char *other, size_t count);
/* Number of the first such line from 1, 0 if there is none. */
size_t act_line(struct act_rig *a, const char *one, const char *other);

#endif
