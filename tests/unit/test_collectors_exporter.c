/* SPDX-License-Identifier: MIT
 * test_collectors_exporter.c - metric pages as exporters write them, and the rows that come of them. */
#include "tests/unit/collectors_bench.h"
#include <unistd.h>

static void open_exporter(struct bench *b, const char *const *options)
{
    static const char *const usual[] = {"targets", "cn7.tj.example:9400", NULL};

    bench_open(b, "exporter", options != NULL ? options : usual);
    assert_non_null(bench_plan(b));
}

/* The whole page again, s seconds later. */
static void answer(struct bench *b, const char *page)
{
    bench_answer_text(b, 200, page);
    bench_request(b, 1, 0, CUT_LINES, NULL);
}

static void says(const struct bench *b, const char *text)
{
    if (!bench_says(b, text))
        fail_msg("no \"%s\" in:\n%s", text, b->rows.data);
}

static void says_not(const struct bench *b, const char *text)
{
    if (bench_says(b, text))
        fail_msg("\"%s\" in:\n%s", text, b->rows.data);
}

/* ---- asking ---- */

static void test_request(void **state)
{
    static const char *const options[] = {
        "targets", "cn7.tj.example:19400,cn8:9400/probe?x=1", "timeout", "4s", "insecure", "true",
        NULL};
    struct request_list list = {{NULL}, 0};
    struct bench b;

    (void)state;
    bench_open(&b, "exporter", options);
    b.next = b.ops->plan(b.state, b.now, 0, &list);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0]->base_url, "http://cn7.tj.example:19400");
    assert_string_equal(list.items[0]->path, "/metrics");
    assert_string_equal(list.items[1]->base_url, "http://cn8:9400");
    assert_string_equal(list.items[1]->path, "/probe?x=1");
    assert_int_equal(list.items[1]->tag, 1);
    assert_true(list.items[0]->total_ms == 4000);
    assert_non_null(strstr(list.items[0]->accept, "openmetrics-text"));
    assert_non_null(strstr(list.items[0]->accept, "version=0.0.4"));
    for (size_t i = 0; i < list.count; i++)
        bench_free_request(list.items[i]);
    bench_close(&b);
}

/* IPv6 addresses stand in brackets, as hosts that are folded do; beside such, and alone. */
static void test_ipv6_targets(void **state)
{
    static const char *const some[] = {"targets",
                                       "cn[1-2]:9100, [2001:db8::7]:9100/probe,http://[::1]:19400",
                                       "insecure", "true", NULL};
    static const char *const one[] = {"targets", "[::1]:9290", "insecure", "true", NULL};
    struct request_list list = {{NULL}, 0};
    char all[200] = "";
    struct bench b;

    (void)state;
    bench_open(&b, "exporter", some);
    b.next = b.ops->plan(b.state, b.now, 0, &list);
    for (size_t i = 0; i < list.count; i++) {
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s ", list.items[i]->base_url,
                 list.items[i]->path);
        bench_free_request(list.items[i]);
    }
    assert_non_null(strstr(all, "http://[2001:db8::7]:9100/probe "));
    assert_non_null(strstr(all, "http://[::1]:19400/metrics "));
    assert_non_null(strstr(all, "http://cn2:9100/metrics "));
    assert_int_equal(list.count, 4);
    bench_close(&b);
    open_exporter(&b, one);
    answer(&b, "ipmi_dcmi_power_consumption_watts 410\n");
    says(&b, "node ::1 power_watts=410");
    bench_close(&b);
}

/* At the start all are asked together. What is told when the last of them has answered stands until one is asked again. */
static void test_the_last_answer_tells_how_many_answered(void **state)
{
    static const char *const options[] = {"targets", "cn[1-3]:9400", "insecure", "true", NULL};
    struct request_list list = {{NULL}, 0};
    struct bench b;

    (void)state;
    bench_open(&b, "exporter", options);
    b.next = b.ops->plan(b.state, b.now, 0, &list);
    assert_int_equal(list.count, 3);
    for (int i = 0; i < 3; i++) {
        bench_free_request(b.rq);
        b.rq = list.items[i];
        bench_answer_text(&b, 200, "DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",UUID=\"GPU-a\"} 41\n");
        (i == 1 ? says_not : says)(&b, "targets_answering=");
    }
    says(&b, "targets_answering=3");
    bench_close(&b);
}

/* ---- dcgm-exporter ---- */

#define GPU0                                                                                       \
    "{gpu=\"0\",UUID=\"GPU-a\",pci_bus_id=\"00000000:3B:00.0\",device=\"nvidia0\",modelName=\"NVIDIA H100 80GB HBM3\",Hostname=\"cn7.tj.example\"} "
#define GPU1                                                                                       \
    "{gpu=\"1\",UUID=\"GPU-b\",modelName=\"NVIDIA H100 80GB HBM3\",Hostname=\"cn7.tj.example\",hpc_job=\"77\"} "

