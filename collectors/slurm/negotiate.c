/* SPDX-License-Identifier: MIT
 * negotiate.c - which REST API version, and for a slurmrestd behind a command how to start it.
 *
 * Over HTTP: GET ping of each version from the newest down; absent is a 404. Behind a command every 404
 * ends the server, so the controller's release is asked for first (scontrol, through the same command),
 * and the version and the plugins follow from it. What cannot be started is replaced by the commands. */
#include "collectors/slurm/slurm.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "collectors/slurm/value.h"
#include <stdio.h>
#include <string.h>

enum { RETRY_MS = 600000 };

static const struct {
    const char *release; /* from this one on */
    int api;
    const char *plugins; /* for -s; NULL = its own choice is right */
} releases[] = {
    {"26.05", 45, NULL},
    {"25.11", 44, NULL},
    {"25.05", 43, NULL},
    {"24.11", 42, NULL},
    {"24.05", 41, NULL},
    {"23.11", 40, NULL},
    {"23.02", 39, "openapi/v0.0.39"},
    {"22.05", 38, "openapi/v0.0.38"},
};

/* Row of the known release, -1 if none is known. Releases sort as text: "22.05.8". */
static int release_row(const struct slurm *s)
{
    for (size_t i = 0; s->release[0] != '\0' && i < ARRAY_LEN(releases); i++)
        if (strncmp(s->release, releases[i].release, 5) >= 0)
            return (int)i;
    return -1;
}

enum way slurm_hello_way(const struct slurm *s)
{
    bool ask_release = s->rest_via == VIA_PIPE && s->release[0] == '\0' && !s->hello_failed;

    return ask_release ? WAY_TEXT : WAY_REST;
}

int slurm_asking(struct slurm *s)
{
    int row = release_row(s);

    if (s->asking == 0)
        s->asking = s->rest_via == VIA_PIPE && row >= 0 ? releases[row].api : API_NEWEST;
    return s->asking;
}

/* The ways of starting it, best first; NULL = without -s. Without plugins 22.05 loads all that are
 * installed, and the accounting one is fatal on a cluster without accounting. */
static size_t launches(const struct slurm *s, const char *out[4])
{
    int row = release_row(s);
    size_t n = 0;

    if (s->opt.openapi != NULL) {
        out[n++] = s->opt.openapi;
        return n;
    }
    if (row >= 0) {
        out[n++] = releases[row].plugins;
        if (releases[row].plugins != NULL)
            out[n++] = NULL;
        return n;
    }
    out[n++] = NULL;
    out[n++] = "openapi/v0.0.38";
    out[n++] = "openapi/v0.0.39";
    return n;
}

const char *slurm_launch_plugins(const struct slurm *s)
{
    const char *ways[4];
    size_t n = launches(s, ways);

    return ways[s->launch < n ? s->launch : n - 1];
}

/* The commands take over; `why` becomes the note. */
static enum rc bury_rest(struct slurm *s, mono_ms now, const char *why)
{
    s->rest_dead = true;
    s->rest_retry = now + RETRY_MS;
    s->asking = 0;
    s->launch = 0;
    for (int i = 0; i < PART_COUNT; i++)
        s->parts[i].due = now;
    snprintf(s->dead_why, sizeof s->dead_why, "%s", why);
    return RC_OK;
}

static void first_line(const char *text, char *out, size_t size)
{
    text += strspn(text, " \t\r\n");
    snprintf(out, size, "%.*s", (int)strcspn(text, "\r\n"), text);
}

/* It ended instead of answering: another way of starting it, or none. */
static enum rc not_started(struct slurm *s, const struct reply *reply, mono_ms now,
                           const char **mend, struct err *e)
{
    const char *ways[4];
    char line[90], why[120];
    bool absent = reply->status == 126 || reply->status == 127;

    if (!absent && ++s->launch < launches(s, ways)) {
        s->asking = 0;
        return RC_OK;
    }
    first_line(reply->head[0] != '\0' ? reply->head : reply->err.msg, line, sizeof line);
    snprintf(why, sizeof why, S_("slurmrestd does not start (%s)"), line);
    if (s->opt.prefer != PREFER_REST)
        return bury_rest(s, now, why);
    s->launch = 0;
    s->asking = 0;
    *mend = S_("set slurmrestd: to its path on that host, or prefer: text");
    return err_set(e, RC_CHILD, "slurmrestd", "%s", why);
}

static enum rc version_absent(struct slurm *s, const char **mend, struct err *e)
{
    if (s->asking > API_OLDEST) {
        s->asking--;
        return RC_OK;
    }
    s->asking = 0;
    *mend = S_("is this slurmrestd 22.05 or newer, and were its slurmctld plugins loaded (-s)?");
    return err_set(e, RC_UNSUPPORTED, "slurmrestd",
                   S_("offers none of the API versions v0.0.%d to v0.0.%d"), API_OLDEST,
                   API_NEWEST);
}

static bool is_absent(const struct reply *reply, const struct answer *a)
{
    return reply->status == 404 && !a->has_error && !slurm_is_html(reply) &&
           (reply->rc == RC_OK || reply->rc == RC_SYNTAX);
}

static void agreed(struct slurm *s, int api)
{
    if (s->volume.measured && api != s->api)
        s->volume.measured = false;
    if (api != s->api)
        s->accounts.rest_absent = false;
    s->api = api;
    s->asking = 0;
    s->since_failed = s->since_pause = 0;
    for (int i = 0; i < PART_COUNT; i++) {
        struct schedule *part = &s->parts[i];
        part->absent = part->absent && part->missed == api;
        part->due = part->absent ? part->due : 0;
    }
}

enum rc slurm_negotiated(struct slurm *s, const struct request *rq, const struct reply *reply,
                         mono_ms now, const char **mend, struct err *e)
{
    bool pipe = rq->via == VIA_PIPE;
    enum poll_end end = POLL_GOOD;

    if (pipe && reply->rc == RC_CHILD && reply->status != 255)
        return not_started(s, reply, now, mend, e);
    if (is_absent(reply, &s->answer))
        return version_absent(s, mend, e);
    if (pipe && reply->rc == RC_OK && reply->status == 401 && s->opt.prefer != PREFER_REST)
        return bury_rest(s, now, S_("slurmrestd behind the command refuses the local user"));
    enum rc rc = slurm_judge(s, rq, reply, &end, mend, e);
    if (rc == RC_OK)
        agreed(s, (int)rq->tag);
    return rc;
}
