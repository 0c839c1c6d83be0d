/* SPDX-License-Identifier: MIT
 * test_node_amd.c - AMD's GPUs from a made-up tree of the kernel driver's files. */
#include "tests/unit/nodegpu.h"

#define GPU "sys/bus/pci/devices/0000:0c:00.0/"
#define OLD "sys/bus/pci/devices/0000:2f:00.0/"
#define NEW_ONE "gpu=\"0000:0c:00.0\""
#define OLD_ONE "gpu=\"0000:2f:00.0\""

static void ask(const char *question, const struct job_folders *jobs)
{
    FILE *out = listen_to();
    const struct gpu_round r = {out, machine, question, jobs};

    amd_round(&r);
    hear(out);
}

static const struct job_folders no_jobs = {NULL, NULL, NULL};

/* An MI300 (no edge, power1_input) and an older one (power1_average). */
static int begin_gpus(void **state)
{
    static const char *const files[][2] = {
        {GPU "unique_id", "deadbeef01234567\n"},
        {GPU "product_name", "AMD Instinct MI300X OAM\n"},
        {GPU "gpu_busy_percent", "87\n"},
        {GPU "mem_busy_percent", "31\n"},
        {GPU "mem_info_vram_total", "206141652992\n"},
        {GPU "mem_info_vram_used", "103070826496\n"},
        {GPU "pp_dpm_sclk", "0: 132Mhz\n1: 2100Mhz *\n"},
        {GPU "ras/umc_err_count", "ue: 1\nce: 12\n"},
        {GPU "drm/card3/dev", "226:3\n"},
        {GPU "drm/renderD130/dev", "226:130\n"},
        {GPU "hwmon/hwmon7/temp2_label", "junction\n"},
        {GPU "hwmon/hwmon7/temp2_input", "74000\n"},
        {GPU "hwmon/hwmon7/temp2_crit", "100000\n"},
        {GPU "hwmon/hwmon7/temp2_emergency", "105000\n"},
        {GPU "hwmon/hwmon7/temp3_label", "mem\n"},
        {GPU "hwmon/hwmon7/temp3_input", "61000\n"},
        {GPU "hwmon/hwmon7/power1_input", "612000000\n"},
        {GPU "hwmon/hwmon7/power1_cap", "750000000\n"},
        {GPU "hwmon/hwmon7/freq1_label", "sclk\n"},
        {GPU "hwmon/hwmon7/freq1_input", "1900000000\n"},
        {OLD "device", "0x738c\n"},
        {OLD "gpu_busy_percent", "0\n"},
        {OLD "hwmon/hwmon9/temp1_label", "edge\n"},
        {OLD "hwmon/hwmon9/temp1_input", "41000\n"},
        {OLD "hwmon/hwmon9/temp1_crit", "100000\n"},
        {OLD "hwmon/hwmon9/temp2_label", "junction\n"},
        {OLD "hwmon/hwmon9/temp2_input", "52000\n"},
        {OLD "hwmon/hwmon9/temp2_crit", "105000\n"},
        {OLD "hwmon/hwmon9/power1_average", "38000000\n"},
        {"sys/module/amdgpu/version", "6.8.5\n"},
    };

    begin(state);
    put_pci("0000:0c:00.0", "0x120000\n", "0x1002\n");
    put_pci("0000:2f:00.0", "0x038000\n", "0x1002\n");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        put_file(files[i][0], files[i][1]);
    return 0;
}

