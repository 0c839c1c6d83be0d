/* SPDX-License-Identifier: MIT
 * test_node_jobs.c - which job has which GPU, from files that a prolog wrote, or somebody. */
#include "tests/unit/nodegpu.h"

static char folder[100];
static struct job_folders folders;
static const struct job_place whole = {"0000:41:00.0", "0", "GPU-0", NULL};
static const struct job_place slice = {"0000:41:00.0", "0", "MIG-7", "1"};

static int begin_jobs(void **state)
{
    begin(state);
    snprintf(folder, sizeof folder, "%s/jobs", machine);
    folders = (struct job_folders){NULL, NULL, NULL};
    put_file("jobs/keep", "");
    return 0;
}

static size_t jobs_of(const struct job_place *place)
{
    FILE *out = listen_to();

    jobs_tell(out, &folders, place);
    hear(out);
    return round_of.samples.count;
}

static void test_jobstats(void **state)
{
    (void)state;
    folders.jobstats = folder;
    assert_int_equal(jobs_of(&whole), 0);
    put_file("jobs/0", "4711 1000\n");
    assert_int_equal(jobs_of(&whole), 1);
    is(FAMILY_GPU_JOB, FIRST ",job=\"4711\",user=\"1000\"", 1);
    assert_int_equal(jobs_of(&slice), 0); /* the whole GPU's job is not that of a slice */
    put_file("jobs/GPU-0", "4712_3 1001");
    assert_int_equal(jobs_of(&whole), 1);
    is(FAMILY_GPU_JOB, FIRST ",job=\"4712_3\",user=\"1001\"", 1);
    put_file("jobs/MIG-7", "4713");
    assert_int_equal(jobs_of(&slice), 1);
    is(FAMILY_GPU_JOB, FIRST ",instance=\"1\",job=\"4713\"", 1);
}

static void test_dcgm(void **state)
{
    (void)state;
    folders.dcgm = folder;
    put_file("jobs/0", "17\n18\n\n");
    assert_int_equal(jobs_of(&whole), 2);
    is(FAMILY_GPU_JOB, FIRST ",job=\"17\"", 1);
    is(FAMILY_GPU_JOB, FIRST ",job=\"18\"", 1);
    put_file("jobs/0.1", "19");
    assert_int_equal(jobs_of(&slice), 1);
    is(FAMILY_GPU_JOB, FIRST ",instance=\"1\",job=\"19\"", 1);
}

static void test_amd(void **state)
{
    (void)state;
    folders.amd = folder;
    put_file(
        "jobs/0",
        "{ \"SLURM_JOB_ID\": \"8\", \"SLURM_JOB_USER\": \"ann\", \"SLURM_JOB_PARTITION\": \"gpu\","
        " \"CUDA_VISIBLE_DEVICES\": \"0\" }");
    assert_int_equal(jobs_of(&whole), 1);
    is(FAMILY_GPU_JOB, FIRST ",job=\"8\",user=\"ann\"", 1);
    put_file("jobs/0", "{ \"SLURM_JOB_ID\": ");
    assert_int_equal(jobs_of(&whole), 0);
    put_file("jobs/0", "{ \"SLURM_JOB_ID\": [1, 2] }");
    assert_int_equal(jobs_of(&whole), 0);
}

/* What they hold is data. */
static void test_nonsense(void **state)
{
    static const char *const bad[] = {"", "\n\n", "<script> 1", "a\"b 1", "a;b", "\033[31m 1"};
    char long_id[5000], path[200];

    (void)state;
    folders = (struct job_folders){folder, folder, folder};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put_file("jobs/0", bad[i]);
        folders.dcgm = NULL; /* the second word would be a job there */
        assert_int_equal(jobs_of(&whole), 0);
    }
    memset(long_id, '1', sizeof long_id - 1);
    long_id[sizeof long_id - 1] = '\0';
    put_file("jobs/0", long_id);
    assert_int_equal(jobs_of(&whole), 0);
    /* A user that is none costs the user only. */
    put_file("jobs/0", "12 a$b");
    assert_int_equal(jobs_of(&whole), 1);
    is(FAMILY_GPU_JOB, FIRST ",job=\"12\"", 1);
    /* A pipe, on which a read would wait; a name that leads elsewhere. */
    snprintf(path, sizeof path, "%s/0", folder);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(jobs_of(&whole), 0);
    put_file("secret", "99 0");
    put_file("jobs/below/it", "99 0");
    assert_int_equal(jobs_of(&(struct job_place){"0000:41:00.0", "", "below/it", NULL}), 0);
    assert_int_equal(jobs_of(&(struct job_place){"0000:41:00.0", "", "../secret", NULL}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_jobstats, begin_jobs, end),
        cmocka_unit_test_setup_teardown(test_dcgm, begin_jobs, end),
        cmocka_unit_test_setup_teardown(test_amd, begin_jobs, end),
        cmocka_unit_test_setup_teardown(test_nonsense, begin_jobs, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
