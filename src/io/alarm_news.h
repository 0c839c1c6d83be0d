/* SPDX-License-Identifier: MIT
 * alarm_news.h - what is new among the alerts of a snapshot, as command lines. Pure; thread: the alarm's. */
#ifndef SUAN_IO_ALARM_NEWS_H
#define SUAN_IO_ALARM_NEWS_H

#include "base/arena.h"
#include "base/hash.h"
#include "model/snapshot.h"

/* One run of the program. */
struct alarm_event {
    struct arena arena; /* holds all of it */
    const char *const *argv;
    const char *const *env;
    struct alarm_event *next;
};

/* What was told of one alert. */
struct alarm_told {
    uint64_t key;
    uint32_t round;
    int level; /* severity; 0 = nothing, or that it ended */
};

struct alarm_news {
    const char *const *words; /* of the program, NULL-terminated; borrowed */
    wall_ms since;
    struct map by_key; /* index into told */
    struct alarm_told *told;
    size_t count, cap;
    uint32_t round;
};

void alarm_news_init(struct alarm_news *n, const char *const *words, wall_ms since);
void alarm_news_fini(struct alarm_news *n);
/* Calls event() for each thing to tell; event takes what it gets. NULL: nothing is told, but it counts as told. */
void alarm_news_look(struct alarm_news *n, const struct snapshot *s,
                     void (*event)(void *arg, struct alarm_event *e), void *arg);
void alarm_event_free(struct alarm_event *e);

#endif
