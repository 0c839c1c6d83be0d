/* SPDX-License-Identifier: MIT
 * demo_ui.c - see demo_ui.h: what the pty tests drive.
 *
 *   test_pty_ui --demo [--empty] [--ascii] [--clock] [--bell] [--trouble] [--moving MS] [--test-fd N] [--NAME VALUE ...]
 *
 * Time stands still, so that a frame is the same every second, unless --clock is given. At its end it
 * writes "counters FRAMES BYTES WRITES" to the test descriptor. With --trouble what is said about its rows comes back to
 * the screen, and each silence makes another alert fire. */
#include "base/clock.h"
#include "base/xmem.h"
#include "tests/pty/demo_ui.h"
#include "tests/pty/demo_fleet.h"
#include "ui/ui.h"
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct ui *dashboard;
static struct snapshot_hub *hub;
static _Atomic bool over;
static struct fleet *standing; /* what is on the screen, where nothing moves */
static bool moving_clock;
static wall_ms started;

static wall_ms demo_now(void *arg)
{
    (void)arg;
    return moving_clock ? DEMO_NOW + clock_wall() - started : DEMO_NOW;
}

static int demo_offset(void *arg, wall_ms t)
{
    (void)arg;
    (void)t;
    return 0;
}

static void demo_refresh(void *arg, int source)
{
    (void)arg;
    (void)source;
}

static uint32_t demo_lookup(void *arg, int source, enum entity e, const char *id, size_t len)
{
    static const char text[] = "{\n  \"name\": \"evil\x1b[31m\",\n  \"state\": [\"IDLE\"]\n}\n";

    (void)arg;
    (void)source;
    (void)e;
    (void)id;
    (void)len;
    ui_post_raw(dashboard, 7, RC_OK, text, sizeof text - 1, NULL);
    return 7;
}

static void demo_annotate(void *arg, const struct annotation *a)
{
    struct delta *d = delta_new(a->center, UINT16_MAX, DEMO_NOW, 0);

    (void)arg;
    annotation_to_delta(a, d);
    fleet_apply(standing, d, NULL);
    delta_free(d);
    if (a->kind == ANNOTATE_SILENCE)
        demo_fleet_alarm(standing, DEMO_NOW, "water in hall 2");
    snapshot_hub_publish(hub, fleet_publish(standing, DEMO_NOW));
}

static void published(void *arg)
{
    (void)arg;
    if (dashboard)
        ui_wake(dashboard);
}

static void *mover(void *arg)
{
    int ms = *(int *)arg;
    struct fleet *f = demo_fleet(DEMO_NOW);

    for (int step = 0; !over; step++) {
        demo_fleet_step(f, demo_now(NULL), step);
        snapshot_hub_publish(hub, fleet_publish(f, demo_now(NULL)));
        usleep((useconds_t)ms * 1000);
    }
    fleet_free(f);
    return NULL;
}

struct demo {
    bool empty, crash, trouble;
    int moving_ms;
    struct ui_options ui;
};

static void option(struct demo *d, const char *name, const char *value)
{
    if (strcmp(name, "--moving") == 0)
        d->moving_ms = (int)strtol(value, NULL, 10);
    else if (strcmp(name, "--test-fd") == 0)
        d->ui.test_fd = (int)strtol(value, NULL, 10);
    else if (strcmp(name, "--refresh") == 0)
        d->ui.refresh_ms = (int)strtol(value, NULL, 10);
    else if (strcmp(name, "--theme") == 0)
        d->ui.theme = value;
    else if (strcmp(name, "--theme-dirs") == 0)
        d->ui.theme_dirs = value;
    else if (strcmp(name, "--view") == 0)
        d->ui.view = value;
    else if (strcmp(name, "--filter") == 0)
        d->ui.filter = value;
    else if (strcmp(name, "--colour") == 0)
        d->ui.colour = value;
    else if (strcmp(name, "--state") == 0)
        d->ui.state_file = value;
    else if (strcmp(name, "--banner") == 0)
        d->ui.banner = value;
}

static struct demo options(int argc, char **argv)
{
    struct demo d = {.ui = {.test_fd = -1, .mouse = true}};

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--empty") == 0)
            d.empty = true;
        else if (strcmp(argv[i], "--clock") == 0)
            moving_clock = true;
        else if (strcmp(argv[i], "--trouble") == 0)
            d.trouble = true;
        else if (strcmp(argv[i], "--bell") == 0)
            d.ui.bell = true;
        else if (strcmp(argv[i], "--ascii") == 0)
            d.ui.ascii = true;
        else if (i + 1 < argc)
            option(&d, argv[i], argv[i + 1]), i++;
    }
    return d;
}

static void count(int fd)
{
    struct ui_counters c;
    char line[96];

    ui_counters(dashboard, &c);
    int n = snprintf(line, sizeof line, "counters %llu %llu %llu\n", (unsigned long long)c.frames,
                     (unsigned long long)c.bytes, (unsigned long long)c.writes);
    if (fd >= 0 && write(fd, line, (size_t)n) < 0)
        return;
}

bool demo_is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    return false;
}

int demo_ui_main(int argc, char **argv)
{
    struct demo d = options(argc, argv);
    struct ui_port port = {
        .refresh = demo_refresh, .lookup = demo_lookup, .now = demo_now, .utc_offset = demo_offset};
    struct err e = {0};
    pthread_t thread;

    setlocale(LC_ALL, "");
    started = clock_wall();
    hub = snapshot_hub_new(published, NULL);
    struct fleet *f = standing = d.empty ? NULL : demo_fleet(DEMO_NOW);
    if (f && d.trouble) {
        demo_fleet_trouble(f, DEMO_NOW);
        snapshot_unref(fleet_publish(f, DEMO_NOW - 660000)); /* what rests now rested then */
        fleet_tick(f, DEMO_NOW);
        port.annotate = demo_annotate;
        d.ui.actor = "wang";
    }
    if (f)
        snapshot_hub_publish(hub, fleet_publish(f, DEMO_NOW));
    enum rc rc = ui_new(hub, &port, &d.ui, &dashboard, &e);
    if (rc == RC_OK) {
        xmem_set_oom_hook(ui_emergency_restore);
        if (d.moving_ms > 0)
            pthread_create(&thread, NULL, mover, &d.moving_ms);
        rc = ui_run(dashboard, &e);
        over = true;
        if (d.moving_ms > 0)
            pthread_join(thread, NULL);
        count(d.ui.test_fd);
        ui_free(dashboard);
    }
    fleet_free(f);
    snapshot_hub_free(hub);
    if (rc)
        fprintf(stderr, "demo_ui: %s: %s\n", e.where, e.msg);
    return rc == RC_OK ? 0 : rc == RC_USAGE ? 64 : 70;
}
