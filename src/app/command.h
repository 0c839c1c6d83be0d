/* SPDX-License-Identifier: MIT
 * command.h - one function per command of the command line; each returns the exit status of the process.
 * 64 usage, 65 bad data, 66 no input, 73 cannot write, 70 internal: as in sysexits.h. Thread: main. */
#ifndef SUAN_APP_COMMAND_H
#define SUAN_APP_COMMAND_H

#include "app/cli.h"
#include "base/clock.h"

struct snapshot;
struct session;

int command_dashboard(const struct cli *cli);
int command_snapshot(const struct cli *cli);
int command_check(const struct cli *cli);
int command_doctor(const struct cli *cli);
int command_record(const struct cli *cli);
int command_replay(const struct cli *cli);

/* Shared by them. */
enum rc command_duration(const struct cli *cli, enum cli_option option, int64_t fallback_ms,
                         int64_t *out, struct err *e);
enum rc command_number(const struct cli *cli, enum cli_option option, double fallback, double *out,
                       struct err *e);
/* Says "suantop: WHERE: MESSAGE" on standard error; returns the exit status that fits. */
int command_fail(const struct err *e);
/* Writes s as --format says; returns the exit status. complete: false makes it 3. */
int command_export(const struct cli *cli, struct snapshot *s, wall_ms now, bool complete);
int command_screen(const struct cli *cli, struct session *s, bool replay);

#endif
