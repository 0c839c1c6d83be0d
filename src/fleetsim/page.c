/* SPDX-License-Identifier: MIT
 * page.c - metric pages of a node: dcgm-exporter's, npu-exporter's or suantop-node's families, by the model of its devices.
 * Names and units: the exporters' own documentation; millisecond timestamps of npu-exporter included. */
#include "fleetsim/page.h"
#include "fleetsim/heat.h"
#include "fleetsim/speech.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MEGA = 1000000, MEBI = 1048576, DEVICE_LABELS = 320 };

/* What is known of one device, with the labels that its exporter gives it. */
struct device_page {
    struct device_reading now;
    const struct sim_model *model;
    char labels[DEVICE_LABELS];
    unsigned index;
};

struct family {
    const char *name, *type, *help;
    double (*value)(const struct device_page *d); /* NAN = this device tells none */
};

/* ---- figures ---- */

static double core(const struct device_page *d)
{
    return d->now.core_celsius;
}
static double memory_celsius(const struct device_page *d)
{
    return d->now.memory_celsius;
}
static double watts(const struct device_page *d)
{
    return d->now.watts;
}
static double clock_mhz(const struct device_page *d)
{
    return d->now.clock_hertz / MEGA;
}
static double clock_hertz(const struct device_page *d)
{
    return d->now.clock_hertz;
}
static double clock_max(const struct device_page *d)
{
    return d->model->clock_hertz;
}
static double busy_percent(const struct device_page *d)
{
    return 100 * d->now.busy;
}
static double busy_share(const struct device_page *d)
{
    return d->now.busy;
}
static double tensor_share(const struct device_page *d)
{
    return d->now.tensor;
}
static double tensor_percent(const struct device_page *d)
{
    return 100 * d->now.tensor;
}
static double used_mebi(const struct device_page *d)
{
    return d->now.memory_bytes / MEBI;
}
static double used_bytes(const struct device_page *d)
{
    return d->now.memory_bytes;
}
static double total_mebi(const struct device_page *d)
{
    return d->model->memory_bytes / MEBI;
}
static double total_bytes(const struct device_page *d)
{
    return d->model->memory_bytes;
}
static double xid(const struct device_page *d)
{
    return d->now.xid;
}
static double one(const struct device_page *d)
{
    return d->now.up;
}
static double limit_celsius(const struct device_page *d)
{
    return d->model->limit_celsius;
}
static double free_mebi(const struct device_page *d)
{
    return (d->model->memory_bytes - d->now.memory_bytes) / MEBI;
}

static const struct family dcgm[] = {
    {"DCGM_FI_DEV_GPU_TEMP", "gauge", "GPU temperature (in C).", core},
    {"DCGM_FI_DEV_MEMORY_TEMP", "gauge", "Memory temperature (in C).", memory_celsius},
    {"DCGM_FI_DEV_POWER_USAGE", "gauge", "Power draw (in W).", watts},
    {"DCGM_FI_DEV_SM_CLOCK", "gauge", "SM clock frequency (in MHz).", clock_mhz},
    {"DCGM_FI_DEV_GPU_UTIL", "gauge", "GPU utilization (in %).", busy_percent},
    {"DCGM_FI_DEV_FB_USED", "gauge", "Framebuffer memory used (in MiB).", used_mebi},
    {"DCGM_FI_DEV_FB_FREE", "gauge", "Framebuffer memory free (in MiB).", free_mebi},
    {"DCGM_FI_DEV_XID_ERRORS", "gauge", "Value of the last XID error encountered.", xid},
    {"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "gauge", "Ratio of cycles the tensor pipe is active.",
     tensor_share},
};

static const struct family npu[] = {
    {"npu_chip_info_temperature", "gauge", "the npu temperature", core},
    {"npu_chip_info_hbm_temperature", "gauge", "the npu hbm temperature", memory_celsius},
    {"npu_chip_info_power", "gauge", "the npu power", watts},
    {"npu_chip_info_aicore_current_freq", "gauge", "the npu ai core current frequency", clock_mhz},
    {"npu_chip_info_utilization", "gauge", "the ai core utilization", busy_percent},
    {"npu_chip_info_cube_utilization", "gauge", "the cube utilization", tensor_percent},
    {"npu_chip_info_hbm_used_memory", "gauge", "the npu hbm used memory", used_mebi},
    {"npu_chip_info_hbm_total_memory", "gauge", "the npu hbm total memory", total_mebi},
    {"npu_chip_info_health_status", "gauge", "the npu health status", one},
};

