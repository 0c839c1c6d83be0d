/* SPDX-License-Identifier: MIT
 * app.h - one function per command of the command line; each returns the exit status of the process.
 * 64 usage, 65 bad data, 66 no input, 73 cannot write, 70 internal: as in sysexits.h. Thread: main. */
#ifndef SUAN_APP_APP_H
#define SUAN_APP_APP_H

#include "app/cli.h"
#include "base/clock.h"

struct snapshot;
struct session;

int app_dashboard(const struct cli *cli);
int app_snapshot(const struct cli *cli);
int app_check(const struct cli *cli);
int app_doctor(const struct cli *cli);
int app_record(const struct cli *cli);
int app_replay(const struct cli *cli);
int app_act(const struct cli *cli); /* drain, resume, requeue, hold, release, cancel */
int app_audit(const struct cli *cli);
int app_collect(const struct cli *cli);
int app_demo(const struct cli *cli);
int app_wall(const struct cli *cli);

/* Shared by them. */
enum rc app_duration(const struct cli *cli, enum cli_option option, int64_t fallback_ms,
                     int64_t *out, struct err *e);
enum rc app_number(const struct cli *cli, enum cli_option option, double fallback, double *out,
                   struct err *e);
/* Says "suantop: WHERE: MESSAGE" on standard error; returns the exit status that fits. */
int app_fail(const struct err *e);
/* The same as a Nagios plug-in says it, on standard output: 3. */
int app_check_unknown(const struct err *e);
/* status, unless what was printed did not all get out: then that is said, and the status is another. */
int app_printed(int status);
/* Writes s as --format says; returns the exit status. complete: false makes it 3. */
int app_export(const struct cli *cli, struct snapshot *s, wall_ms now, bool complete);
int app_screen(const struct cli *cli, struct session *s, bool replay);
/* Colon-separated; the caller frees it. */
char *app_theme_dirs(void);
int app_test_fd(void);
/* The language that the configuration asks for, unless the command line asked for one. */
void app_language(const struct cli *cli, const struct session *s);
struct fleet_child;
/* The simulated fleet, as --scenario, --seed and --speed say. */
enum rc app_start_fleet(const struct cli *cli, struct fleet_child *c, struct err *e);

#endif