static void test_dcgm(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
    answer(
        &b,
        "# HELP DCGM_FI_DEV_GPU_TEMP GPU temperature (in C).\n# TYPE DCGM_FI_DEV_GPU_TEMP gauge\n"
        "DCGM_FI_DEV_GPU_TEMP" GPU0 "61\nDCGM_FI_DEV_GPU_TEMP" GPU1 "55\n"
        "DCGM_FI_DEV_MEMORY_TEMP" GPU0 "0\nDCGM_FI_DEV_MEMORY_TEMP" GPU1 "9223372036854775794\n"
        "DCGM_FI_DEV_POWER_USAGE" GPU0 "409.692000\nDCGM_FI_DEV_POWER_USAGE" GPU1
        "140737488355328.0\n"
        "DCGM_FI_DEV_SM_CLOCK" GPU0 "1215\nDCGM_FI_DEV_GPU_UTIL" GPU0
        "97\nDCGM_FI_DEV_GPU_UTIL" GPU1 "1\n"
        "DCGM_FI_DEV_FB_FREE" GPU0 "1000\nDCGM_FI_DEV_FB_USED" GPU0
        "2000\nDCGM_FI_DEV_FB_RESERVED" GPU0 "24\n"
        "DCGM_FI_DEV_FB_USED" GPU1 "2000\nDCGM_FI_DEV_FB_FREE" GPU1 "2147483634\n"
        "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE" GPU0 "0.929260\nDCGM_FI_PROF_PIPE_FP64_ACTIVE" GPU0
        "0.5\n"
        "DCGM_FI_DEV_XID_ERRORS" GPU0 "0\nDCGM_FI_DEV_XID_ERRORS" GPU1 "79\n");
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.bad, 0);
    says(&b, "node cn7\n");
    says(
        &b,
        "device \"cn7\\x000\" vendor=NVIDIA model=\"NVIDIA H100 80GB HBM3\" uuid=GPU-a pci=00000000:3B:00.0 temperature_celsius=61 "
        "power_watts=409.692 utilization_percent=97 tensor_utilization_percent=92.926 fp64_utilization_percent=50 "
        "memory_used_bytes=2097152000 memory_total_bytes=3170893824 clock_hertz=1215000000\n");
    says(
        &b,
        "device \"cn7\\x001\" vendor=NVIDIA model=\"NVIDIA H100 80GB HBM3\" uuid=GPU-b temperature_celsius=55 "
        "utilization_percent=1 memory_used_bytes=2097152000 xid_last=79 job=77\n");
    bench_close(&b);
}

static void test_new_dcgm_names_and_ratios(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
    answer(
        &b,
        "DCGM_FI_DEV_GPU_TEMP_CELSIUS" GPU0 "61\nDCGM_FI_DEV_MEMORY_TEMP_CELSIUS" GPU0 "70\n"
        "DCGM_FI_DEV_BOARD_POWER_WATTS" GPU0 "300.5\nDCGM_FI_DEV_GPU_UTIL_RATIO" GPU0 "0.5\n"
        "DCGM_FI_PROF_TENSOR_UTIL_RATIO" GPU0 "0.25\nDCGM_FI_DEV_XID_ERROR" GPU0 "31\n"
        "DCGM_EXP_XID_ERRORS_COUNT{gpu=\"0\",UUID=\"GPU-a\",window_size_in_ms=\"300000\",xid=\"42\"} 2\n"
        "DCGM_EXP_XID_ERRORS_COUNT{gpu=\"0\",UUID=\"GPU-a\",window_size_in_ms=\"300000\",xid=\"13\"} 1\n"
        "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS" GPU0 "36\n");
    says(
        &b,
        "temperature_celsius=61 memory_temperature_celsius=70 power_watts=300.5 utilization_percent=50 "
        "tensor_utilization_percent=25 throttle=sw_power,sw_thermal xid_last=31 xid_count=3");
    b.now += 15000;
    answer(&b, "DCGM_FI_DEV_GPU_UTIL_RATIO" GPU0
               "97\n"); /* percent after all, whatever its name says */
    says(&b, "utilization_percent=97");
    says(&b, "temperature_celsius=?"); /* told before, not any more */
    b.now += 15000;
    answer(&b, "DCGM_FI_DEV_GPU_UTIL_RATIO" GPU0 "1\n");
    says(&b, "utilization_percent=1\n");
    bench_close(&b);
}

static void test_mig(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
#define SLICE(id, profile)                                                                         \
    "{gpu=\"0\",UUID=\"GPU-a\",modelName=\"A100\",GPU_I_PROFILE=\"" profile "\",GPU_I_ID=\"" id    \
    "\",Hostname=\"n1\"} "
    answer(&b,
           "DCGM_FI_DEV_GPU_TEMP" SLICE("13", "1g.5gb") "44\nDCGM_FI_DEV_POWER_USAGE" SLICE(
               "13", "1g.5gb") "200\n"
                               "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE" SLICE(
                                   "13", "1g.5gb") "0.93\n"
                                                   "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE" SLICE(
                                                       "7", "2g.10gb") "0.5\n"
                                                                       "DCGM_FI_DEV_FB_USED" SLICE(
                                                                           "7", "2g.10gb") "100\n");
    says(
        &b,
        "device \"n1\\x000\" vendor=NVIDIA model=A100 uuid=GPU-a temperature_celsius=44 power_watts=200 mig=\"2 slices\"\n");
    says(
        &b,
        "device \"n1\\x000.13\" index=0 vendor=NVIDIA model=A100 tensor_utilization_percent=93 mig=1g.5gb parent=GPU-a\n");
    says(&b, "device \"n1\\x000.7\" index=0 vendor=NVIDIA model=A100 tensor_utilization_percent=50 "
             "memory_used_bytes=104857600 mig=2g.10gb parent=GPU-a\n");
    bench_close(&b);
}

/* ---- rates ---- */