static const struct family own[] = {
    {"suantop_gpu_up", "gauge", "1 if the driver answers for this GPU.", one},
    {"suantop_gpu_temperature_celsius", "gauge", "Temperature of a GPU.", core},
    {"suantop_gpu_memory_temperature_celsius", "gauge", "Temperature of its memory.",
     memory_celsius},
    {"suantop_gpu_temperature_slowdown_celsius", "gauge",
     "Temperature at which the GPU slows itself down.", limit_celsius},
    {"suantop_gpu_power_watts", "gauge", "Power of a GPU board.", watts},
    {"suantop_gpu_busy_ratio", "gauge", "Share of time in which some kernel ran.", busy_share},
    {"suantop_gpu_memory_used_bytes", "gauge", "Memory in use.", used_bytes},
    {"suantop_gpu_memory_size_bytes", "gauge", "Memory of a GPU.", total_bytes},
    {"suantop_gpu_sm_clock_mean_hertz", "gauge", "Mean clock of the SMs.", clock_hertz},
    {"suantop_gpu_clock_max_hertz", "gauge", "Highest clock.", clock_max},
};

/* ---- labels ---- */

static void label_device(const struct world *w, const char *node, struct device_page *d)
{
    uint64_t id = random_mix(w->seed ^ random_mix((uint64_t)(uintptr_t)d->index));

    for (const char *p = node; *p; p++)
        id = random_mix(id ^ (unsigned char)*p);
    switch ((enum sim_exporter)d->model->exporter) {
    case SIM_EXPORTER_DCGM:
        snprintf(d->labels, sizeof(d->labels),
                 "gpu=\"%u\",UUID=\"GPU-%016" PRIx64 "\",pci_bus_id=\"00000000:%02X:00.0\","
                 "device=\"nvidia%u\",modelName=\"%s\",Hostname=\"%s\"",
                 d->index, id, 0x10 + 8 * d->index, d->index, d->model->driver, node);
        break;
    case SIM_EXPORTER_NPU:
        snprintf(
            d->labels, sizeof(d->labels),
            "id=\"%u\",model_name=\"%s\",vdie_id=\"%016" PRIX64
            "\",pcie_bus_info=\"0000:%02X:00.0\",namespace=\"\",pod_name=\"\",container_name=\"\"",
            d->index, d->model->driver, id, 0x10 + 8 * d->index);
        break;
    default:
        snprintf(d->labels, sizeof(d->labels), "gpu=\"0000:%02x:00.0\"", 0x10 + 8 * d->index);
    }
}

/* dcgm-exporter tells the job where it has been told. */
static void label_job(const struct world *w, struct device_page *d)
{
    size_t len = strlen(d->labels);

    if (d->now.job != NO_INDEX && d->model->exporter == SIM_EXPORTER_DCGM)
        snprintf(d->labels + len, sizeof(d->labels) - len, ",hpc_job=\"%u\"",
                 w->jobs[d->now.job].id);
}

/* ---- a page ---- */

/* Which families are written, and with which time behind each figure. */
struct wish {
    bool (*wanted)(void *arg, const char *family);
    void *arg;
    char stamp[32];
};

static void add_families(struct buf *out, const struct family *f, size_t count,
                         const struct device_page *d, unsigned devices, const struct wish *wish)
{
    for (size_t i = 0; i < count; i++) {
        if (wish->wanted && !wish->wanted(wish->arg, f[i].name))
            continue;
        buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", f[i].name, f[i].help, f[i].name, f[i].type);
        for (unsigned n = 0; n < devices; n++)
            if (d[n].now.up || f[i].value == one)
                buf_addf(out, "%s{%s} %.6g%s\n", f[i].name, d[n].labels, f[i].value(&d[n]),
                         wish->stamp);
    }
}

static void add_own_info(struct buf *out, const struct world *w, const char *node,
                         const struct device_page *d, unsigned devices)
{
    buf_addf(out, "# TYPE suantop_node_info gauge\nsuantop_node_info{node=\"%s\"} 1\n", node);
    buf_adds(out, "# TYPE suantop_gpu_info gauge\n");
    for (unsigned n = 0; n < devices; n++)
        buf_addf(out, "suantop_gpu_info{%s,index=\"%u\",uuid=\"%s-%u\",model=\"%s\"} 1\n",
                 d[n].labels, d[n].index, node, d[n].index, d[n].model->driver);
    buf_adds(out, "# TYPE suantop_gpu_pipe_active_ratio gauge\n");
    for (unsigned n = 0; n < devices; n++)
        if (d[n].now.up)
            buf_addf(out, "suantop_gpu_pipe_active_ratio{%s,pipe=\"tensor\"} %.6g\n", d[n].labels,
                     d[n].now.tensor);
    buf_adds(out, "# TYPE suantop_gpu_job_info gauge\n");
    for (unsigned n = 0; n < devices; n++)
        if (d[n].now.job != NO_INDEX)
            buf_addf(out, "suantop_gpu_job_info{%s,job=\"%u\",user=\"" SIM_USER "\"} 1\n",
                     d[n].labels, w->jobs[d[n].now.job].id, w->jobs[d[n].now.job].user);
}

