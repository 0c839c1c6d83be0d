/* SPDX-License-Identifier: MIT
 * account_text.c - a line of sacct as an ATTEMPT row.
 *
 * A job's name may hold whatever its owner liked, line ends too. So what stands between two columns holds a number that
 * was drawn for this request, the name comes last, and a line without all columns is none. */
#include "base/hash.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/quantity.h"
#include "collectors/slurm/rows.h"
#include "collectors/slurm/slurm.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum column {
    JOB,
    RAW,
    STATE,
    UID,
    USER,
    ACCOUNT,
    POOL,
    SUBMIT,
    ELIGIBLE,
    START,
    END,
    NODE_COUNT,
    CPUS,
    TRES,
    NODES,
    NAME,
    COLUMNS
};
const char slurm_accounts_columns[] =
    "JobID,JobIDRaw,State,UID,User,Account,Partition,Submit,Eligible,Start,End,NNodes,AllocCPUS,AllocTRES,"
    "NodeList,JobName";

void slurm_accounts_mark(uint32_t tag, char out[ACCOUNT_MARK_MAX])
{
    snprintf(out, ACCOUNT_MARK_MAX, "\x1f:%08x\x1f", tag);
}

static bool cut_columns(struct span line, uint32_t tag, struct span v[COLUMNS])
{
    char mark[ACCOUNT_MARK_MAX];

    slurm_accounts_mark(tag, mark);
    for (int i = 0; i < NAME; i++) {
        const char *at = memmem(line.text, line.len, mark, strlen(mark));
        if (at == NULL)
            return false;
        v[i] = (struct span){line.text, (size_t)(at - line.text)};
        line.len -= v[i].len + strlen(mark);
        line.text = at + strlen(mark);
    }
    v[NAME] = line;
    return true;
}

static double number(struct span v)
{
    double n;

    return slurm_number_text(v, &n) && n >= 0 ? n : NAN;
}

/* "CANCELLED by 995": the owner's name, root, or the number. */
static struct span canceller(const struct span *v)
{
    static const char by[] = " by ";
    const char *at =
        v[STATE].len > 0 ? memmem(v[STATE].text, v[STATE].len, by, sizeof by - 1) : NULL;

    if (at == NULL)
        return (struct span){"", 0};
    const char *from = at + sizeof by - 1;
    struct span uid = {from, (size_t)(v[STATE].text + v[STATE].len - from)};
    if (uid.len == v[UID].len && memcmp(uid.text, v[UID].text, uid.len) == 0)
        return v[USER];
    return span_is(uid, "0") ? (struct span){"root", 4} : uid;
}

/* slurmrestd gives a part of a heterogeneous job, 14+1 here, the number of its own. */
static struct span name_of(const struct slurm *s, const struct span *v)
{
    bool part = v[JOB].len > 0 && memchr(v[JOB].text, '+', v[JOB].len) != NULL;
    bool jobs_by_rest = slurm_uses_rest(s) && s->jobs_way == WAY_REST;

    return part && jobs_by_rest ? v[RAW] : v[JOB];
}

static double gpus(struct slurm *s, struct span tres)
{
    double n = NAN;

    buf_reset(&s->words);
    buf_add(&s->words, tres.text, tres.len);
    buf_addc(&s->words, '\0');
    bool told = !s->words.failed && quantity_tres(s->words.data, "gres/gpu", &n);
    s->accounts.counts_devices |= told;
    return told ? n : s->accounts.counts_devices ? 0 : NAN;
}

static void read_record(struct slurm *s, const struct span *v, struct attempt_record *a)
{
    const struct span none = {"", 0};
    bool nowhere = v[NODES].len > 4 && memcmp(v[NODES].text, "None", 4) == 0; /* "None assigned" */

    a->state = v[STATE];
    a->name = v[NAME];
    a->user = v[USER];
    a->account = v[ACCOUNT];
    a->pool = v[POOL];
    a->nodes = nowhere ? none : v[NODES];
    a->failed_node = none;
    a->ended_by = canceller(v);
    a->submit = time_of(v[SUBMIT]);
    a->eligible = time_of(v[ELIGIBLE]);
    a->start = time_of(v[START]);
    a->end = time_of(v[END]);
    a->node_count = number(v[NODE_COUNT]);
    a->cpus = number(v[CPUS]);
    a->devices = gpus(s, v[TRES]);
    a->restarts = NAN;
}

enum rc slurm_text_account(struct slurm *s, uint32_t tag, const char *text, size_t len,
                           struct delta *d, struct err *e)
{
    struct span v[COLUMNS];
    struct attempt_record a;
    struct seen *seen = &s->accounts.seen;
    uint64_t hash, key;

    if (!cut_columns((struct span){text, len}, tag, v)) {
        slurm_is_junk(s, NULL, text, len);
        return RC_OK;
    }
    if (!s->answer.heading && span_is(v[JOB], "JobID")) {
        s->answer.heading = true;
        return RC_OK;
    }
    /* Without the marks, which are others each time. */
    hash = hash_bytes(0, text, v[JOB].len);
    for (int i = RAW; i < COLUMNS; i++)
        hash = hash_bytes(hash, v[i].text, v[i].len);
    s->answer.rows++;
    bool known = seen_before(seen, hash, &key);
    if (!s->accounts.past)
        seen_add(seen, hash, 0);
    if (known)
        return RC_OK;
    if (!job_id_read(&a.job, name_of(s, v)))
        return err_set(e, RC_SCHEMA, "sacct", S_("a record without a job id"));
    read_record(s, v, &a);
    put_attempt(d, &a);
    return RC_OK;
}
