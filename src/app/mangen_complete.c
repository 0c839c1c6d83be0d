/* SPDX-License-Identifier: MIT
 * mangen_complete.c - completions for bash, zsh and fish from the tables of the command line. */
#include "app/mangen.h"

#include "base/i18n.h"
#include "base/xmem.h"
#include "export/export.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

/* What the value of an option may be. */
enum values {
    VALUES_FREE,
    VALUES_FILE,
    VALUES_FORMAT,
    VALUES_VIEW,
    VALUES_THEME,
    VALUES_ENTITY,
    VALUES_COLOUR,
    VALUES_LANGUAGE
};

static enum values values_of(enum cli_option option)
{
    switch (option) {
    case OPTION_CONFIG:
    case OPTION_OUTPUT:
    case OPTION_LOG:
        return VALUES_FILE;
    case OPTION_FORMAT:
        return VALUES_FORMAT;
    case OPTION_VIEW:
        return VALUES_VIEW;
    case OPTION_THEME:
        return VALUES_THEME;
    case OPTION_ONLY:
        return VALUES_ENTITY;
    case OPTION_LANGUAGE:
        return VALUES_LANGUAGE;
    case OPTION_COLOUR:
        return VALUES_COLOUR;
    default:
        return VALUES_FREE;
    }
}

/* The themes that are there when somebody presses Tab. */
static const char theme_lister[] =
    "for t in \"${XDG_CONFIG_HOME:-$HOME/.config}\"/suantop/themes/*.theme " PKGDATADIR
    "/themes/*.theme; do [ -e \"$t\" ] && t=${t##*/} && echo \"${t%.theme}\"; done";

static void print_values(enum values values, const char *between)
{
    const char *separator = "";

    if (values == VALUES_FORMAT)
        for (int i = 0; export_all()[i] != NULL; i++, separator = between)
            printf("%s%s", separator, export_all()[i]->name);
    else if (values == VALUES_VIEW)
        for (int i = 0; view_all()[i] != NULL; i++, separator = between)
            printf("%s%s", separator, view_all()[i]->name);
    else if (values == VALUES_ENTITY)
        for (int i = 0; i < ENTITY_COUNT; i++, separator = between)
            printf("%s%s", separator, entity_info((enum entity)i)->plural);
    else if (values == VALUES_COLOUR)
        printf("auto%s24bit%s256%s16%snone", between, between, between, between);
    else if (values == VALUES_LANGUAGE) {
        printf("auto");
        for (const struct i18n_language *l = i18n_languages(); l->code != NULL; l++)
            printf("%s%s", between, l->code);
    }
}

/* Names of the commands that have one. */
static void print_commands(const char *between)
{
    for (int i = 1; i < CLI_COMMANDS_SHOWN; i++)
        printf("%s%s", i > 1 ? between : "", cli_commands[i].name);
}

static void print_options(enum cli_command command)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (!mangen_takes(command, (enum cli_option)i))
            continue;
        if (cli_options[i].letter != '\0')
            printf("-%c ", cli_options[i].letter);
        printf("--%s ", cli_options[i].name);
    }
}

/* What is completed for the words of a command: folders for DIR, nothing for what only a center knows. */
static bool takes_folder(enum cli_command command)
{
    return strcmp(cli_commands[command].args, "DIR") == 0;
}

/* ---- bash --------------------------------------------------------------------------------------- */

static void bash_values(enum cli_option option)
{
    const struct cli_option_info *o = &cli_options[option];
    enum values values = values_of(option);

    if (o->arg == NULL)
        return;
    printf("    ");
    if (o->letter != '\0')
        printf("-%c|", o->letter);
    printf("--%s) ", o->name);
    if (values == VALUES_FILE) {
        printf("compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")); ");
    } else if (values == VALUES_THEME) {
        printf("COMPREPLY=($(compgen -W \"$(%s)\" -- \"$cur\")); ", theme_lister);
    } else if (values == VALUES_ENTITY) {
        printf("compopt -o nospace; COMPREPLY=($(compgen -P \"${cur%%\"${cur##*,}\"}\" -W '");
        print_values(values, " ");
        printf("' -- \"${cur##*,}\")); ");
    } else if (values != VALUES_FREE) {
        printf("COMPREPLY=($(compgen -W '");
        print_values(values, " ");
        printf("' -- \"$cur\")); ");
    }
    puts("return ;;");
}