static void test_values(void **state)
{
    (void)state;
    ask("\n", &no_jobs);
    assert_string_equal(round_of.trouble, "");
    is(FAMILY_GPU_INFO,
       NEW_ONE
       ",index=\"2\",uuid=\"deadbeef01234567\",model=\"AMD Instinct MI300X OAM\",vendor=\"AMD\","
       "driver=\"6.8.5\"",
       1);
    is(FAMILY_GPU_UP, NEW_ONE, 1);
    is(FAMILY_GPU_HEALTH, NEW_ONE ",health=\"ok\"", 1);
    is(FAMILY_GPU_TEMPERATURE, NEW_ONE, 74);
    is(FAMILY_GPU_JUNCTION_TEMPERATURE, NEW_ONE, 74);
    is(FAMILY_GPU_MEMORY_TEMPERATURE, NEW_ONE, 61);
    is(FAMILY_GPU_SLOWDOWN, NEW_ONE, 100);
    is(FAMILY_GPU_SHUTDOWN, NEW_ONE, 105);
    is(FAMILY_GPU_HEADROOM, NEW_ONE, 26);
    is(FAMILY_GPU_POWER, NEW_ONE, 612);
    is(FAMILY_GPU_POWER_INSTANT, NEW_ONE, 612);
    is(FAMILY_GPU_POWER_LIMIT, NEW_ONE, 750);
    is(FAMILY_GPU_BUSY, NEW_ONE, 0.87);
    is(FAMILY_GPU_MEMORY_BUSY, NEW_ONE, 0.31);
    is(FAMILY_GPU_MEMORY_SIZE, NEW_ONE, 206141652992.0);
    is(FAMILY_GPU_MEMORY_USED, NEW_ONE, 103070826496.0);
    is(FAMILY_GPU_CLOCK, NEW_ONE ",clock=\"sm\"", 1.9e9);
    is(FAMILY_GPU_CLOCK_MAX, NEW_ONE ",clock=\"sm\"", 2.1e9);
    is(FAMILY_GPU_ECC, NEW_ONE ",kind=\"uncorrected\"", 1);
    is(FAMILY_GPU_ECC, NEW_ONE ",kind=\"corrected\"", 12);
    /* The older one: what it does not have is absent. */
    is(FAMILY_GPU_INFO, OLD_ONE ",model=\"AMD GPU 0x738c\",vendor=\"AMD\",driver=\"6.8.5\"", 1);
    is(FAMILY_GPU_TEMPERATURE, OLD_ONE, 41);
    is(FAMILY_GPU_JUNCTION_TEMPERATURE, OLD_ONE, 52);
    is(FAMILY_GPU_HEADROOM, OLD_ONE, 53); /* of the junction, which is nearer to its limit */
    is(FAMILY_GPU_POWER, OLD_ONE, 38);
    is(FAMILY_GPU_BUSY, OLD_ONE, 0);
    assert_null(find(FAMILY_GPU_MEMORY_TEMPERATURE, OLD_ONE));
    assert_null(find(FAMILY_GPU_POWER_INSTANT, OLD_ONE));
    assert_null(find(FAMILY_GPU_MEMORY_SIZE, OLD_ONE));
    assert_null(find(FAMILY_GPU_ECC, OLD_ONE ",kind=\"corrected\""));
}

static void test_a_lost_one(void **state)
{
    (void)state;
    put_pci("0000:33:00.0", "0x120000\n", "0x1002\n");
    put_file("sys/bus/pci/devices/0000:33:00.0/gpu_busy_percent", "what?\n");
    ask("\n", &no_jobs);
    is(FAMILY_GPU_UP, "gpu=\"0000:33:00.0\"", 0);
    is(FAMILY_GPU_HEALTH, "gpu=\"0000:33:00.0\",health=\"lost\"", 1);
    is(FAMILY_GPU_UP, NEW_ONE, 1);
    assert_null(find(FAMILY_GPU_BUSY, "gpu=\"0000:33:00.0\""));
}

static void test_left_out_and_jobs(void **state)
{
    char folder[100];
    struct job_folders jobs = {NULL, NULL, folder};

    (void)state;
    snprintf(folder, sizeof folder, "%s/exporter", machine);
    put_file("exporter/2", "{\"SLURM_JOB_ID\":\"77\",\"SLURM_JOB_USER\":\"ann\"}\n");
    ask("! -0000:2f:00.0 \n", &jobs);
    assert_null(find(FAMILY_GPU_UP, OLD_ONE));
    is(FAMILY_GPU_JOB, NEW_ONE ",job=\"77\",user=\"ann\"", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, begin_gpus, end),
        cmocka_unit_test_setup_teardown(test_a_lost_one, begin_gpus, end),
        cmocka_unit_test_setup_teardown(test_left_out_and_jobs, begin_gpus, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
