/* SPDX-License-Identifier: MIT
 * monkey_int.h - shared by monkey.c (who plays) and oracle.c (who judges). */
#ifndef SUAN_TESTS_SAFETY_MONKEY_INT_H
#define SUAN_TESTS_SAFETY_MONKEY_INT_H

#include "tests/safety/monkey.h"
#include "tests/safety/stage.h"

enum { KEYS_KEPT = 64, SET_MAX = 64 };

/* What the picture said just before a key, read as a person would. */
struct seen {
    bool dialog;        /* its title was there */
    char verb[16];      /* of the title, in small letters */
    int count;          /* of the title */
    char center[128];   /* name of the center in the title */
    char target[256];   /* behind "target"; "" = several */
    char question[256]; /* what is to be typed */
    char request[64];   /* beginning of what stands behind "request" */
    char typed[256];    /* what the field holds, byte for byte */
};

struct monkey {
    struct stage *s;
    struct monkey_rules rules;
    struct monkey_report report;
    uint64_t seed, random;
    uint32_t last_keys[KEYS_KEPT];

    /* what is known without asking the dashboard */
    struct stage_center published[STAGE_CENTERS]; /* the fleet of the last picture */
    wall_ms published_at;
    wall_ms armed_since[STAGE_CENTERS], armed_until[STAGE_CENTERS];
    bool pasting;
    mono_ms character_at;
    uint32_t key; /* the one that is being handled */
    struct seen seen;

    /* the frozen targets, as they were on the screen when the key was pressed */
    char set[SET_MAX][32];
    int set_count;
    enum action_verb set_verb;
    bool set_named, set_undo;
    char ops[256][ACTION_OP_MAX]; /* that were committed */
    int op_count;
};

/* Reads the picture; before each key that could commit. */
void oracle_look(struct monkey *m);
/* Before a key that could open a dialog. */
void oracle_note_targets(struct monkey *m, enum action_verb verb);
/* During act_commit. */
void oracle_judge(struct monkey *m, const struct action_order *o);
void oracle_wrong(struct monkey *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