static void test_rates(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
#define CPU(user, idle)                                                                            \
    "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} " user                                        \
    "\nnode_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} " idle                                      \
    "\nnode_cpu_seconds_total{cpu=\"1\",mode=\"iowait\"} 5\n"
#define RAPL(a, b)                                                                                 \
    "node_rapl_package_joules_total{index=\"0\",path=\"p0\"} " a                                   \
    "\nnode_rapl_package_joules_total{index=\"1\",path=\"p1\"} " b "\n"
    answer(&b, CPU("100", "1000") RAPL("1000", "2000"));
    says(&b, "node cn7 cpus_total=1\n");
    b.now += 9980; /* and 20 ms that the answer takes */
    answer(&b, CPU("105", "1005") RAPL("2000", "2500"));
    says(&b, "node cn7 cpus_total=1 power_watts=150 cpu_utilization_percent=50\n");
    b.now += 9980;
    answer(&b, CPU("1", "2") RAPL("1", "2")); /* it restarted */
    says(&b, "node cn7 cpus_total=1 power_watts=? cpu_utilization_percent=?\n");
    b.now += 9980;
    answer(
        &b,
        CPU("2",
            "11") "node_rapl_package_joules_total{index=\"0\",path=\"p0\"} 99999\n"); /* other series */
    says(&b, "node cn7 cpus_total=1 cpu_utilization_percent=10\n");
    bench_close(&b);
}

static void test_energy_only_where_no_watts(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
#define ENERGY_PAGE(e, watts) "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION" GPU0 e "\n" watts
    answer(&b, ENERGY_PAGE("1000000", ""));
    b.now += 9980;
    answer(&b, ENERGY_PAGE("3000000", ""));
    says(&b, "power_watts=200\n");
    b.now += 9980;
    answer(&b, ENERGY_PAGE("9000000", "DCGM_FI_DEV_POWER_USAGE" GPU0 "210\n"));
    says(&b, "power_watts=210\n");
    bench_close(&b);
}

/* ---- node_exporter ---- */

static void test_sensors(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
    answer(
        &b,
        "node_uname_info{nodename=\"gpu12.site\",release=\"6.1.0\",sysname=\"Linux\"} 1\n"
        "node_hwmon_chip_names{chip=\"platform_coretemp_0\",chip_name=\"coretemp\"} 1\n"
        "node_hwmon_sensor_label{chip=\"platform_coretemp_0\",label=\"Package id 0\",sensor=\"temp1\"} 1\n"
        "node_hwmon_temp_celsius{chip=\"platform_coretemp_0\",sensor=\"temp1\"} 71.5\n"
        "node_hwmon_temp_celsius{chip=\"nvme_nvme0\",sensor=\"temp1\"} 60\n"
        "node_hwmon_temp_celsius{chip=\"broken\",sensor=\"temp9\"} 255\n"
        "node_hwmon_temp_crit_celsius{chip=\"platform_coretemp_0\",sensor=\"temp1\"} 100\n"
        "node_hwmon_temp_max_celsius{chip=\"platform_coretemp_0\",sensor=\"temp1\"} 84\n"
        "node_hwmon_fan_rpm{chip=\"x\",sensor=\"fan1\"} 0\nnode_hwmon_fan_rpm{chip=\"x\",sensor=\"fan2\"} 4200\n"
        "node_load1 3.5\nnode_memory_MemTotal_bytes 2.5276502016e+10\nnode_memory_MemAvailable_bytes 1e9\n"
        "node_boot_time_seconds 1.795330179e+09\n");
    says(
        &b,
        "node gpu12 memory_total_bytes=25276502016 memory_free_bytes=1000000000 load=3.5 temperature_celsius=71.5 "
        "temperature_sensor=\"coretemp Package id 0\" temperature_limit_celsius=100 fan_rpm=4200 "
        "booted_at=2026-11-22T06:49:39Z os=\"Linux 6.1.0\"\n");
    bench_close(&b);
}

static void test_ipmi_and_names(void **state)
{
    static const char *const full[] = {"targets", "bmc7.site:9290", "node_names", "full", NULL},
                             *const named[] = {"targets", "127.0.0.1:9290", "node", "login1.site",
                                               NULL},
                             *const path[] = {"targets", "gateway:80/cn[7-7]/metrics", "node_names",
                                              "path", NULL},
                             *const asked[] = {"targets",
                                               "exp1:9290/ipmi?module=x&target=bmc9.site", NULL},
                             *const address[] = {"targets", "10.0.0.7:9290", NULL};
    static const char page[] =
        "ipmi_temperature_celsius{id=\"5\",name=\"Inlet Temp\"} 24\nipmi_dcmi_power_consumption_watts 410\n"
        "ipmi_temperature_celsius{id=\"7\",name=\"GPU8 Temp\"} NaN\nipmi_fan_speed_rpm{id=\"1\",name=\"FAN 1\"} 9000\n";
    struct bench b;

    (void)state;
    open_exporter(&b, full);
    answer(&b, page);
    says(
        &b,
        "node bmc7.site power_watts=410 temperature_celsius=24 temperature_sensor=\"Inlet Temp\" fan_rpm=9000\n");
    bench_close(&b);
    open_exporter(&b, path);
    answer(&b, page);
    says(&b, "node cn7 power_watts=410");
    bench_close(&b);
    open_exporter(&b, named);
    answer(&b, page);
    says(&b, "node login1 power_watts=410");
    bench_close(&b);
    open_exporter(&b, asked);
    answer(&b, page);
    says(&b, "node bmc9 power_watts=410");
    bench_close(&b);
    open_exporter(&b, address);
    answer(&b, page);
    says(&b, "node 10.0.0.7 power_watts=410");
    bench_close(&b);
}

