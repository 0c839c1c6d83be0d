/* SPDX-License-Identifier: MIT
 * cli.c - see cli.h. Options may stand before or after the command word; "--" ends them. */
#include "app/cli.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum {
#define COMMAND(ID, name, args, help) IN_##ID = 1u << CLI_##ID,
#include "app/options.def"
    IN_VERBS = IN_DRAIN | IN_RESUME | IN_REQUEUE | IN_HOLD | IN_RELEASE | IN_CANCEL,
    IN_ALL = ~0u
};

const struct cli_command_info cli_commands[] = {
#define COMMAND(ID, name, args, help) {name, args, help},
#include "app/options.def"
};
const struct cli_option_info cli_options[OPTION_COUNT] = {
#define OPTION(ID, name, letter, arg, commands, help) {name, letter, arg, commands, help},
#include "app/options.def"
};

struct parser {
    int argc;
    char **argv;
    int at;
    struct cli *out;
    bool have_command;
    struct err *e;
};

static int find_long(const char *name, size_t len)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (strlen(cli_options[i].name) == len && strncmp(cli_options[i].name, name, len) == 0)
            return i;
    return -1;
}

static int find_letter(char letter)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (cli_options[i].letter == letter)
            return i;
    return -1;
}

/* inline_value: after '=' or glued to the letter; NULL = take the next word. */
static enum rc take_option(struct parser *p, int option, const char *shown,
                           const char *inline_value)
{
    const struct cli_option_info *info = &cli_options[option];
    if (info->arg == NULL) {
        if (inline_value != NULL)
            return err_set(p->e, RC_USAGE, "command line", S_("%s takes no value"), shown);
        p->out->value[option] = "";
        return RC_OK;
    }
    if (inline_value == NULL) {
        if (p->at + 1 >= p->argc)
            return err_set(p->e, RC_USAGE, "command line", S_("%s needs a value: %s"), shown,
                           info->arg);
        inline_value = p->argv[++p->at];
    }
    p->out->value[option] = inline_value;
    return RC_OK;
}

static enum rc take_long(struct parser *p, const char *word)
{
    size_t len = strcspn(word + 2, "=");
    int option = find_long(word + 2, len);
    if (option < 0)
        return err_set(p->e, RC_USAGE, "command line", S_("unknown option %s; see suantop --help"),
                       word);
    return take_option(p, option, word, word[2 + len] == '=' ? word + 3 + len : NULL);
}

static enum rc take_letters(struct parser *p, const char *word)
{
    for (const char *c = word + 1; *c != '\0'; c++) {
        int option = find_letter(*c);
        if (option < 0)
            return err_set(p->e, RC_USAGE, "command line",
                           S_("unknown option -%c; see suantop --help"), *c);
        const char *glued = cli_options[option].arg != NULL && c[1] != '\0' ? c + 1 : NULL;
        enum rc rc = take_option(p, option, word, glued);
        if (rc != RC_OK || cli_options[option].arg != NULL)
            return rc;
    }
    return RC_OK;
}

static enum rc unknown_command(struct parser *p, const char *word)
{
    char known[192] = "";
    for (int i = 1; i < CLI_COMMANDS_SHOWN; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, " %s", cli_commands[i].name);
    }
    return err_set(p->e, RC_USAGE, "command line", S_("unknown command \"%.60s\"; there are:%s"),
                   word, known);
}

static enum rc take_word(struct parser *p, char *word)
{
    if (!p->have_command) {
        for (int i = 1; i < CLI_COMMANDS_SHOWN; i++)
            if (strcmp(cli_commands[i].name, word) == 0) {
                p->out->command = (enum cli_command)i;
                p->have_command = true;
                return RC_OK;
            }
        if (strcmp(word, "probe") == 0) {
            p->out->command = CLI_PROBE;
            p->have_command = true;
            return RC_OK;
        }
        return unknown_command(p, word);
    }
    const char *args =
        p->out->command < CLI_COMMANDS_SHOWN ? cli_commands[p->out->command].args : "";
    if (args[0] == '\0' || (p->out->operand_count > 0 && strstr(args, "...") == NULL))
        return err_set(p->e, RC_USAGE, "command line", S_("\"%s\" is one word too many"), word);
    p->argv[1 + p->out->operand_count++] = word;
    p->out->operand = p->argv[1];
    return RC_OK;
}

