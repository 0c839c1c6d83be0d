/* SPDX-License-Identifier: MIT
 * test_base_mem.c - xmem and arena. */
#include "base/arena.h"
#include "base/xmem.h"
#include "tests/unit/unit.h"
#include <sys/wait.h>
#include <unistd.h>

static void test_sizes_of_zero_give_memory(void **state)
{
    (void)state;
    void *p = xmalloc(0), *q = xcalloc(0, 8);

    assert_non_null(p);
    assert_non_null(q);
    q = xreallocarray(q, 0, 0);
    assert_non_null(q);
    free(p);
    free(q);
}

static void test_overflow_is_refused(void **state)
{
    (void)state;
    char *keep = xmalloc(4);

    assert_null(mem_try_reallocarray(keep, SIZE_MAX / 2, 3));
    assert_null(mem_try_reallocarray(NULL, SIZE_MAX / 4, 4));
    assert_null(mem_try_alloc(SIZE_MAX));
    keep[3] = 'x'; /* still ours */
    free(keep);
}

static void test_strings(void **state)
{
    (void)state;
    char *a = xstrdup("node"), *b = xstrndup("node01", 4), *c = xasprintf("%s%02d", "node", 7);
    char *d = xstrndup("no", 10);

    assert_string_equal(a, "node");
    assert_string_equal(b, "node");
    assert_string_equal(c, "node07");
    assert_string_equal(d, "no");
    free(a);
    free(b);
    free(c);
    free(d);
}

static void test_xgrow_doubles(void **state)
{
    (void)state;
    size_t cap = 0;
    int *a = xgrow(NULL, &cap, 1, sizeof(*a));

    assert_true(cap >= 1);
    size_t before = cap;
    a = xgrow(a, &cap, before, sizeof(*a));
    assert_int_equal(cap, before);
    a = xgrow(a, &cap, before + 1, sizeof(*a));
    assert_int_equal(cap, before * 2);
    a = xgrow(a, &cap, 1000, sizeof(*a));
    assert_true(cap >= 1000);
    a[999] = 1;
    free(a);
}

static int hook_fd;

static void tell(void)
{
    if (write(hook_fd, "x", 1) != 1)
        _exit(9);
}

/* In a child: out of memory runs the hook once and aborts. */
static void test_out_of_memory_runs_the_hook_and_aborts(void **state)
{
    (void)state;
    int ends[2], status = 0;
    char got[4];

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        hook_fd = ends[1];
        close(STDERR_FILENO);
        xmem_set_oom_hook(tell);
        free(xreallocarray(NULL, SIZE_MAX / 2, 4));
        _exit(0);
    }
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(read(ends[0], got, sizeof(got)), 1);
    close(ends[0]);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == 6);
}

static void test_arena_aligns_and_keeps_what_it_gave(void **state)
{
    (void)state;
    struct arena a;
    char *strings[2000];

    arena_init(&a, 0);
    for (int i = 0; i < 2000; i++) {
        strings[i] = arena_printf(&a, "string %d", i);
        assert_int_equal((uintptr_t)strings[i] % 16, 0);
    }
    for (int i = 0; i < 2000; i++) {
        char want[32];
        snprintf(want, sizeof(want), "string %d", i);
        assert_string_equal(strings[i], want);
    }
    arena_fini(&a);
}

static void test_arena_reset_reuses_its_blocks(void **state)
{
    (void)state;
    struct arena a;

    arena_init(&a, 0);
    void *first = arena_alloc(&a, 100);
    for (int i = 0; i < 100; i++)
        assert_non_null(arena_alloc(&a, 5000));
    arena_reset(&a);
    assert_int_equal(a.used, 0);
    assert_ptr_equal(arena_alloc(&a, 100), first);
    struct arena_block *blocks = a.first;
    for (int i = 0; i < 100; i++)
        assert_non_null(arena_alloc(&a, 5000));
    assert_ptr_equal(a.first, blocks);
    arena_fini(&a);
}

static void test_arena_has_a_maximum(void **state)
{
    (void)state;
    struct arena a;

    arena_init(&a, 64);
    assert_non_null(arena_alloc(&a, 32));
    assert_null(arena_alloc(&a, 33));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 15));
    assert_non_null(arena_alloc(&a, 32));
    assert_null(arena_alloc(&a, 1));
    arena_reset(&a);
    assert_non_null(arena_alloc(&a, 64));
    arena_fini(&a);
}

static void test_arena_takes_large_things(void **state)
{
    (void)state;
    struct arena a;
    size_t size = 3u << 20;

    arena_init(&a, 0);
    char *p = arena_calloc(&a, size);
    assert_int_equal(p[0] | p[size - 1], 0);
    memset(p, 1, size);
    assert_non_null(arena_alloc(&a, 1));
    arena_fini(&a);
}

static void test_arena_copies_bytes(void **state)
{
    (void)state;
    struct arena a;

    arena_init(&a, 0);
    assert_memory_equal(arena_strndup(&a, "a\0b", 3), "a\0b", 4);
    assert_string_equal(arena_strndup(&a, NULL, 0), "");
    assert_string_equal(arena_strdup(&a, "x"), "x");
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_of_zero_give_memory),
        cmocka_unit_test(test_overflow_is_refused),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_xgrow_doubles),
        cmocka_unit_test(test_out_of_memory_runs_the_hook_and_aborts),
        cmocka_unit_test(test_arena_aligns_and_keeps_what_it_gave),
        cmocka_unit_test(test_arena_reset_reuses_its_blocks),
        cmocka_unit_test(test_arena_has_a_maximum),
        cmocka_unit_test(test_arena_takes_large_things),
        cmocka_unit_test(test_arena_copies_bytes),
    };
    return cmocka_run_group_tests_name("base mem", tests, NULL, NULL);
}
