/* SPDX-License-Identifier: MIT
 * local.c - the collector of this machine: what `suantop probe` prints, as a NODE row.
 *
 * The probe prints counters; processor time and power are computed here from two of its answers. The
 * row bears the host's name, so where Slurm knows the same host in the same center it is one row, to which
 * this adds what Slurm does not know. Its scheduler state is Slurm's alone. */
#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/json.h"
#include "collectors/collector.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ZONES_MAX = 32, TOTAL_MS = 3000 };

static const struct option_desc options[] = {
    {"interval", OPT_DURATION, "how often to look", "5s", NULL},
};

struct zone {
    char name[64];
    bool whole; /* psys: the whole machine, not one package */
    double microjoules, range;
};

struct sample {
    bool node, ended;
    char name[256], os[256];
    double uptime, booted_at, load, cpus, ticks, idle_ticks;
    double memory_total, memory_available; /* KiB */
    double hottest, hottest_limit, fan, meter;
    char hottest_name[128];
    struct zone zones[ZONES_MAX];
    size_t zone_count;
};

struct local {
    struct source_conf conf;
    int64_t interval_ms;
    mono_ms due, started;
    struct sample now, last;
    struct json_reader *reader;
};

static void sample_reset(struct sample *s)
{
    memset(s, 0, sizeof *s);
    s->uptime = s->booted_at = s->load = s->cpus = s->ticks = s->idle_ticks = NAN;
    s->memory_total = s->memory_available = s->hottest = s->hottest_limit = s->fan = s->meter = NAN;
}

static enum rc local_open(const struct source_conf *conf, uint64_t seed, void **state,
                          struct err *e)
{
    struct local *l = xcalloc(1, sizeof *l);

    (void)seed;
    (void)e;
    l->conf = *conf;
    l->interval_ms = source_opt_ms(conf, "interval", 5000);
    if (l->interval_ms < 1000)
        l->interval_ms = 1000;
    l->reader = json_reader_new(NULL, 0);
    sample_reset(&l->now);
    sample_reset(&l->last);
    *state = l;
    return RC_OK;
}

static void local_close(void *state)
{
    struct local *l = state;

    if (l == NULL)
        return;
    json_reader_free(l->reader);
    free(l);
}

static mono_ms local_plan(void *state, mono_ms now, wall_ms wall, struct request_list *out)
{
    struct local *l = state;

    (void)wall;
    if (now < l->due)
        return l->due;
    struct request *rq = request_add(out);
    const char *const argv[] = {l->conf.self != NULL ? l->conf.self : "suantop", "probe", NULL};
    rq->via = VIA_COMMAND;
    rq->label = request_str(rq, "probe");
    rq->argv = request_strv(rq, argv);
    rq->cut = CUT_LINES;
    rq->slice_max = 65536;
    rq->body_max = (uint64_t)1 << 20;
    rq->first_byte_ms = TOTAL_MS;
    rq->total_ms = TOTAL_MS;
    l->started = now;
    l->due = now + l->interval_ms;
    return l->due;
}

/* ---- lines ---- */

static double number(const struct json *root, const char *key)
{
    double v;

    return json_num(json_member(root, key), &v) && v >= 0 ? v : NAN;
}

static void copy(char *out, size_t size, const struct json *root, const char *key)
{
    snprintf(out, size, "%s", json_str(json_member(root, key)));
}

static void read_node(struct sample *s, const struct json *root)
{
    s->node = true;
    copy(s->name, sizeof s->name, root, "name");
    copy(s->os, sizeof s->os, root, "os");
    s->uptime = number(root, "uptime");
    s->booted_at = number(root, "booted_at");
    s->load = number(root, "load");
    s->cpus = number(root, "cpus");
    s->ticks = number(root, "cpu_ticks");
    s->idle_ticks = number(root, "cpu_idle_ticks");
    s->memory_total = number(root, "memory_total_kib");
    s->memory_available = number(root, "memory_available_kib");
}