/* What a Prometheus passes on: many nodes on one page, told apart by what it calls them. */
static void test_federated(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
    answer(
        &b,
        "node_load1{instance=\"cn1.site:9100\",job=\"node\"} 1 1795338999000\n"
        "node_load1{instance=\"cn2.site:9100\",job=\"node\"} 2 1795338999000\n"
        "DCGM_FI_DEV_GPU_TEMP{Hostname=\"cn2.site\",gpu=\"0\",instance=\"10.0.0.2:9400\"} 44 1795338999000\n"
        "mlu_temperature{instance=\"x:1\",mlu=\"0\",node=\"cn3\"} 33\n");
    assert_int_equal(b.bad, 0);
    says(&b, "node cn1 load=1\n");
    says(&b, "node cn2 load=2\n");
    says(&b, "device \"cn2\\x000\" vendor=NVIDIA temperature_celsius=44\n");
    says(&b, "device \"cn3\\x000\" vendor=Cambricon temperature_celsius=33\n");
    bench_close(&b);
}

/* ---- other vendors ---- */

static void test_amd_partitions(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
#define PART(gpu, part)                                                                            \
    "{card_model=\"MI300X\",gpu_compute_partition_type=\"cpx\",gpu_id=\"" gpu                      \
    "\",gpu_partition_id=\"" part "\",hostname=\"n3\",job_id=\"\",serial_number=\"S1\"} "
    answer(
        &b,
        "amd_gpu_junction_temperature" PART("0", "0") "71\namd_gpu_junction_temperature" PART(
            "1",
            "1") "0\n"
                 "amd_gpu_package_power" PART("0", "0") "640\namd_gpu_package_power" PART(
                     "1",
                     "1") "0\n"
                          "amd_gpu_gfx_activity" PART("0", "0") "80\namd_gpu_gfx_activity" PART(
                              "1",
                              "1") "40\n"
                                   "amd_gpu_total_vram" PART("0", "0") "98304\namd_gpu_total_vram" PART(
                                       "1",
                                       "1") "98304\n"
                                            "amd_gpu_prof_total_64_ops" PART("0", "0") "1e9\namd_gpu_prof_total_64_ops" PART(
                                                "1",
                                                "1") "2e9\n"
                                                     "amd_gpu_energy_consumed" PART(
                                                         "0",
                                                         "0") "5e9\namd_gpu_health" PART("0",
                                                                                         "0") "1\n");
    says(
        &b,
        "device \"n3\\x000\" vendor=AMD model=MI300X uuid=S1 temperature_celsius=71 power_watts=640 utilization_percent=60 "
        "memory_total_bytes=206158430208 health=ok mig=\"2 slices\" counted_fp64_flops=3000000000000\n");
    says_not(&b, "n3\\x001");
    bench_close(&b);
}

static void test_ascend(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
    /* bench_answer's bytes came at 1795339000000 */
#define NPU(id)                                                                                    \
    "{id=\"" id "\",model_name=\"910B3\",pcie_bus_info=\"0000:C1:00.0\",vdie_id=\"V" id "\"} "
    answer(
        &b,
        "npu_chip_info_temperature" NPU("0") "45 1795338999000\nnpu_chip_info_power" NPU(
            "0") "92.5 1795338999000\n"
                 "npu_chip_info_utilization" NPU("0") "88 1795338999000\nnpu_chip_info_cube_utilization" NPU(
                     "0") "71 1795338999000\n"
                          "npu_chip_info_hbm_total_memory" NPU("0") "65536 1795338960000\nnpu_chip_info_hbm_temperature" NPU(
                              "0") "-1 1795338960000\n"
                                   "npu_chip_info_health_status" NPU(
                                       "0") "1 1795338999000\n"
                                            "npu_chip_info_temperature" NPU("1") "45 1606402000\nnpu_chip_info_temperature" NPU(
                                                "2") "45 9214646400000\n");
    assert_int_equal(b.bad, 2);
    assert_non_null(strstr(b.bad_example.msg, "its value is of 2262"));
    says(
        &b,
        "device \"cn7\\x000\" vendor=Huawei model=910B3 uuid=V0 pci=0000:C1:00.0 temperature_celsius=45 power_watts=92.5 "
        "utilization_percent=88 tensor_utilization_percent=71 memory_total_bytes=68719476736 health=ok\n");
    says(
        &b,
        "device \"cn7\\x001\" vendor=Huawei model=910B3 uuid=V1 pci=0000:C1:00.0 health=\"old values\"\n");
    bench_close(&b);
}

static void test_ascend_packages(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
#define DIE(id) "{id=\"" id "\",model_name=\"Ascend910_9392\",vdie_id=\"V" id "\"} "
    answer(
        &b,
        "npu_chip_info_power" DIE("2") "166\nnpu_chip_info_power" DIE(
            "3") "0\n"
                 "npu_chip_info_temperature" DIE("2") "38\nnpu_chip_info_temperature" DIE(
                     "3") "41\n"
                          "npu_chip_info_utilization" DIE("2") "50\nnpu_chip_info_utilization" DIE(
                              "3") "100\n"
                                   "npu_chip_info_hbm_total_memory" DIE("2") "65536\nnpu_chip_info_hbm_total_memory" DIE(
                                       "3") "65536\n"
                                            "npu_chip_info_health_status" DIE(
                                                "2") "1\nnpu_chip_info_health_status" DIE("3") "0\n");
    says(
        &b,
        "device \"cn7\\x001\" vendor=Huawei model=Ascend910_9392 uuid=V2 temperature_celsius=41 power_watts=166 "
        "utilization_percent=75 memory_total_bytes=137438953472 health=unhealthy\n");
    says_not(&b, "cn7\\x002");
    says_not(&b, "cn7\\x003");
    bench_close(&b);
}

