/* SPDX-License-Identifier: MIT
 * names.c - which names are passed on to Slurm, and how those of jobs are written.
 *
 * scontrol takes nodename=a,b[1-999] for a list of hosts and ALL for all of them, and so does slurmctld with
 * a name that came over REST. So nothing goes out that could be more than the one thing that it names. Pure. */
#include "collectors/slurm/rows.h"
#include "base/sentence.h"
#include "collectors/slurm/slurm.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 400 }; /* bytes of "6-9,12": a URL and a command line must hold it */

bool slurm_name_is_plain(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len < 256 && name[0] != '-' && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

static size_t digits(const char *text)
{
    size_t n = strspn(text, "0123456789");

    return n < 12 ? n : 0;
}

/* "8" and "8-28" as they are, "8-28:2" one by one: a step is not understood everywhere. */
static const char *add_range(struct buf *out, const char *p)
{
    size_t from_len = digits(p);
    long from = strtol(p, NULL, 10), to = from, step = 1;

    if (from_len == 0)
        return NULL;
    p += from_len;
    if (*p == '-') {
        to = strtol(p + 1, NULL, 10);
        if (digits(p + 1) == 0 || to < from)
            return NULL;
        p += 1 + digits(p + 1);
    }
    if (*p == ':') {
        step = strtol(p + 1, NULL, 10);
        if (digits(p + 1) == 0 || step < 1)
            return NULL;
        p += 1 + digits(p + 1);
    }
    if (step == 1 && to > from)
        buf_addf(out, "%ld-%ld", from, to);
    else
        for (long i = from; i <= to && out->len <= LIST_MAX; i += step)
            buf_addf(out, "%s%ld", i > from ? "," : "", i);
    return p;
}

/* The tasks of "6-9,12%4]"; false when it is not just such a list, or too long. */
static bool add_tasks(struct buf *out, const char *p)
{
    while ((p = add_range(out, p)) != NULL && out->len <= LIST_MAX && *p == ',') {
        buf_addc(out, ',');
        p++;
    }
    if (p == NULL)
        return false;
    if (*p == '%')
        p += 1 + digits(p + 1);
    return strcmp(p, "]") == 0 && out->len <= LIST_MAX && !out->failed;
}

static enum rc waiting_tasks(const char *name, size_t array, bool whole, char *out, size_t size,
                             struct err *e)
{
    struct buf tasks;

    if (!whole)
        return err_set(
            e, RC_REFUSED, name,
            S_("this row stands for all waiting tasks of an array, and only one was meant"));
    buf_init(&tasks, LIST_MAX * 4);
    bool good = add_tasks(&tasks, name + array + 2);
    if (good)
        good = (size_t)snprintf(out, size, "%.*s_[%s]", (int)array, name, tasks.data) < size;
    buf_fini(&tasks);
    if (good)
        return RC_OK;
    return err_set(e, RC_REFUSED, name,
                   S_("this list of array tasks is too long to be named in one request"));
}

enum rc slurm_job_name(const char *name, bool whole, char *out, size_t size, struct err *e)
{
    size_t job = digits(name);
    const char *rest = name + job;

    if (job > 0 && *rest == '+')
        return err_set(e, RC_REFUSED, name,
                       S_("this is a part of a heterogeneous job: act on the whole, %.*s"),
                       (int)job, name);
    if (job > 0 && strncmp(rest, "_[", 2) == 0)
        return waiting_tasks(name, job, whole, out, size, e);
    bool task = job > 0 && *rest == '_' && digits(rest + 1) > 0 &&
                rest[1 + digits(rest + 1)] == '\0' && !whole;
    if (job == 0 || (*rest != '\0' && !task) || strlen(name) >= size)
        return err_set(e, RC_REFUSED, "job", S_("this is not a job id, so it is not passed on"));
    snprintf(out, size, "%s", name);
    return RC_OK;
}
