/* SPDX-License-Identifier: MIT
 * cli.h - the command line, parsed against options.def. Pure but for reading argv. */
#ifndef SUAN_APP_CLI_H
#define SUAN_APP_CLI_H

#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum cli_command {
#define COMMAND(ID, name, args, help) CLI_##ID,
#include "app/options.def"
    CLI_PROBE, /* hidden: prints what this machine's sensors say, for the local collector */
    CLI_COMMAND_COUNT
};

enum cli_option {
#define OPTION(ID, name, letter, arg, commands, help) OPTION_##ID,
#include "app/options.def"
    OPTION_COUNT
};

struct cli {
    enum cli_command command;
    const char
        *value[OPTION_COUNT]; /* the argument; "" for a flag that was given; NULL = not given */
    const char *operand;      /* DIR, or NULL: the first of them */
    const char *const *operands;
    size_t operand_count;
};

struct cli_command_info {
    const char *name, *args, *help;
};
struct cli_option_info {
    const char *name;
    char letter;
    const char *arg;
    unsigned commands;
    const char *help;
};
extern const struct cli_command_info cli_commands[];
extern const struct cli_option_info cli_options[OPTION_COUNT];
#define CLI_COMMANDS_SHOWN CLI_PROBE

/* Moves the operands to the front of argv, whose strings the result borrows. RC_USAGE with a sentence that names the word and, if there is one near, the right one. */
enum rc cli_parse(int argc, char **argv, struct cli *out, struct err *e);
void cli_usage(struct buf *out);

#endif