/* Sensors that are not wired report 0, -128 or 255: such are no temperatures. */
static void read_temperature(struct sample *s, const struct json *root)
{
    double v = number(root, "value"), limit = number(root, "limit");

    if (!(v > 0 && v < 200) || v <= s->hottest)
        return;
    s->hottest = v;
    s->hottest_limit = limit > 0 && limit < 200 ? limit : NAN;
    snprintf(s->hottest_name, sizeof s->hottest_name, "%.60s %.60s",
             json_str(json_member(root, "chip")), json_str(json_member(root, "label")));
}

static void read_sensor(struct sample *s, const struct json *root)
{
    const char *kind = json_str(json_member(root, "kind"));
    double v = number(root, "value");

    if (strcmp(kind, "temperature") == 0)
        read_temperature(s, root);
    else if (strcmp(kind, "fan") == 0 && v > 0 && v < 100000 && !(v <= s->fan))
        s->fan = v;
    else if (strcmp(kind, "power") == 0 && v > 0 && v < 1e6 &&
             strcmp(json_str(json_member(root, "chip")), "power_meter") == 0)
        s->meter = v;
}

/* Packages, and the platform domain where there is one. Cores, uncore and dram are parts of these. */
static void read_energy(struct sample *s, const struct json *root)
{
    const char *label = json_str(json_member(root, "label"));
    bool whole = strcmp(label, "psys") == 0;

    if (s->zone_count == ZONES_MAX || (!whole && strncmp(label, "package", 7) != 0))
        return;
    struct zone *z = &s->zones[s->zone_count++];
    snprintf(z->name, sizeof z->name, "%s", json_str(json_member(root, "zone")));
    z->whole = whole;
    z->microjoules = number(root, "microjoules");
    z->range = number(root, "range");
}

static enum rc local_decode(void *state, const struct request *rq, const char *key,
                            const char *text, size_t len, struct delta *d, struct err *e)
{
    struct local *l = state;
    enum rc rc = json_read(l->reader, text, len, NULL, e);

    (void)rq;
    (void)key;
    (void)d;
    if (rc != RC_OK)
        return rc;
    const struct json *root = json_root(l->reader);
    const char *entity = json_str(json_member(root, "entity"));
    if (strcmp(entity, "node") == 0)
        read_node(&l->now, root);
    else if (strcmp(entity, "sensor") == 0)
        read_sensor(&l->now, root);
    else if (strcmp(entity, "energy") == 0)
        read_energy(&l->now, root);
    else if (strcmp(entity, "end") == 0)
        l->now.ended = true;
    else
        return err_set(e, RC_SCHEMA, "probe", S_("a line of no known kind"));
    return RC_OK;
}

/* ---- two samples ---- */

/* NaN unless both samples are of the same boot and some time lies between them. */
static double seconds_between(const struct sample *a, const struct sample *b)
{
    double s = b->uptime - a->uptime;

    return s >= 0.5 && s < 3600 ? s : NAN;
}

static double cpu_percent(const struct sample *a, const struct sample *b)
{
    double ticks = b->ticks - a->ticks, idle = b->idle_ticks - a->idle_ticks;

    if (isnan(seconds_between(a, b)) || !(ticks > 0) || !(idle >= 0) || idle > ticks)
        return NAN;
    return 100 * (1 - idle / ticks);
}

/* Watts of one zone; its counter wraps around at `range`. */
static double zone_watts(const struct sample *a, const struct zone *z, double seconds)
{
    for (size_t i = 0; i < a->zone_count; i++) {
        const struct zone *was = &a->zones[i];
        if (strcmp(was->name, z->name) != 0)
            continue;
        double used = z->microjoules - was->microjoules;
        if (used < 0 && z->range > 0)
            used += z->range;
        return used >= 0 ? used / 1e6 / seconds : NAN;
    }
    return NAN;
}

/* The meter of the whole machine if there is one, else its platform domain, else its packages. */
static double watts(const struct sample *a, const struct sample *b)
{
    double seconds = seconds_between(a, b), packages = 0, whole = NAN;

    if (!isnan(b->meter))
        return b->meter;
    for (size_t i = 0; i < b->zone_count; i++) {
        double w = zone_watts(a, &b->zones[i], seconds);
        if (b->zones[i].whole)
            whole = w;
        else
            packages += w;
    }
    if (!isnan(whole))
        return whole;
    return b->zone_count > 0 && packages > 0 && packages < 1e6 ? packages : NAN;
}

