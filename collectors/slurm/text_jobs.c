/* SPDX-License-Identifier: MIT
 * text_jobs.c - squeue's output as JOB rows.
 *
 * squeue prints what its users gave it: a job's name may hold the delimiter, line ends and whatever
 * else. So the name comes last, behind everything that Slurm itself wrote; each record begins with
 * its id and a number that was drawn for this request, so that no name can pretend to be a record; and
 * a line without that head continues the record before it. The delimiter is 0x1f. */
#include "base/hash.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/quantity.h"
#include "collectors/slurm/rows.h"
#include "collectors/slurm/slurm.h"
#include "collectors/slurm/states.h"
#include "collectors/slurm/value.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DELIMITER '\x1f'
enum { RECORD_MAX = 1 << 20 };

enum {
#define COLUMN(id, name) COLUMN_##id,
#include "collectors/slurm/columns.def"
    COLUMN_NAME,
    COLUMN_COUNT
};

void slurm_text_jobs_format(struct buf *out, uint32_t tag)
{
    static const char *const names[] = {
#define COLUMN(id, name) name,
#include "collectors/slurm/columns.def"
        "Name"};

    /* A suffix that began with a digit would be read as a width. */
    buf_addf(out, "JobArrayID:%c:%08x%c", DELIMITER, tag, DELIMITER);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        buf_addf(out, ",%s:%c", names[i], DELIMITER);
}

/* ---- one record ---- */

/* Cuts at the delimiters; the name is what is left, without the delimiter at its end. */
static bool cut_columns(struct span line, struct span *v)
{
    for (int i = 0; i < COLUMN_NAME; i++) {
        const char *end = memchr(line.text, DELIMITER, line.len);
        if (end == NULL)
            return false;
        v[i] = (struct span){line.text, (size_t)(end - line.text)};
        line.len -= v[i].len + 1;
        line.text = end + 1;
    }
    if (line.len > 0 && line.text[line.len - 1] == DELIMITER)
        line.len--;
    v[COLUMN_NAME] = line;
    return true;
}

static enum job_state put_state(struct delta *d, const struct span *v)
{
    struct job_words w = {job_state_UNKNOWN, 0};
    const char *word = job_words_add(&w, v[COLUMN_STATE].text, v[COLUMN_STATE].len);
    struct span reason = v[COLUMN_REASON];
    bool held = span_is(v[COLUMN_PRIORITY], "0") ||
                (reason.len >= 7 && memcmp(reason.text, "JobHeld", 7) == 0);

    if (w.state == job_state_QUEUED && held)
        w.state = job_state_HELD;
    delta_int(d, FIELD_job_state, w.state);
    if (word != NULL)
        delta_str(d, FIELD_job_raw_state, word);
    else
        put_str(d, FIELD_job_raw_state, v[COLUMN_STATE]);
    return w.state;
}

/* The terminated copies that the TRES readers need, one after the other in one buffer. */
static const char *copy(struct buf *b, struct span v)
{
    size_t at = b->len;

    buf_add(b, v.text, v.len);
    buf_addc(b, '\0');
    return b->failed ? "" : b->data + at;
}

static double number(struct span v, double fallback)
{
    double n;

    return slurm_number_text(v, &n) && n >= 0 ? n : fallback;
}

/* Whoever has whole nodes has their devices too, asked for or not. How many squeue only says where the cluster
 * counts GPUs as a TRES. */
static bool has_unknown_devices(const struct slurm *s, const struct span *v)
{
    return span_is(v[COLUMN_SHARE], "NO") && !s->gpus_counted;
}

/* Without accounting squeue does not say which devices a job got: what it asked for then counts. */
static void put_devices(struct slurm *s, struct delta *d, const struct span *v,
                        enum job_state state)
{
    double n, requested;

