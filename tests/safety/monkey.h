/* SPDX-License-Identifier: MIT
 * monkey.h - somebody at the keys who knows how to act, errs often, and plays while the fleet moves; and what is held
 * against each commit. The same seed plays the same life. */
#ifndef SUAN_TESTS_SAFETY_MONKEY_H
#define SUAN_TESTS_SAFETY_MONKEY_H

#include "action/plan.h"
#include <stdbool.h>
#include <stdint.h>

struct monkey_rules {
    bool may_act;
    bool looks_only;  /* no act_* in the port */
    bool read_only;   /* of the limits */
    bool all_off;     /* actions: off everywhere */
    bool all_unarmed; /* actions: arm everywhere, and nobody types :arm */
    bool silent;      /* the schedulers stopped answering ten minutes ago */
};

struct monkey_report {
    uint64_t keys, frames, dialogs, commits, armed, refused_shown;
    uint64_t verbs[action_verb_COUNT], consents[CONSENT_NEVER];
    char
        wrong[16384]; /* "" = nothing was; else what, with the seed, the last keys and the screen */
};

struct monkey_report monkey_life(uint64_t seed, const struct monkey_rules *rules);

#endif
