/* SPDX-License-Identifier: MIT
 * fuzz_exporter.c - metric pages: the first byte tells where one page ends and the next begins, which is read twice. */
#include "tests/fuzz/collector_fuzz.h"

/* Every kind of line that a map can have; the real one is long to read for each input. */
static const char map[] =
    "[dcgm]\n@node | Hostname\n@index | gpu\n@uuid | UUID\n@model | modelName\n@vendor | =NVIDIA\n"
    "@slice | GPU_I_ID\n@profile | GPU_I_PROFILE\n@blank | 2147483632\n"
    "DCGM_FI_DEV_GPU_TEMP | device.temperature_celsius\n"
    "DCGM_FI_DEV_MEMORY_TEMP | device.memory_temperature_celsius | 1 | zero_absent\n"
    "DCGM_FI_DEV_POWER_USAGE | device.power_watts\n"
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION | device.power_watts | 0.001 | counter or:2\n"
    "DCGM_FI_DEV_GPU_UTIL_RATIO | device.utilization_percent | 1 | ratio_or_percent\n"
    "DCGM_FI_DEV_FB_USED | device.memory_total_bytes | 1048576 | sum parts:2\n"
    "DCGM_FI_DEV_FB_FREE | device.memory_total_bytes | 1048576 | sum parts:2\n"
    "DCGM_FI_DEV_XID_ERRORS | device.xid_last | 1 | zero_absent\n"
    "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS | device.throttle | | bits:4=sw_power,32=sw_thermal\n"
    "[node]\n@node | nodename\nnode_uname_info | node.name | | text:nodename\n"
    "node_uname_info | node.os | | text:sysname+release\n"
    "node_cpu_seconds_total | node.cpu_all | 1 | counter\n"
    "node_cpu_seconds_total | node.cpu_idle | 1 | counter if:mode=idle,iowait\n"
    "node_cpu_seconds_total | node.cpus_total | 1 | count if:mode=idle\n"
    "node_hwmon_temp_celsius | sensor.temperature | 1 | key:chip,sensor\n"
    "node_hwmon_temp_crit_celsius | sensor.limit | 1 | key:chip,sensor\n"
    "node_hwmon_chip_names | sensor.chip | | key:chip text:chip_name\n"
    "node_hwmon_sensor_label | sensor.label | | key:chip,sensor text:label\n"
    "node_rapl_package_joules_total | node.power_watts | 1 | counter sum or:4\n"
    "[suantop]\n@key | gpu\n@index | index\n@uuid | uuid\n@slice | instance | own_uuid\n@job | job\n"
    "suantop_gpu_info | device\nsuantop_gpu_up | device.health | | words:0=lost,1=ok or:1\n"
    "suantop_gpu_throttled | device.throttle | | flag:reason:\n"
    "suantop_gpu_xid_last_timestamp_seconds | device.xid_at | 1 | newest:xid\n"
    "[ascend]\n@index | id\n@model | model_name\n@pairs | *910_93*\n"
    "npu_chip_info_power | device.power_watts | 1 | from:0 zero_absent\n"
    "[amd]\n@prefix | amd_\n@index | gpu_id\n@serial | serial_number\n@slice | gpu_partition_id | partitions\n"
    "gpu_gfx_activity | device.utilization_percent | 1 | from:0 to:100\n"
    "[mlu]\n@index | mlu\n@slice | vf | own_uuid\n@uuid | uuid\nmlu_power_usage | device.power_watts\n";

static void *open_exporter(const struct collector_ops *ops)
{
    static const char *values[64];
    static const struct source_data data = {{map, NULL}, {"map", NULL}};
    struct err e = {RC_OK};
    void *state = NULL;

    for (size_t i = 0; i < ops->option_count; i++)
        values[i] = strcmp(ops->options[i].name, "targets") == 0 ? "cn[1-2].x:9100"
                                                                 : ops->options[i].fallback;
    struct source_conf conf = {.center_id = "c",
                               .id = "c/s",
                               .collector = "exporter",
                               .options = ops->options,
                               .option_count = ops->option_count,
                               .values = values,
                               .data = &data};
    return ops->open(&conf, 1, &state, &e) == RC_OK ? state : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz f = {.ops = collector_find("exporter")};

    if (size < 1)
        return 0;
    size_t cut = 1 + (size - 1) * data[0] / 256;
    f.state = open_exporter(f.ops);
    if (f.state == NULL)
        abort();
    f.rq = (struct request){
        .label = "fuzz", .path = "/fuzz", .via = VIA_HTTP, .cut = CUT_LINES, .tag = 1};
    fuzz_answer(&f, 200, (const char *)data + 1, cut - 1);
    for (int i = 0; i < 2; i++)
        fuzz_answer(&f, 200, (const char *)data + cut, size - cut);
    f.ops->close(f.state);
    return 0;
}