/* The machine without its devices: what suantop-node tells everywhere. */
static void add_machine(struct buf *out, const struct world *w, uint32_t node)
{
    const struct sim_pool *p = world_pool(w, w->nodes[node].pool);
    double share = node_cpu_share(w, node, w->now);

    buf_addf(out, "# TYPE suantop_load1 gauge\nsuantop_load1 %.2f\n", share * p->cpus);
    buf_addf(out, "# TYPE suantop_cpus gauge\nsuantop_cpus %u\n", p->cpus);
    buf_addf(out, "# TYPE suantop_memory_size_bytes gauge\nsuantop_memory_size_bytes %.0f\n",
             p->memory_bytes);
    buf_addf(out,
             "# TYPE suantop_memory_available_bytes gauge\nsuantop_memory_available_bytes %.0f\n",
             p->memory_bytes * (1 - 0.8 * share));
    buf_addf(
        out,
        "# TYPE suantop_temperature_celsius gauge\n"
        "suantop_temperature_celsius{chip=\"coretemp-isa-0000\",sensor=\"Package id 0\"} %.1f\n",
        node_celsius(w, node, w->now));
    buf_addf(out,
             "# TYPE suantop_power_watts gauge\nsuantop_power_watts{chip=\"power_meter-acpi-0\","
             "sensor=\"power1\"} %.0f\n",
             node_watts(w, node, w->now));
}

static unsigned read_devices(const struct world *w, uint32_t node, const char *name,
                             struct device_page *out)
{
    const struct sim_pool *p = world_pool(w, w->nodes[node].pool);

    for (unsigned i = 0; i < p->devices; i++) {
        out[i].index = i;
        out[i].model = &w->scenario->models[p->model];
        device_at(w, node, i, w->now, &out[i].now);
        label_device(w, name, &out[i]);
        label_job(w, &out[i]);
    }
    return p->devices;
}

bool page_is_there(const struct world *w, uint32_t pool)
{
    const struct sim_pool *p = world_pool(w, pool);

    return w->center->telemetry != SIM_TELEMETRY_NONE && p->devices > 0 &&
           w->scenario->models[p->model].exporter != SIM_EXPORTER_NONE;
}

const char *page_exporter(const struct world *w, uint32_t pool, unsigned *port)
{
    switch ((enum sim_exporter)w->scenario->models[world_pool(w, pool)->model].exporter) {
    case SIM_EXPORTER_DCGM:
        *port = 9400;
        return "dcgm-exporter";
    case SIM_EXPORTER_NPU:
        *port = 8082;
        return "npu-exporter";
    default:
        *port = 19400;
        return "suantop-node";
    }
}

void page_say(struct buf *out, const struct world *w, uint32_t node,
              bool (*wanted)(void *arg, const char *family), void *arg)
{
    static const struct device_page none;
    struct device_page d[SCENARIO_DEVICES] = {none};
    struct wish wish = {.wanted = wanted, .arg = arg};
    char name[SIM_NAME_MAX];

    world_node_name(w, node, name);
    unsigned devices = read_devices(w, node, name, d);
    switch (devices ? d[0].model->exporter : SIM_EXPORTER_NODE) {
    case SIM_EXPORTER_DCGM:
        add_families(out, dcgm, sizeof(dcgm) / sizeof(*dcgm), d, devices, &wish);
        break;
    case SIM_EXPORTER_NPU:
        snprintf(wish.stamp, sizeof(wish.stamp), " %" PRId64, world_told(w, w->now));
        add_families(out, npu, sizeof(npu) / sizeof(*npu), d, devices, &wish);
        break;
    case SIM_EXPORTER_NODE:
        add_machine(out, w, node);
        add_families(out, own, sizeof(own) / sizeof(*own), d, devices, &wish);
        add_own_info(out, w, name, d, devices);
        break;
    default: /* nothing exports these devices */
        add_machine(out, w, node);
    }
}

void page_speak(struct speech *s, const struct speech_request *rq)
{
    char name[SIM_NAME_MAX];
    const char *slash = strrchr(rq->path, '/');
    uint32_t node = NO_INDEX;

    if (rq->path[0] == '/' && slash > rq->path && strcmp(slash, "/metrics") == 0 &&
        slash - rq->path - 1 < (ptrdiff_t)sizeof(name)) {
        snprintf(name, sizeof(name), "%.*s", (int)(slash - rq->path - 1), rq->path + 1);
        node = world_find_node(s->world, name);
    }
    if (node == NO_INDEX || s->world->center->telemetry == SIM_TELEMETRY_NONE) {
        speech_say(s, 404, "text/plain", "no such node\n");
        return;
    }
    if (s->world->nodes[node].down) {
        speech_say(s, 503, "text/plain", "this node is down\n");
        return;
    }
    s->type = "text/plain; version=0.0.4; charset=utf-8";
    page_say(&s->body, s->world, node, NULL, NULL);
}
