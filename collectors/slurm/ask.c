/* SPDX-License-Identifier: MIT
 * ask.c - a part and a way as a request: paths, command lines, limits. */
#include "collectors/slurm/slurm.h"
#include "base/xmem.h"
#include <stdio.h>
#include <string.h>

enum {
    FIRST_BYTE_MS = 15000,      /* slurmrestd itself gives a silent slurmctld 10 s */
    FIRST_BYTE_MAX_MS = 120000, /* for a job list of hundreds of megabytes */
    BODY_MS = 60000,
    COMMAND_MS = 30000,
    SQUEUE_MS = 60000,
    ARGV_MAX = 32
};
#define MIB (UINT64_C(1) << 20)

static const struct {
    const char *path; /* behind /slurm/v0.0.N/ */
    const char *arrays[2];
    int lists; /* enum entity, -1 = none */
    uint64_t body_max;
} rest_parts[PART_COUNT] = {
    [PART_HELLO] = {"ping", {"pings"}, -1, 4 * MIB},
    [PART_DIAG] = {"diag", {"-"}, -1, 4 * MIB},
    [PART_NODES] = {"nodes", {"nodes"}, ENTITY_NODE, 256 * MIB},
    [PART_JOBS] = {"jobs", {"jobs"}, ENTITY_JOB, 256 * MIB},
    [PART_STATES] = {"jobs/state", {"jobs"}, -1, 256 * MIB},
    [PART_POOLS] = {"partitions", {"partitions"}, ENTITY_POOL, 32 * MIB},
    [PART_RESERVATIONS] = {"reservations", {"reservations"}, ENTITY_RESERVATION, 32 * MIB},
    [PART_LICENSES] = {"licenses", {"licenses"}, ENTITY_LICENSE, 32 * MIB},
    [PART_ACCOUNT] = {"jobs", {"jobs"}, -1, 256 * MIB},
};

/* ---- REST ---- */

/* Extra environment goes in front as env(1) arguments, so it also reaches the far side of ssh. */
static size_t add_env(const struct slurm *s, struct request *rq, const char **argv)
{
    size_t n = 0;

    argv[n++] = "env";
    argv[n++] = "LC_ALL=C.UTF-8";
    argv[n++] = "TZ=UTC";
    argv[n++] = "SLURM_TIME_FORMAT=%s";
    argv[n++] =
        "SQUEUE_ARRAY_UNIQUE=1"; /* or a task that was held alone is hidden among the others */
    argv[n++] = "SLURM_BITSTR_LEN=4096"; /* or long task lists of arrays end in "..." */
    if (s->opt.conf != NULL)
        argv[n++] = request_str(rq, "SLURM_CONF=%s", s->opt.conf);
    return n;
}

static const char *own(struct request *rq, const char *text)
{
    return text != NULL ? request_str(rq, "%s", text) : NULL;
}

static void ask_server(struct slurm *s, struct request *rq)
{
    const char *argv[ARGV_MAX];
    size_t n = add_env(s, rq, argv);
    const char *plugins = slurm_launch_plugins(s);

    argv[n++] =
        "MALLOC_ARENA_MAX=1"; /* its twenty threads would keep gigabytes after one big list */
    argv[n++] = "SLURMRESTD_JSON=compact";
    argv[n++] = s->opt.slurmrestd;
    argv[n++] = "-a";
    argv[n++] = "rest_auth/local";
    if (plugins != NULL) {
        argv[n++] = "-s";
        argv[n++] = plugins;
    }
    argv[n] = NULL;
    rq->argv = request_strv(rq, argv);
    rq->prefix = own(rq, s->opt.command);
}

void slurm_ask_rest(struct slurm *s, struct request *rq, const char *path)
{
    rq->via = s->rest_via;
    rq->method = "GET";
    rq->base_url = own(rq, s->opt.url != NULL ? s->opt.url : "http://localhost");
    rq->unix_socket = own(rq, s->opt.socket);
    rq->path = path;
    rq->label = request_str(rq, "GET %s", path);
    rq->accept_any_status = true;
    rq->first_byte_ms = FIRST_BYTE_MS;
    rq->total_ms = FIRST_BYTE_MS + BODY_MS;
    if (rq->via == VIA_PIPE)
        ask_server(s, rq);
}

/* A list asked for again says since when: if nothing changed the answer is small. */
static const char *since(struct slurm *s, struct request *rq, enum part p)
{
    double t = p == PART_NODES && s->since_pause == 0 ? s->nodes_since
               : p == PART_JOBS                       ? s->jobs_since
                                                      : 0;

    s->asked_at = s->controller_time;
    if (t <= 0)
        return "";
    rq->tag |= TAG_SINCE;
    return request_str(rq, "?update_time=%.0f", t);
}