static enum rc check_use(const struct parser *p)
{
    const struct cli *c = p->out;
    const char *name = c->command < CLI_COMMANDS_SHOWN ? cli_commands[c->command].name : "probe";
    if (c->value[OPTION_SHOW_HELP] != NULL || c->value[OPTION_SHOW_VERSION] != NULL)
        return RC_OK;
    for (int i = 0; i < OPTION_COUNT; i++)
        if (c->value[i] != NULL && (cli_options[i].commands >> c->command & 1) == 0)
            return err_set(p->e, RC_USAGE, "command line",
                           name[0] != '\0' ? S_("--%s means nothing to suantop %s")
                                           : S_("--%s means nothing to suantop"),
                           cli_options[i].name, name);
    if (c->command < CLI_COMMANDS_SHOWN && cli_commands[c->command].args[0] != '\0' &&
        c->operand == NULL)
        return err_set(p->e, RC_USAGE, "command line", S_("suantop %s needs %s"), name,
                       cli_commands[c->command].args);
    return RC_OK;
}

enum rc cli_parse(int argc, char **argv, struct cli *out, struct err *e)
{
    struct parser p = {.argc = argc, .argv = argv, .out = out, .e = e};
    bool options = true;
    memset(out, 0, sizeof *out);
    out->operands = (const char *const *)argv + 1;
    for (p.at = 1; p.at < argc; p.at++) {
        char *word = argv[p.at];
        enum rc rc;
        if (options && strcmp(word, "--") == 0) {
            options = false;
            continue;
        }
        if (options && strncmp(word, "--", 2) == 0)
            rc = take_long(&p, word);
        else if (options && word[0] == '-' && word[1] != '\0')
            rc = take_letters(&p, word);
        else
            rc = take_word(&p, word);
        if (rc != RC_OK)
            return rc;
    }
    return check_use(&p);
}

enum { LEFT_CELLS = 24 };

/* The second column begins in the same cell, however wide the letters of the first are; help wraps where terminals do. */
static void usage_line(struct buf *out, const char *left, const char *help)
{
    int cells = text_cells(left);

    buf_addf(out, "  %s%*s %s\n", left, cells < LEFT_CELLS ? LEFT_CELLS - cells : 0, "", help);
}

static void usage_option(struct buf *out, const struct cli_option_info *o)
{
    char left[48];
    snprintf(left, sizeof left, "%c%c%s --%s%s%s", o->letter != '\0' ? '-' : ' ',
             o->letter != '\0' ? o->letter : ' ', o->letter != '\0' ? "," : " ", o->name,
             o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
    usage_line(out, left, _(o->help));
}

void cli_usage(struct buf *out)
{
    buf_addf(
        out, "%s\n\n",
        _("suantop - top for computing power: FLOPS, heat, queues and interrupted tasks of all centers"));
    for (int i = 0; i < CLI_COMMANDS_SHOWN; i++) {
        char left[48];
        snprintf(left, sizeof left, "suantop %s %s", cli_commands[i].name, cli_commands[i].args);
        usage_line(out, left, _(cli_commands[i].help));
    }
    buf_addf(out, "\n%s\n", _("Options"));
    for (int i = 0; i < OPTION_COUNT; i++)
        usage_option(out, &cli_options[i]);
    buf_addf(
        out, "\n%s\n",
        _("In the dashboard press ? for the keys. Manual: suantop(1), suantop.conf(5), suantop-themes(5)."));
}
