/* SPDX-License-Identifier: MIT
 * answer.c - what the decoders tell about the answer under way, besides its rows. */
#include "collectors/slurm/slurm.h"
#include <stdio.h>
#include <string.h>

bool slurm_keep_if_seen(struct slurm *s, struct seen *seen, struct delta *d, enum entity e,
                        uint64_t hash)
{
    uint64_t key;

    if (!seen_before(seen, hash, &key)) {
        s->answer.rows++;
        return false;
    }
    delta_keep(d, e, key);
    seen_add(seen, hash, key);
    s->answer.rows++;
    s->answer.kept++;
    return true;
}

bool slurm_is_junk(struct slurm *s, const char *begin, const char *text, size_t len)
{
    struct answer *a = &s->answer;

    if (begin != NULL && len >= strlen(begin) && memcmp(text, begin, strlen(begin)) == 0)
        return false;
    if (len >= 3 && memcmp(text, "No ", 3) == 0)
        a->said_none =
            true; /* "No reservations in the system", "No licenses configured in Slurm." */
    if (len > 0 && a->junk++ == 0)
        snprintf(a->junk_text, sizeof a->junk_text, "%.*s", len < 80 ? (int)len : 80, text);
    return true;
}

void slurm_put_controller(struct slurm *s, struct delta *d, const struct controller_figures *f)
{
    delta_row(d, ENTITY_SOURCE, s->conf.id, strlen(s->conf.id));
    delta_num(d, FIELD_source_controller_threads, f->threads);
    delta_num(d, FIELD_source_controller_queue, f->queue);
    delta_num(d, FIELD_source_scheduler_cycle_ms, f->cycle_us / 1000);
    delta_num(d, FIELD_source_server_cost_ms, f->cost_us / 1000);
}
