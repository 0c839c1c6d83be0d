/* SPDX-License-Identifier: MIT
 * test_app_discover.c - which exporters are found on the loopback: those whose page is one, and nobody is waited for. */
#include "tests/unit/unit.h"

#include "app/discover_exporters.h"
#include "base/clock.h"
#include "tests/fake/fake_http.h"
#include <stdio.h>
#include <string.h>

static void test_exporters_are_found(void **state)
{
    struct fake_http *node = fake_http_start(
        "on GET /metrics\n body # TYPE node_load1 gauge\\nnode_load1 0.5\\n\n", NULL);
    struct fake_http *other = fake_http_start("on GET /metrics\n body go_goroutines 5\\n\n", NULL);
    struct fake_http *web =
        fake_http_start("on GET /metrics\n body <html>node_load1</html>\n", NULL);
    struct fake_http *error =
        fake_http_start("on GET /metrics\n status 500 No\n body \\nnode_load1 1\\n\n", NULL);
    struct fake_http *hangs = fake_http_start("on GET /metrics\n stall headers\n", NULL);
    const int ports[] = {fake_http_port(hangs),
                         fake_http_port(web),
                         fake_http_port(node),
                         1,
                         fake_http_port(other),
                         fake_http_port(error),
                         0};
    char wanted[64];
    struct buf targets;
    mono_ms start = clock_mono();

    (void)state;
    buf_init(&targets, 4096);
    discover_exporters(&targets, ports);
    assert_true(clock_mono() - start < 2000);
    snprintf(wanted, sizeof wanted, "127.0.0.1:%d", fake_http_port(node));
    assert_string_equal(targets.data, wanted);
    buf_fini(&targets);
    fake_http_stop(node);
    fake_http_stop(other);
    fake_http_stop(web);
    fake_http_stop(error);
    fake_http_stop(hangs);
}

/* A port that exporters are known by, and what else may listen there: a controller that hangs up, or speaks its own tongue. */
static void test_what_hangs_up_is_no_exporter(void **state)
{
    struct fake_http *slow = fake_http_start("on GET /metrics\n stall headers\n", NULL);
    struct fake_http *good = fake_http_start("on GET /metrics\n body go_goroutines 5\\n\n", NULL);
    struct fake_http *gone = fake_http_start("on GET /metrics\n hangup\n", NULL);
    struct fake_http *reset = fake_http_start("on GET /metrics\n hangup\n rst\n", NULL);
    struct fake_http *other = fake_http_start("on GET /metrics\n raw SSH-2.0-x\\r\\n\n", NULL);
    const int ports[] = {-fake_http_port(slow),  -fake_http_port(good),  -fake_http_port(gone),
                         -fake_http_port(reset), -fake_http_port(other), 0};
    char wanted[64];
    struct buf targets;

    (void)state;
    buf_init(&targets, 4096);
    snprintf(wanted, sizeof wanted, "127.0.0.1:%d,127.0.0.1:%d", fake_http_port(slow),
             fake_http_port(good));
    /* A machine under load may need more than the moment that these servers have to hang up in. */
    for (int i = 0; i < 50 && (i == 0 || strcmp(targets.data, wanted) != 0); i++) {
        buf_reset(&targets);
        discover_exporters(&targets, ports);
    }
    assert_string_equal(targets.data, wanted);
    buf_fini(&targets);
    fake_http_stop(slow);
    fake_http_stop(good);
    fake_http_stop(gone);
    fake_http_stop(reset);
    fake_http_stop(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_exporters_are_found),
                                       cmocka_unit_test(test_what_hangs_up_is_no_exporter)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