static void test_other_vendors(void **state)
{
    static const struct {
        const char *page, *row;
    } t[] = {
        {"mx_chip_hotspot_temp{deviceId=\"0\",uuid=\"GPU-m\",modelName=\"MXC500\",Hostname=\"n4\"} 51\n#HELP mx_board_power power\n"
         "mx_board_power{deviceId=\"0\",uuid=\"GPU-m\",modelName=\"MXC500\",Hostname=\"n4\"} 350123\n"
         "mx_memory_total{type=\"vram\",deviceId=\"0\",Hostname=\"n4\"} 67108864\nmx_memory_total{type=\"xtt\",deviceId=\"0\",Hostname=\"n4\"} 5\n",
         "device \"n4\\x000\" vendor=MetaX model=MXC500 uuid=GPU-m temperature_celsius=51 power_watts=350.123 memory_total_bytes=68719476736\n"},
        {"ix_temperature{gpu=\"1\",name=\"BI-V150\",uuid=\"U\",node_name=\"n5\"} 48\nix_mem_used{gpu=\"1\",name=\"BI-V150\",uuid=\"U\",node_name=\"n5\"} 1024\n"
         "ix_gpu_utilization{gpu=\"1\",name=\"BI-V150\",uuid=\"U\",node_name=\"n5\"} 12\n",
         "device \"n5\\x001\" vendor=Iluvatar model=BI-V150 uuid=U temperature_celsius=48 utilization_percent=12 memory_used_bytes=1073741824\n"},
        {"enflame_gcu_temperatures{minor_number=\"2\",name=\"T20\"} 40\nenflame_gcu_usage{minor_number=\"2\",name=\"T20\"} -1\n"
         "enflame_gcu_health{minor_number=\"2\",name=\"T20\"} 1\n",
         "device \"cn7\\x002\" vendor=Enflame model=T20 temperature_celsius=40 health=unhealthy\n"},
        {"habanalabs_power_mW{UUID=\"H\",device=\"accel3\"} 500000\nhabanalabs_temperature_onchip{UUID=\"H\",device=\"accel3\"} 47\n"
         "habanalabs_utilization{UUID=\"H\",device=\"accel3\"} 99\n",
         "device \"cn7\\x003\" vendor=Intel uuid=H temperature_celsius=47 power_watts=500 utilization_percent=99\n"},
        {"xpum_temperature_celsius{location=\"gpu\",pci_bdf=\"0000:4d:00.0\"} 50\nxpum_temperature_celsius{location=\"memory\",pci_bdf=\"0000:4d:00.0\"} 60\n",
         "vendor=Intel pci=0000:4d:00.0 temperature_celsius=50 memory_temperature_celsius=60\n"},
        {"gpu_temperature_celsius{node=\"n9.x\",vendor=\"Biren\",model=\"BR104\",gpu=\"4\",uuid=\"B\"} 33\n"
         "gpu_power_watts{node=\"n9.x\",vendor=\"Biren\",model=\"BR104\",gpu=\"4\",uuid=\"B\"} 123\n",
         "device \"n9\\x004\" vendor=Biren model=BR104 uuid=B temperature_celsius=33 power_watts=123\n"},
    };
    struct bench b;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        open_exporter(&b, NULL);
        answer(&b, t[i].page);
        assert_int_equal(b.bad, 0);
        says(&b, t[i].row);
        bench_close(&b);
    }
}

/* ---- suantop-node ---- */

static void test_suantop_node(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
#define GPU "{gpu=\"0000:3b:00.0\""
    answer(
        &b,
        "suantop_node_info{nodename=\"cn9\",os=\"Linux 6.1\",version=\"0.1.0\"} 1\nsuantop_load1 1.5\n"
        "suantop_temperature_celsius{chip=\"coretemp-isa-0000\",sensor=\"temp1\",label=\"Package id 0\"} 66\n"
        "suantop_temperature_critical_celsius{chip=\"coretemp-isa-0000\",sensor=\"temp1\",label=\"Package id 0\"} 100\n"
        "suantop_gpu_info" GPU
        ",index=\"3\",uuid=\"GPU-x\",model=\"H200\",vendor=\"NVIDIA\",driver=\"550\"} 1\n"
        "suantop_gpu_expected" GPU
        "} 1\nsuantop_gpu_expected{gpu=\"0000:d8:00.0\"} 1\nsuantop_gpu_up" GPU
        "} 1\nsuantop_gpu_up{gpu=\"0000:d8:00.0\"} 0\n"
        "suantop_gpu_temperature_celsius" GPU "} 50\nsuantop_gpu_temperature_headroom_celsius" GPU
        "} -2\n"
        "suantop_gpu_pipe_active_ratio" GPU
        ",pipe=\"tensor\"} 0.5\nsuantop_gpu_pipe_active_ratio" GPU ",pipe=\"sm\"} 0.9\n"
        "suantop_gpu_sm_clock_mean_hertz" GPU "} 1.7e9\nsuantop_gpu_clock_hertz" GPU
        ",clock=\"sm\"} 1.9e9\n"
        "suantop_gpu_throttled" GPU ",reason=\"sw_power\"} 1\nsuantop_gpu_throttled" GPU
        ",reason=\"hw_thermal\"} 0\n"
        "suantop_gpu_xid_errors_total" GPU ",xid=\"79\"} 1\nsuantop_gpu_xid_errors_total" GPU
        ",xid=\"31\"} 4\n"
        "suantop_gpu_xid_last_timestamp_seconds" GPU
        ",xid=\"79\"} 1795330000\nsuantop_gpu_xid_last_timestamp_seconds" GPU
        ",xid=\"31\"} 1795320000\n"
        "suantop_gpu_job_info" GPU ",job=\"77\",user=\"wang\"} 1\n"
        "suantop_gpu_mig_info" GPU ",instance=\"1\",uuid=\"MIG-1\",profile=\"1g.18gb\"} 1\n"
        "suantop_cpu_flops_total{precision=\"fp64\"} 1e12\n# EOF\n");
    assert_int_equal(b.bad, 0);
    says(
        &b,
        "node cn9 load=1.5 devices_total=2 temperature_celsius=66 temperature_sensor=\"coretemp-isa-0000 Package id 0\" "
        "temperature_limit_celsius=100 os=\"Linux 6.1\"\n");
    says(
        &b,
        "device \"cn9\\x003\" vendor=NVIDIA model=H200 uuid=GPU-x pci=0000:3b:00.0 temperature_celsius=50 "
        "temperature_headroom_celsius=-2 tensor_utilization_percent=50 clock_hertz=1700000000 throttle=sw_power health=ok "
        "xid_last=79 xid_at=2026-11-22T06:46:40Z xid_count=5 job=77 user=wang mig=\"1 slice\"\n");
    says(
        &b,
        "device \"cn9\\x003.1\" index=3 vendor=NVIDIA model=H200 uuid=MIG-1 pci=0000:3b:00.0 mig=1g.18gb parent=GPU-x\n");
    says(&b, "device \"cn9\\x000000:d8:00.0\" pci=0000:d8:00.0 health=lost\n");
    b.now += 9980;
    answer(&b, "suantop_node_info{nodename=\"cn9\"} 1\nsuantop_gpu_expected" GPU
               "} 1\nsuantop_gpu_up" GPU "} 0\n"
               "suantop_cpu_flops_total{precision=\"fp64\"} 3e12\n");
    says(&b, "cpu_fp64_flops=200000000000");
    says(
        &b,
        "device \"cn9\\x003\" pci=0000:3b:00.0 temperature_celsius=? "); /* it fell off the bus: still the one of that address */
    says(&b, "health=lost");
    says(&b, "remove device \"cn9\\x003.1\"");
    bench_close(&b);
}