static void bash_command(enum cli_command command)
{
    const struct cli_command_info *info = &cli_commands[command];

    printf("    %s) options='", info->name[0] != '\0' ? info->name : "''");
    print_options(command);
    printf("' words='");
    if (command == CLI_DASHBOARD)
        print_commands(" ");
    printf("' folder=%s ;;\n", takes_folder(command) ? "yes" : "");
}

static void bash(void)
{
    puts("# bash completion for suantop; made from its tables, do not edit\n"
         "_suantop()\n"
         "{\n"
         "    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "    local command= options= words= folder= word\n"
         "    COMPREPLY=()\n"
         "    if [ \"$cur\" = = ]; then\n"
         "        cur=\n"
         "    elif [ \"$before\" = = ]; then\n"
         "        before=${COMP_WORDS[COMP_CWORD-2]}\n"
         "    fi\n"
         "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "        case $word in");
    printf("        ");
    print_commands("|");
    puts(") command=$word; break ;;\n"
         "        esac\n"
         "    done\n"
         "    case $before in");
    for (int i = 0; i < OPTION_COUNT; i++)
        bash_values((enum cli_option)i);
    puts("    esac\n"
         "    case $command in");
    for (int i = 0; i < CLI_COMMANDS_SHOWN; i++)
        bash_command((enum cli_command)i);
    puts("    esac\n"
         "    if [ \"${cur#-}\" != \"$cur\" ]; then\n"
         "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
         "    elif [ -n \"$folder\" ]; then\n"
         "        compopt -o filenames\n"
         "        COMPREPLY=($(compgen -d -- \"$cur\"))\n"
         "    else\n"
         "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "    fi\n"
         "}\n"
         "complete -F _suantop suantop");
}

/* ---- zsh ---------------------------------------------------------------------------------------- */

/* Inside '[...]' of _arguments, in single quotes. */
static void zsh_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text) != NULL)
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void zsh_option(enum cli_option option)
{
    const struct cli_option_info *o = &cli_options[option];
    enum values values = values_of(option);

    printf("        ");
    if (o->letter != '\0')
        printf("'(-%c --%s)'{-%c,--%s}'[", o->letter, o->name, o->letter, o->name);
    else
        printf("'--%s[", o->name);
    zsh_text(o->help);
    printf("]");
    if (o->arg != NULL) {
        printf(":%s:", o->arg);
        if (values == VALUES_FILE) {
            printf("_files");
        } else if (values == VALUES_THEME) {
            printf("->theme");
        } else if (values == VALUES_ENTITY) {
            printf("_sequence compadd - ");
            print_values(values, " ");
        } else if (values != VALUES_FREE) {
            printf("(");
            print_values(values, " ");
            printf(")");
        }
    }
    puts("' \\");
}

static void zsh_command(enum cli_command command)
{
    const struct cli_command_info *info = &cli_commands[command];

    printf("    %s)\n    _arguments -s \\\n", info->name[0] != '\0' ? info->name : "*");
    for (int i = 0; i < OPTION_COUNT; i++)
        if (mangen_takes(command, (enum cli_option)i))
            zsh_option((enum cli_option)i);
    if (command == CLI_DASHBOARD) {
        printf("        '1:command:((");
        for (int i = 1; i < CLI_COMMANDS_SHOWN; i++) {
            printf("%s\\:\"", cli_commands[i].name);
            zsh_text(cli_commands[i].help);
            printf("\"%s", i + 1 < CLI_COMMANDS_SHOWN ? " " : "");
        }
        puts("))'\n    ;;");
        return;
    }
    printf("        '1:command:(%s)'%s\n    ;;\n", info->name,
           takes_folder(command) ? " '2:folder:_files -/'" : "");
}

