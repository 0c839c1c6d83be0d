/* SPDX-License-Identifier: MIT
 * lookup.c - a request for the raw record of one thing.
 *
 * The name came from outside, so it goes out as one encoded path segment or one argv element, and only if
 * it is a plain name: nothing that a command would take for an option, a list of hosts or a path. */
#include "collectors/slurm/slurm.h"
#include "base/sentence.h"
#include <stdio.h>
#include <string.h>

static const struct {
    enum entity entity;
    const char *rest;    /* path segment */
    const char *command; /* of scontrol show */
} kinds[] = {
    {ENTITY_JOB, "job", "job"},
    {ENTITY_NODE, "node", "node"},
    {ENTITY_POOL, "partition", "partition"},
    {ENTITY_RESERVATION, "reservation", "reservation"},
};

/* "14_[6-99]" is asked for as its array "14"; false when it is no job id. */
static bool job_name(const char *id, char *out, size_t size)
{
    size_t len = strcspn(id, "[");

    while (len > 0 && id[len] == '[' && id[len - 1] == '_')
        len--;
    if (len == 0 || len >= size || id[strspn(id, "0123456789_[]-,%:.+")] != '\0')
        return false;
    if (strspn(id, "0123456789_+") < len || id[0] < '0' || id[0] > '9')
        return false;
    snprintf(out, size, "%.*s", (int)len, id);
    return true;
}

static enum rc refuse(enum entity entity, struct err *err)
{
    return err_set(err, RC_USAGE, entity_info(entity)->id,
                   S_("this name has characters that are not passed on"));
}

enum rc slurm_lookup(void *state, enum entity entity, const char *id, struct request *out,
                     struct err *err)
{
    struct slurm *s = state;
    char name[256];
    size_t k = 0;

    while (k < sizeof kinds / sizeof kinds[0] && kinds[k].entity != entity)
        k++;
    if (k == sizeof kinds / sizeof kinds[0])
        return err_set(err, RC_UNSUPPORTED, "slurm", S_("Slurm has no record of its own for this"));
    if (entity == ENTITY_JOB ? !job_name(id, name, sizeof name) : !slurm_name_is_plain(id))
        return refuse(entity, err);
    if (entity != ENTITY_JOB)
        snprintf(name, sizeof name, "%s", id);
    if (slurm_uses_rest(s) && s->api != 0) {
        slurm_ask_rest(s, out,
                       request_str(out, "/slurm/v0.0.%d/%s/%s", s->api, kinds[k].rest,
                                   request_encode(out, name)));
    } else if (s->has_text) {
        const char *const command[] = {"scontrol", "-d", "show", kinds[k].command, name, NULL};
        slurm_ask_command(s, out, command);
    } else {
        return err_set(err, RC_UNSUPPORTED, "slurm", S_("slurmrestd has not answered yet"));
    }
    out->what = WHAT_LOOKUP;
    out->cut = CUT_WHOLE;
    return RC_OK;
}