    buf_reset(&s->words);
    /* Room for all at once, or the first pointers would move away. */
    if (buf_reserve(&s->words, v[COLUMN_PER_NODE].len + v[COLUMN_PER_JOB].len +
                                   v[COLUMN_PER_TASK].len + v[COLUMN_ALLOC].len + 8) == NULL)
        return;
    struct job_devices j = {.per_node = copy(&s->words, v[COLUMN_PER_NODE]),
                            .per_job = copy(&s->words, v[COLUMN_PER_JOB]),
                            .per_task = copy(&s->words, v[COLUMN_PER_TASK]),
                            .requested = "",
                            .nodes = number(v[COLUMN_NODES], 1),
                            .tasks = number(v[COLUMN_TASKS], 1)};
    const char *alloc = copy(&s->words, v[COLUMN_ALLOC]);
    requested = devices_requested(&j);
    bool counted = quantity_tres(alloc, "gres/gpu", &n);
    if (requested == 0 && counted)
        requested = n;
    delta_num(d, FIELD_job_devices_requested, requested);
    delta_num(d, FIELD_job_devices_allocated,
              !job_holds_devices(state)   ? NAN
              : counted                   ? n
              : has_unknown_devices(s, v) ? NAN
                                          : requested);
    delta_num(d, FIELD_job_memory_bytes, quantity_tres(alloc, "mem", &n) && n > 0 ? n : NAN);
}

static void put_times(struct delta *d, const struct span *v, enum job_state state)
{
    struct job_times t = {time_of(v[COLUMN_SUBMIT]), time_of(v[COLUMN_ELIGIBLE]),
                          time_of(v[COLUMN_START]), time_of(v[COLUMN_END]),
                          time_of(v[COLUMN_PREEMPT])};

    put_job_times(d, state, &t);
    put_limit(d, FIELD_job_time_limit_seconds, v[COLUMN_LIMIT]);
}

/* 22.05 prints the wait status ("768"), later releases "3:0". */
static void put_exit(struct delta *d, struct span v, enum job_state state)
{
    const char *colon = v.len > 0 ? memchr(v.text, ':', v.len) : NULL;
    double code = 0, signal = 0;

    if (colon != NULL) {
        size_t n = (size_t)(colon - v.text);
        bool known = slurm_number_text((struct span){v.text, n}, &code) &&
                     slurm_number_text((struct span){colon + 1, v.len - n - 1}, &signal);
        put_job_exit(d, state, known, code, signal);
        return;
    }
    bool known = slurm_number_text(v, &code) && code >= 0 && code < 65536;
    unsigned status = known ? (unsigned)code : 0;
    put_job_exit(d, state, known, status >> 8 & 0xff, status & 0x7f);
}

static void put_words(struct delta *d, const struct span *v)
{
    delta_strn(d, FIELD_job_name, v[COLUMN_NAME].text, v[COLUMN_NAME].len);
    put_str(d, FIELD_job_user, v[COLUMN_USER]);
    put_str(d, FIELD_job_account, v[COLUMN_ACCOUNT]);
    put_str(d, FIELD_job_pool, v[COLUMN_POOL]);
    put_str(d, FIELD_job_qos, v[COLUMN_QOS]);
    put_str(d, FIELD_job_nodes, v[COLUMN_LIST]);
    put_str(d, FIELD_job_required_nodes, v[COLUMN_WANTS]);
    put_str(d, FIELD_job_licenses, v[COLUMN_LICENSES]);
    put_str(d, FIELD_job_dependency, v[COLUMN_DEPENDENCY]);
    put_str(d, FIELD_job_features, v[COLUMN_FEATURES]);
    put_str(d, FIELD_job_reservation, v[COLUMN_RESERVATION]);
}

static void put_numbers(struct delta *d, const struct span *v)
{
    double requeue;

    put_num(d, FIELD_job_priority, v[COLUMN_PRIORITY], 1);
    put_num(d, FIELD_job_cpus, v[COLUMN_CPUS], 1);
    put_num(d, FIELD_job_node_count, v[COLUMN_NODES], 1);
    put_num(d, FIELD_job_restarts, v[COLUMN_RESTARTS], 1);
    if (slurm_number_text(v[COLUMN_REQUEUE], &requeue))
        delta_int(d, FIELD_job_requeueable, requeue != 0);
    else
        delta_absent(d, FIELD_job_requeueable);
}