/* ---- page after page ---- */

/* Labels that were read once are not read again, and what they told is neither told again nor lost. */
static void test_labels_are_remembered(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
#define JOB(job) "{gpu=\"2\",UUID=\"GPU-c\",Hostname=\"cn7.tj.example\",hpc_job=\"" job "\"} "
    answer(&b, "DCGM_FI_DEV_GPU_TEMP" GPU0 "61\nDCGM_FI_DEV_GPU_TEMP" GPU1
               "55\nDCGM_FI_DEV_GPU_TEMP" JOB("7") "50\n");
    says(&b, "uuid=GPU-c temperature_celsius=50 job=7\n");
    answer(&b, "DCGM_FI_DEV_GPU_TEMP" GPU0 "62\nDCGM_FI_DEV_GPU_TEMP" GPU1
               "56\nDCGM_FI_DEV_GPU_TEMP" JOB("8") "51\n"
                                                   "DCGM_FI_DEV_GPU_UTIL" GPU1
                                                   "7\nDCGM_FI_DEV_GPU_UTIL" GPU0 "9\n");
    says(&b, "device \"cn7\\x000\" vendor=NVIDIA temperature_celsius=62 utilization_percent=9\n");
    says(&b, "device \"cn7\\x001\" vendor=NVIDIA temperature_celsius=56 utilization_percent=7\n");
    says(&b, "uuid=GPU-c temperature_celsius=51 job=8\n");
    answer(&b, "DCGM_FI_DEV_GPU_TEMP" GPU0 "62\nDCGM_FI_DEV_GPU_TEMP" GPU1
               "56\nDCGM_FI_DEV_GPU_TEMP" JOB("8") "51\n");
    says_not(&b, "job=");
    answer(&b,
           "DCGM_FI_DEV_GPU_TEMP" GPU1
           "57\nDCGM_FI_DEV_GPU_TEMP{gpu=\"2\",UUID=\"GPU-c\",Hostname=\"cn7.tj.example\"} 52\n");
    says(&b, "device \"cn7\\x001\" vendor=NVIDIA temperature_celsius=57\n");
    says(&b, "job=?");
    says(&b, "remove device \"cn7\\x000\"");
    for (int i = 0; i < 20; i++) {
        answer(&b, "DCGM_FI_DEV_GPU_TEMP" GPU1 "57\n");
        if (bench_says(&b, "uuid=GPU-b")) /* now and then all is read anew */
            break;
        says(&b, "device \"cn7\\x001\" vendor=NVIDIA temperature_celsius=57\n");
    }
    says(&b, "uuid=GPU-b");
    answer(&b, "DCGM_FI_DEV_GPU_TEMP" GPU1 "58\n");
    says_not(&b, "uuid=GPU-b");
    b.ops->refresh(b.state, b.now);
    answer(&b, "DCGM_FI_DEV_GPU_TEMP" GPU1 "58\n");
    says(&b, "uuid=GPU-b");
    bench_close(&b);
}

/* ---- the way a page can be wrong ---- */