static void zsh(void)
{
    puts("#compdef suantop\n"
         "# zsh completion for suantop; made from its tables, do not edit\n"
         "local curcontext=$curcontext state line word command=\n"
         "typeset -A opt_args\n"
         "for word in ${words[2,CURRENT-1]}; do\n"
         "    case $word in");
    printf("    ");
    print_commands("|");
    puts(") command=$word; break ;;\n"
         "    esac\n"
         "done\n"
         "case $command in");
    for (int i = 1; i < CLI_COMMANDS_SHOWN; i++)
        zsh_command((enum cli_command)i);
    zsh_command(CLI_DASHBOARD);
    printf("esac\n"
           "if [[ $state == theme ]]; then\n"
           "    setopt local_options null_glob\n"
           "    compadd -- $(%s)\n"
           "fi\n",
           theme_lister);
}

/* ---- fish --------------------------------------------------------------------------------------- */

static void fish_text(const char *text)
{
    putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('\'');
}

/* When an option is offered: the dashboard is what there is while no command stands on the line. */
static void fish_condition(enum cli_option option)
{
    bool dashboard = mangen_takes(CLI_DASHBOARD, option), any = false;

    for (int i = 1; i < CLI_COMMANDS_SHOWN; i++)
        any = any || mangen_takes((enum cli_command)i, option) != dashboard;
    if (!any)
        return;
    printf(" -n '%s__fish_seen_subcommand_from", dashboard ? "not " : "");
    for (int i = 1; i < CLI_COMMANDS_SHOWN; i++)
        if (mangen_takes((enum cli_command)i, option) != dashboard)
            printf(" %s", cli_commands[i].name);
    putchar('\'');
}

static void fish_option(enum cli_option option)
{
    const struct cli_option_info *o = &cli_options[option];
    enum values values = values_of(option);

    printf("complete -c suantop");
    fish_condition(option);
    if (o->letter != '\0')
        printf(" -s %c", o->letter);
    printf(" -l %s", o->name);
    if (o->arg != NULL)
        printf("%s", values == VALUES_FILE ? " -r -F" : " -x");
    if (values == VALUES_THEME) {
        printf(
            " -a '(for t in $XDG_CONFIG_HOME/suantop/themes/*.theme ~/.config/suantop/themes/*.theme " PKGDATADIR
            "/themes/*.theme; string replace -r \".*/(.*)[.]theme\" \"\\$1\" $t; end)'");
    } else if (values == VALUES_ENTITY) {
        printf(" -a '(__fish_append , ");
        print_values(values, " ");
        printf(")'");
    } else if (values != VALUES_FREE && values != VALUES_FILE) {
        printf(" -a '");
        print_values(values, " ");
        printf("'");
    }
    printf(" -d ");
    fish_text(o->help);
    putchar('\n');
}

static void fish(void)
{
    puts("# fish completion for suantop; made from its tables, do not edit\n"
         "complete -c suantop -f");
    for (int i = 1; i < CLI_COMMANDS_SHOWN; i++) {
        printf("complete -c suantop -n __fish_use_subcommand -a %s -d ", cli_commands[i].name);
        fish_text(cli_commands[i].help);
        putchar('\n');
        if (takes_folder((enum cli_command)i))
            printf(
                "complete -c suantop -n '__fish_seen_subcommand_from %s' -a '(__fish_complete_directories)'\n",
                cli_commands[i].name);
    }
    for (int i = 0; i < OPTION_COUNT; i++)
        fish_option((enum cli_option)i);
}

bool mangen_complete(const char *shell)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

    for (size_t i = 0; i < ARRAY_LEN(shells); i++)
        if (strcmp(shells[i].name, shell) == 0) {
            shells[i].print();
            return true;
        }
    return false;
}