static enum rc decode(struct slurm *s, struct span id_text, struct span line, struct delta *d,
                      struct err *e)
{
    const struct span none = {"", 0};
    struct span v[COLUMN_COUNT];
    struct job_id id;
    uint64_t hash = hash_bytes(hash_bytes(0, id_text.text, id_text.len), line.text, line.len);

    if (id_text.len > 0 && (id_text.text[0] < '0' || id_text.text[0] > '9')) {
        s->answer.heading = true;
        s->answer.all_columns = cut_columns(line, v) && v[COLUMN_NAME].len > 0;
        return RC_OK;
    }
    if (slurm_keep_if_seen(s, &s->jobs_seen, d, ENTITY_JOB, hash))
        return RC_OK;
    if (!job_id_read(&id, id_text) || !cut_columns(line, v))
        return err_set(e, RC_SCHEMA, "squeue", S_("a line without its columns"));
    job_id_number(&id, v[COLUMN_NUMBER]);
    put_job_id(d, &id);
    enum job_state state = put_state(d, v);
    put_job_reason(d, v[COLUMN_REASON], none, &s->words);
    put_words(d, v);
    put_numbers(d, v);
    put_devices(s, d, v, state);
    put_times(d, v, state);
    put_exit(d, v[COLUMN_EXIT], state);
    seen_add(&s->jobs_seen, hash, delta_last_key(d));
    return RC_OK;
}

/* ---- lines ---- */

/* "14_[2-99]<1f>:00c0ffee<1f>...": the id, and how long the head is; 0 when it is none. */
static size_t head_of(uint32_t tag, const char *text, size_t len, struct span *id)
{
    char mark[16];
    int n = snprintf(mark, sizeof mark, "%c:%08x%c", DELIMITER, tag, DELIMITER);
    const char *at = memchr(text, DELIMITER, len);

    if (at == NULL || (size_t)(text + len - at) < (size_t)n || memcmp(at, mark, (size_t)n) != 0)
        return 0;
    *id = (struct span){text, (size_t)(at - text)};
    return id->len + (size_t)n;
}

static enum rc decode_record(struct slurm *s, uint32_t tag, const char *text, size_t len,
                             struct delta *d, struct err *e)
{
    struct span id;
    size_t head = head_of(tag, text, len, &id);

    return decode(s, id, (struct span){text + head, len - head}, d, e);
}

static bool is_complete(const char *text, size_t len)
{
    return len > 0 && text[len - 1] == DELIMITER;
}

static enum rc close_record(struct slurm *s, uint32_t tag, struct delta *d, struct err *e)
{
    if (!s->answer.record_open)
        return RC_OK;
    s->answer.record_open = false;
    return decode_record(s, tag, s->record.data, s->record.len, d, e);
}

static void open_record(struct slurm *s, const char *text, size_t len)
{
    buf_reset(&s->record);
    buf_add(&s->record, text, len);
    s->answer.record_open = true;
}

enum rc slurm_text_job(struct slurm *s, uint32_t tag, const char *text, size_t len, struct delta *d,
                       struct err *e)
{
    struct span id;

    if (head_of(tag, text, len, &id) > 0) {
        enum rc rc = close_record(s, tag, d, e);
        if (!is_complete(text, len))
            open_record(s, text, len);
        else if (rc == RC_OK)
            rc = decode_record(s, tag, text, len, d, e);
        else
            decode_record(s, tag, text, len, d, NULL);
        return rc;
    }
    if (!s->answer.record_open) {
        slurm_is_junk(s, NULL, text, len);
        return RC_OK;
    }
    if (s->record.len + len < RECORD_MAX) {
        buf_addc(&s->record, '\n');
        buf_add(&s->record, text, len);
    }
    return is_complete(text, len) ? close_record(s, tag, d, e) : RC_OK;
}

void slurm_text_jobs_end(struct slurm *s, uint32_t tag, struct delta *d)
{
    if (close_record(s, tag, d, NULL) != RC_OK)
        s->answer.bad_at_end++;
}