static void test_removed_only_by_whole_pages(void **state)
{
    struct bench b;

    (void)state;
    open_exporter(&b, NULL);
    answer(&b, "DCGM_FI_DEV_GPU_TEMP" GPU0 "61\nDCGM_FI_DEV_GPU_TEMP" GPU1 "55\n");
    b.reply.content_type = "application/openmetrics-text; version=1.0.0";
    answer(&b, "DCGM_FI_DEV_GPU_TEMP" GPU0 "62\n"); /* no # EOF */
    assert_int_equal(b.rc, RC_SYNTAX);
    says(&b, "temperature_celsius=62");
    says_not(&b, "remove");
    b.reply.content_type = "application/openmetrics-text; version=1.0.0";
    answer(&b, "DCGM_FI_DEV_GPU_TEMP" GPU0 "63\n# EOF\n");
    assert_int_equal(b.rc, RC_OK);
    says(&b, "remove device \"cn7\\x001\"");
    b.reply.rc = RC_NET;
    err_set(&b.reply.err, RC_NET, "", "connection refused");
    answer(&b, "");
    assert_int_equal(b.rc, RC_NET);
    says_not(&b, "remove");
    says(&b, "note=\"1 of 1 target does not answer: cn7.tj.example connection refused\"");
    bench_close(&b);
}

