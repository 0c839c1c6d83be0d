/* SPDX-License-Identifier: MIT
 * task_set.h - the tasks of an array that somebody typed: "5", "1-3,7". Pure. Thread: main. */
#ifndef SUAN_APP_TASK_SET_H
#define SUAN_APP_TASK_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TASK_RANGES = 64 };

struct task_range {
    uint32_t low, high;
    uint32_t step; /* of a row's range; 0 as 1 */
};
/* Sorted; no two touch. */
struct task_set {
    struct task_range ranges[TASK_RANGES];
    size_t count;
};

/* text[0..len) of digits, '-' and ','. False when it is none of that, or has too many pieces. */
bool task_set_parse(struct task_set *set, const char *text, size_t len);
uint64_t task_set_size(const struct task_set *set);

enum task_relation { TASKS_APART, TASKS_OVERLAP, TASKS_WITHIN };
/* How the tasks of a row ("6-99%2", "0-8:2", "5") lie to the set. A step counts as all between. *size: how many. */
enum task_relation task_set_has(const struct task_set *set, const char *tasks, uint64_t *size);

/* Is the task one of a row's ("6-99%2", "0-8:2")? */
bool task_is_among(const char *tasks, uint32_t task);
/* The highest of a row's tasks. */
uint32_t task_highest(const char *tasks);

#endif
