/* SPDX-License-Identifier: MIT
 * verbs.c - the table of verbs.def, see request.h. */
#include "action/request.h"
#include "base/i18n.h"
#include "base/xmem.h"
#include <string.h>

/* The words of enums.def as constants that a table can point to. */
struct words {
#define ENUM_BEGIN(type)
#define WORD(type, ID, word) char type##_##ID[sizeof(word)];
#define ENUM_END(type)
#include "model/enums.def"
#undef WORD
};
static const struct words words = {
#define WORD(type, ID, word) .type##_##ID = (word),
#include "model/enums.def"
#undef ENUM_BEGIN
#undef WORD
#undef ENUM_END
};

static const struct verb_info verbs[] = {
#define VERB(ID, acts_on, letter, UNDO, participle, sentence)                                      \
    {.verb = action_verb_##ID,                                                                     \
     .name = words.action_verb_##ID,                                                               \
     .key = (letter)[0],                                                                           \
     .entity = ENTITY_##acts_on,                                                                   \
     .undo = action_verb_##UNDO,                                                                   \
     .past = (participle),                                                                         \
     .effect = (sentence)},
#include "action/verbs.def"
#undef VERB
};
/* In the order of enum action_verb: test_action_request holds that. */
_Static_assert(ARRAY_LEN(verbs) == action_verb_COUNT, "a line in verbs.def for each verb");

const struct verb_info *verb_info(enum action_verb v)
{
    return &verbs[v];
}

const char *order_effect(const struct action_order *o)
{
    if (o->verb == action_verb_REQUEUE && o->hold_after)
        return N_("stops now, and is held: it starts anew when it is released");
    return verb_info(o->verb)->effect;
}

const struct verb_info *verb_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

/* One of the words before the blank or comma is it. */
static bool has_word(const char *state, const char *word)
{
    size_t len = strcspn(state, " ,"), wanted = strlen(word);

    for (const char *p = state; p < state + len; p += strcspn(p, "+ ,") + 1)
        if (strcspn(p, "+ ,") == wanted && memcmp(p, word, wanted) == 0)
            return true;
    return false;
}

bool verb_is_shown(enum action_verb v, const char *state)
{
    bool gone = has_word(state, "gone"), known = *state && !gone && !has_word(state, "unknown");

    switch (v) {
    case action_verb_DRAIN:
        return has_word(state, "drain");
    case action_verb_RESUME:
        return known && !has_word(state, "drain");
    case action_verb_REQUEUE:
        return has_word(state, "queued") || has_word(state, "held");
    case action_verb_HOLD:
        return has_word(state, "held");
    case action_verb_RELEASE:
        return known && !has_word(state, "held");
    default: /* cancel */
        return gone || has_word(state, "cancelled");
    }
}