static void wrong(const char *page, int status, enum rc rc, const char *why)
{
    struct bench b;

    open_exporter(&b, NULL);
    bench_answer_text(&b, status, page);
    assert_int_equal(b.rc, rc);
    if (strstr(b.err.msg, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", b.err.msg, why);
    says_not(&b, "device ");
    bench_close(&b);
}

static void test_pages_that_are_none(void **state)
{
    (void)state;
    wrong("<html><body>Please log in</body></html>\n", 200, RC_SYNTAX, "web page");
    wrong("", 200, RC_SCHEMA, "empty");
    wrong("go_goroutines 7\nprocess_open_fds 9\n", 200, RC_SCHEMA,
          "none of the metrics on its page (2 lines) is known");
    wrong("DCGM_FI_DEV_GPU_TEMP" GPU0 "61\n", 503, RC_HTTP, "503");
    wrong("no\n", 401, RC_AUTH, "401");
    wrong("{\"status\":\"success\"}\n", 200, RC_SCHEMA, "none of the metrics");
}

static void test_hostile_lines(void **state)
{
    struct buf page;
    struct bench b;

    (void)state;
    buf_init(&page, 8 << 20);
    buf_adds(
        &page,
        "DCGM_FI_DEV_GPU_TEMP" GPU0 "61\n"
        "DCGM_FI_DEV_GPU_TEMP" GPU0 "99\n" /* once more */
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"1\",UUID=\"GPU-b\",modelName=\"x\\n\\\"y\\\\\"} 55\n" /* escapes */
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"2\" 55\n"                       /* no brace */
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"3\"} warm\n"                    /* no number */
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"4\"} NaN\n"                     /* nothing known: no error */
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"5\"} 1e400\n"                   /* out of this world */
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"6\"} 50 -9223372036854775808\n" /* ages ago */
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"\033[2J\"} 55\n"                /* an escape as a name */
        "DCGM_FI_DEV_GPU_TEMP{gpu=\"\xff\xfe\"} 55\n"               /* no UTF-8 */
        "\x01\x02\x03\n {} 5\n99 bottles\n"
        "DCGM_FI_DEV_GPU_TEMP{ gpu = \"7\", } 57 # {trace=\"}\"} 1 2\n"); /* odd, but right */
    buf_adds(&page, "DCGM_FI_DEV_GPU_TEMP{gpu=\"8\",modelName=\"");
    for (int i = 0; i < 1 << 20; i++)
        buf_addc(&page, 'A');
    buf_adds(&page, "\"} 58\nDCGM_FI_DEV_GPU_TEMP{gpu=\"9\"} 59\n");
    open_exporter(&b, NULL);
    bench_answer(&b, 200, page.data, page.len);
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.bad, 9);
    says(
        &b,
        "device \"cn7\\x000\" vendor=NVIDIA model=\"NVIDIA H100 80GB HBM3\" uuid=GPU-a pci=00000000:3B:00.0 temperature_celsius=61\n");
    says(&b, "device \"cn7\\x007\" vendor=NVIDIA temperature_celsius=57\n");
    says(&b, "device \"cn7\\x009\" vendor=NVIDIA temperature_celsius=59\n");
    says_not(&b, "x008");
    says_not(&b, "x003");
    says_not(&b, "\033");
    bench_close(&b);
    buf_fini(&page);
}

/* ---- pages of the real things, where there are such ---- */

static char *sample(const char *name)
{
    const char *dir = getenv("SUANTOP_SAMPLES");
    struct buf text;

    if (dir == NULL)
        skip();
    char *path = xasprintf("%s/telemetry/%s", dir, name);
    FILE *f = fopen(path, "re");
    free(path);
    if (f == NULL)
        skip();
    buf_init(&text, 64 << 20);
    for (size_t n; (n = fread(buf_reserve(&text, 65536), 1, 65536, f)) > 0;)
        buf_commit(&text, n);
    fclose(f);
    return buf_take(&text);
}

static void check_sample(const char *name, size_t bad, const char *const *rows)
{
    struct bench b;
    char *page = sample(name);

    open_exporter(&b, NULL);
    answer(&b, page);
    assert_int_equal(b.rc, RC_OK);
    assert_int_equal(b.bad, bad);
    for (; *rows != NULL; rows++)
        says(&b, *rows);
    bench_close(&b);
    free(page);
}

static void test_sample_dcgm(void **state)
{
    static const char *const t4[] = {
        "device \"ip-10-200-3-41\\x000\" vendor=NVIDIA model=\"Tesla T4\" uuid=GPU-d7cbb0cd-d4bd-c2f7-dfaf-221df5e958ea "
        "pci=00000000:00:1E.0 temperature_celsius=24 power_watts=14.512 utilization_percent=0 tensor_utilization_percent=0 "
        "memory_used_bytes=0 memory_total_bytes=16105078784 clock_hertz=300000000\n",
        NULL};
    static const char *const a100[] = {
        "device \"ub20-a100-k8s\\x000\" vendor=NVIDIA uuid=GPU-34319582-d595-d1c7-d1d2-179bcfa61660 temperature_celsius=61 "
        "memory_temperature_celsius=69 power_watts=409.692 utilization_percent=99.563 tensor_utilization_percent=92.926 "
        "memory_used_bytes=5080350720 memory_total_bytes=42504028160 clock_hertz=1215000000 mig=\"1 slice\"\n",
        "device \"ub20-a100-k8s\\x000.13\" index=0 vendor=NVIDIA utilization_percent=99.5687 tensor_utilization_percent=93.0433 "
        "mig=1g.5gb parent=GPU-34319582-d595-d1c7-d1d2-179bcfa61660\n",
        NULL};
    static const char *const odd[] = {
        "device \"workstation\\x000\" vendor=NVIDIA model=\"NVIDIA T400 4GB\" uuid=GPU-b9f9e81b-bee7-34bc-af17-132ef6592740 "
        "xid_last=42 xid_count=1\n",
        "device \"yg-data-k8s-gpu-a30-node-test-test0003\\x000.3\" index=0 vendor=NVIDIA model=\"NVIDIA A30\" mig=1g.6gb "
        "parent=GPU-265c9814-6156-355b-e589-ff2064894f16\n",
        "device \"cn7\\x000\" vendor=NVIDIA uuid=GPU-604ac76c-d9cf-fef3-62e9-d92044ab6e52\n", NULL};

    (void)state;
    check_sample("dcgm-exporter-t4.txt", 0, t4);
    check_sample("dcgm-exporter-a100-mig-doc.txt", 0, a100);
    check_sample("dcgm-exporter-odd-lines.txt", 0, odd);
}

static void test_sample_others(void **state)
{
    static const char *const mlu[] = {
        "device \"machine1\\x000\" vendor=Cambricon model=MLU590 uuid=uuid1 temperature_celsius=23 power_watts=30 "
        "utilization_percent=11 tensor_utilization_percent=80 memory_used_bytes=20971520 memory_total_bytes=1048576000 "
        "clock_hertz=1000000000 health=ok mig=\"2 slices\"\n",
        "device \"machine1\\x001\" vendor=Cambricon model=MLU590 uuid=uuid2 temperature_celsius=23 tensor_utilization_percent=81 "
        "memory_used_bytes=22020096 memory_total_bytes=1048576000 clock_hertz=500000000 health=CNDEV_FR_TEMP_VIOLATION\n",
        "device \"machine1\\x000.2\" index=0 vendor=Cambricon model=MLU590 uuid=test-uuid1 utilization_percent=11 "
        "mig=mlu590.mim-2m.16g parent=uuid1\n",
        NULL};
    static const char *const dcu[] = {
        "device \"dcunode3\\x000\" vendor=Hygon uuid=T8R1380013061601 pci=0000:f6:00.0 temperature_celsius=46 "
        "memory_total_bytes=34342961152\n",
        "device \"dcunode3\\x001\" vendor=Hygon uuid=T8R1380019021101 pci=0000:6a:00.0 temperature_celsius=47 "
        "memory_total_bytes=34342961152\n",
        NULL};
    static const char *const npu[] = {
        "device \"cn7\\x000\" vendor=Huawei model=910Awn-Ascend-V1 health=\"old values\"\n",
        "device \"cn7\\x007\" vendor=Huawei model=910Awn-Ascend-V1 health=\"old values\"\n", NULL};
    static const char *const amd[] = {
        "device \"cn7\\x006699c0a8-4200-4242-037f-f97e6cae0f09\" index=0 vendor=AMD uuid=6699c0a8-4200-4242-037f-f97e6cae0f09 "
        "power_watts=41 utilization_percent=0 memory_total_bytes=68702000000\n",
        NULL};
    static const char *const node[] = {
        "node cn7 temperature_celsius=57 temperature_sensor=\"mt7996_phy0_2 temp1\" fan_rpm=1998\n",
        NULL};

    (void)state;
    check_sample("cambricon-mlu-exporter-from-testdata.txt", 0, mlu);
    check_sample("hygon-dcu-exporter-readme.txt", 0, dcu);
    check_sample("npu-exporter-5.0-testfixture.txt", 80, npu);
    check_sample("amd-device-metrics-exporter-mini.txt", 0, amd);
    check_sample("node_exporter-e2e-hwmon-rapl-excerpt.txt", 0, node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_ipv6_targets),
        cmocka_unit_test(test_the_last_answer_tells_how_many_answered),
        cmocka_unit_test(test_dcgm),
        cmocka_unit_test(test_new_dcgm_names_and_ratios),
        cmocka_unit_test(test_mig),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_energy_only_where_no_watts),
        cmocka_unit_test(test_sensors),
        cmocka_unit_test(test_ipmi_and_names),
        cmocka_unit_test(test_federated),
        cmocka_unit_test(test_amd_partitions),
        cmocka_unit_test(test_ascend),
        cmocka_unit_test(test_ascend_packages),
        cmocka_unit_test(test_other_vendors),
        cmocka_unit_test(test_suantop_node),
        cmocka_unit_test(test_labels_are_remembered),
        cmocka_unit_test(test_removed_only_by_whole_pages),
        cmocka_unit_test(test_pages_that_are_none),
        cmocka_unit_test(test_hostile_lines),
        cmocka_unit_test(test_sample_dcgm),
        cmocka_unit_test(test_sample_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