static void size_jobs(struct slurm *s, struct request *rq)
{
    double bytes = slurm_predicted_bytes(s);
    int64_t more = (int64_t)(bytes / 2000); /* two megabytes a second is slow even for it */
    int64_t first = FIRST_BYTE_MS + more;

    rq->first_byte_ms = first < FIRST_BYTE_MAX_MS ? first : FIRST_BYTE_MAX_MS;
    rq->total_ms = rq->first_byte_ms + BODY_MS + more;
    rq->slice_max = 32 * MIB; /* a record names each core of the job */
    rq->body_max = bytes * 4 > 256.0 * 1048576 ? (uint64_t)(bytes * 4) : 256 * MIB;
    if (rq->body_max > 8192 * MIB)
        rq->body_max = 8192 * MIB;
}

static void ask_part_rest(struct slurm *s, struct request *rq, enum part p)
{
    int api = s->api != 0 ? s->api : slurm_asking(s);
    const char *query = since(s, rq, p);

    if (p == PART_JOBS && s->api >= 40 && (s->lean_jobs || s->too_big))
        query = request_str(rq, "%s%cflags=ALL", query, *query != '\0' ? '&' : '?');
    slurm_ask_rest(s, rq, request_str(rq, "/slurm/v0.0.%d/%s%s", api, rest_parts[p].path, query));
    rq->label = request_str(rq, "GET /%s", rest_parts[p].path);
    rq->cut = CUT_JSON;
    const char *const arrays[] = {rest_parts[p].arrays[0], NULL};
    rq->arrays = request_strv(rq, arrays);
    if (p == PART_HELLO)
        rq->tag = (uint32_t)api;
    if (p == PART_JOBS || p == PART_STATES)
        size_jobs(s, rq);
}

/* ---- commands ---- */

void slurm_ask_command(struct slurm *s, struct request *rq, const char *const *command)
{
    const char *argv[ARGV_MAX];
    size_t n = add_env(s, rq, argv);

    argv[n++] =
        s->opt.bin_dir != NULL ? request_str(rq, "%s/%s", s->opt.bin_dir, command[0]) : command[0];
    if (s->opt.cluster != NULL) {
        argv[n++] = "-M";
        argv[n++] = s->opt.cluster;
    }
    for (size_t i = 1; command[i] != NULL && n < ARGV_MAX - 1; i++)
        argv[n++] = command[i];
    argv[n] = NULL;
    rq->via = VIA_COMMAND;
    rq->prefix = own(rq, s->opt.command);
    rq->argv = request_strv(rq, argv);
    rq->label = request_str(rq, "%s", command[0]);
    rq->cut = CUT_LINES;
    rq->first_byte_ms = COMMAND_MS;
    rq->total_ms = COMMAND_MS;
    rq->accept_any_status = true;
}

void slurm_ask_squeue(struct slurm *s, struct request *rq, const char *const *more)
{
    const char *command[ARGV_MAX] = {"squeue", "--all", "--local", "--states=all", "-O"};
    struct buf format;
    size_t n = 6;

    buf_init(&format, 4096);
    rq->tag = (uint32_t)slurm_random(s);
    slurm_text_jobs_format(&format, rq->tag);
    /* Without --noheader: the heading shows that squeue ran and knows every column, so that an empty
     * answer of something else is not taken for an empty queue. */
    command[5] = format.data;
    while (more != NULL && *more != NULL)
        command[n++] = *more++;
    slurm_ask_command(s, rq, command);
    rq->first_byte_ms = rq->total_ms = SQUEUE_MS;
    rq->body_max = 1024 * MIB;
    buf_fini(&format);
}

static const char *const text_commands[PART_COUNT][6] = {
    [PART_HELLO] = {"scontrol", "show", "config"},
    [PART_DIAG] = {"sdiag"},
    [PART_NODES] = {"scontrol", "-o", "-d", "show", "node"},
    [PART_POOLS] = {"scontrol", "-o", "--all", "show", "partition"},
    [PART_RESERVATIONS] = {"scontrol", "-o", "show", "reservation"},
    [PART_LICENSES] = {"scontrol", "-o", "show", "licenses"},
};

static const char *last_word(const char *const *command)
{
    size_t n = 0;

    while (command[n] != NULL)
        n++;
    return command[n - 1];
}

static void ask_part_text(struct slurm *s, struct request *rq, enum part p)
{
    if (p == PART_JOBS) {
        slurm_ask_squeue(s, rq, NULL);
        return;
    }
    const char *const *command = text_commands[p];
    slurm_ask_command(s, rq, command);
    if (command[1] != NULL)
        rq->label = request_str(rq, "%s show %s", command[0], last_word(command));
}

void slurm_ask(struct slurm *s, struct request *rq, enum part p, enum way w)
{
    rq->what = what_of(p, w);
    rq->body_max = rest_parts[p].body_max;
    if (p == PART_ACCOUNT)
        slurm_ask_accounts(s, rq, w);
    else if (w == WAY_REST)
        ask_part_rest(s, rq, p);
    else
        ask_part_text(s, rq, p);
    if (rest_parts[p].lists >= 0)
        rq->lists[rest_parts[p].lists] = true;
}