static void put_row(struct delta *d, const struct sample *last, const struct sample *s)
{
    delta_row(d, ENTITY_NODE, s->name, strlen(s->name));
    delta_str(d, FIELD_node_name, s->name);
    delta_num(d, FIELD_node_cpus_total, s->cpus);
    delta_num(d, FIELD_node_memory_total_bytes, s->memory_total * 1024);
    delta_num(d, FIELD_node_memory_free_bytes, s->memory_available * 1024);
    delta_num(d, FIELD_node_load, s->load);
    delta_num(d, FIELD_node_cpu_utilization_percent, cpu_percent(last, s));
    delta_num(d, FIELD_node_temperature_celsius, s->hottest);
    delta_str(d, FIELD_node_temperature_sensor, s->hottest_name);
    delta_num(d, FIELD_node_temperature_limit_celsius, s->hottest_limit);
    delta_num(d, FIELD_node_fan_rpm, s->fan);
    delta_num(d, FIELD_node_power_watts, watts(last, s));
    delta_time(d, FIELD_node_booted_at,
               s->booted_at > 0 && s->booted_at < 1e11 ? (wall_ms)s->booted_at * 1000 : 0);
    if (s->os[0] != '\0')
        delta_str(d, FIELD_node_os, s->os);
}

static void tell(const struct local *l, struct delta *d)
{
    const struct sample *s = &l->now;

    delta_row(d, ENTITY_SOURCE, l->conf.id, strlen(l->conf.id));
    delta_str(d, FIELD_source_via, S_("this machine"));
    if (!s->ended)
        delta_str(d, FIELD_source_note, S_("the sensors did not answer in time"));
    else if (isnan(s->hottest))
        delta_str(d, FIELD_source_note, S_("this machine shows no temperature sensor"));
    else
        delta_absent(d, FIELD_source_note);
}

static enum rc verdict(const struct local *l, const struct reply *reply, const char **mend,
                       struct err *e)
{
    if (l->now.node && l->now.name[0] != '\0')
        return RC_OK; /* even if a driver hung afterwards */
    if (reply->rc != RC_OK) {
        if (e != NULL)
            *e = reply->err;
        return reply->rc;
    }
    if (reply->status != 0)
        return err_set(e, RC_CHILD, "probe", S_("exit status %d"), reply->status);
    *mend = S_("is the program that runs still installed?");
    return err_set(e, RC_SCHEMA, "probe", S_("told nothing about this machine"));
}

static enum rc local_done(void *state, const struct request *rq, const struct reply *reply,
                          mono_ms now, struct delta *d, enum poll_end *end, const char **mend,
                          struct err *e)
{
    struct local *l = state;
    enum rc rc = verdict(l, reply, mend, e);

    (void)rq;
    (void)now;
    *end = rc == RC_OK ? POLL_GOOD : POLL_BAD;
    if (rc == RC_OK) {
        put_row(d, &l->last, &l->now);
        l->last = l->now;
    }
    tell(l, d);
    sample_reset(&l->now);
    return rc;
}

static void local_refresh(void *state, mono_ms now)
{
    struct local *l = state;

    l->due = now > l->started + 1000 ? now : l->started + 1000;
}

static enum rc local_lookup(void *state, enum entity entity, const char *id, struct request *out,
                            struct err *err)
{
    (void)state;
    (void)entity;
    (void)id;
    (void)out;
    return err_set(err, RC_UNSUPPORTED, "local", S_("this machine has no raw records"));
}

const struct collector_ops local_collector = {
    .name = "local",
    .help = "this machine: sensors, load and memory",
    .options = options,
    .option_count = ARRAY_LEN(options),
    .auth = AUTH_NONE,
    .max_in_flight = 1,
    .open = local_open,
    .close = local_close,
    .plan = local_plan,
    .decode = local_decode,
    .done = local_done,
    .refresh = local_refresh,
    .lookup = local_lookup,
    .rank = {5, 5},
};
