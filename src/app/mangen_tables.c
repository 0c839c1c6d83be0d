/* SPDX-License-Identifier: MIT
 * mangen_tables.c - the tables of the manual in roff: each is one function and one line at the end. */
#include "app/mangen.h"

#include "base/xmem.h"
#include "collectors/registry.h"
#include "export/walk.h"
#include "model/rules.h"
#include "ui/keymap.h"

#include "autoconf.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prose: what roff would take for a command is no command. */
static void prose(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
}

/* What people type: every character as it is. */
static void literal(const char *text)
{
    static const char special[] = "\\-~^'`";
    static const char *const names[] = {"\\e", "\\-", "\\(ti", "\\(ha", "\\(aq", "\\(ga"};

    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text != '\0'; text++) {
        const char *at = strchr(special, *text);
        if (at != NULL)
            fputs(names[at - special], stdout);
        else
            putchar(*text);
    }
}

static void bold(const char *text)
{
    fputs("\\fB", stdout);
    literal(text);
    fputs("\\fR", stdout);
}

static void italic(const char *text)
{
    fputs(" \\fI", stdout);
    literal(text);
    fputs("\\fR", stdout);
}

/* The first word is a word of the language: "json," or "https://" is to be typed as it is. */
static bool is_word(const char *text)
{
    size_t len = strcspn(text, " ;");

    while (len > 0 && (isalpha((unsigned char)*text) || *text == '-')) {
        text++;
        len--;
    }
    return len == 0;
}

static void sentence(const char *text)
{
    if (*text == '\0')
        return;
    if (is_word(text)) {
        putchar(toupper((unsigned char)*text));
        text++;
    }
    prose(text);
    puts(".");
}

bool mangen_takes(enum cli_command command, enum cli_option option)
{
    return cli_options[option].commands >> command & 1;
}

static void table_synopsis(void)
{
    for (int i = 0; i < CLI_COMMANDS_SHOWN; i++) {
        if (i > 0)
            puts(".br");
        bold("suantop");
        if (cli_commands[i].name[0] != '\0') {
            putchar(' ');
            bold(cli_commands[i].name);
        }
        fputs(" [\\fIoption\\fR ...]", stdout);
        if (cli_commands[i].args[0] != '\0')
            italic(cli_commands[i].args);
        putchar('\n');
    }
}

static void table_commands(void)
{
    for (int i = 0; i < CLI_COMMANDS_SHOWN; i++) {
        puts(".TP");
        bold("suantop");
        if (cli_commands[i].name[0] != '\0') {
            putchar(' ');
            bold(cli_commands[i].name);
        }
        if (cli_commands[i].args[0] != '\0')
            italic(cli_commands[i].args);
        putchar('\n');
        sentence(cli_commands[i].help);
    }
}

/* "For snapshot and replay." unless every command knows it. */
static void option_users(enum cli_option option)
{
    int users = 0, said = 0;

    for (int i = 0; i < CLI_COMMANDS_SHOWN; i++)
        users += mangen_takes((enum cli_command)i, option);
    if (users == CLI_COMMANDS_SHOWN)
        return;
    fputs("For ", stdout);
    for (int i = 0; i < CLI_COMMANDS_SHOWN; i++) {
        if (!mangen_takes((enum cli_command)i, option))
            continue;
        if (said > 0)
            fputs(said == users - 1 ? " and " : ", ", stdout);
        said++;
        if (cli_commands[i].name[0] != '\0')
            bold(cli_commands[i].name);
        else
            fputs("the dashboard", stdout);
    }
    puts(".");
}

static void table_options(void)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct cli_option_info *o = &cli_options[i];
        char name[64];
        puts(".TP");
        if (o->letter != '\0') {
            snprintf(name, sizeof name, "-%c", o->letter);
            bold(name);
            fputs(", ", stdout);
        }
        snprintf(name, sizeof name, "--%s", o->name);
        bold(name);
        if (o->arg != NULL)
            italic(o->arg);
        putchar('\n');
        sentence(o->help);
        option_users((enum cli_option)i);
    }
}

static void table_formats(void)
{
    for (int i = 0; export_all()[i] != NULL; i++) {
        puts(".TP");
        bold(export_all()[i]->name);
        putchar('\n');
        sentence(export_all()[i]->help);
    }
}

static void key_group(enum cmd_group group)
{
    bool first = true;

    for (enum cmd c = CMD_NONE + 1; c < CMD_COUNT; c++) {
        const struct cmd_info *info = cmd_info(c);
        if (info->group != group)
            continue;
        if (first)
            printf(".SS %s\n", cmd_group_title(group));
        first = false;
        puts(".TP");
        bold(info->keys);
        fputs("  (", stdout);
        literal(info->name);
        puts(")");
        sentence(info->help);
    }
}

static void table_keys(void)
{
    for (enum cmd_group g = 0; g < CMD_GROUP_COUNT; g++)
        key_group(g);
}

/* Help of a view: paragraphs apart by an empty line. */
static void paragraphs(const char *text)
{
    for (const char *end; *text != '\0'; text = end + strspn(end, "\n")) {
        end = strstr(text, "\n\n");
        end = end != NULL ? end : text + strlen(text);
        char *one = xstrndup(text, (size_t)(end - text));
        prose(one);
        puts(*end != '\0' ? "\n.IP" : "");
        free(one);
    }
}

static void table_views(void)
{
    for (int i = 0; view_all()[i] != NULL; i++) {
        const struct view_ops *v = view_all()[i];
        const char key[] = {v->key, '\0'};
        puts(".TP");
        bold(key);
        putchar(' ');
        bold(v->name);
        putchar('\n');
        paragraphs(v->help != NULL ? v->help : "");
    }
}

static void print_words(const char *const *words)
{
    fputs("One of", stdout);
    for (; *words != NULL; words++) {
        putchar(' ');
        bold(*words);
    }
    puts(".");
}

static void print_field(enum entity e, unsigned column)
{
    const struct field *f = column_info(e, column);
    char room[64];
    const char *name = walk_column_name(e, column, room);

    puts(".TP");
    bold(f->id);
    printf("  (%s)\n", f->title);
    sentence(f->help);
    if (name != NULL && strcmp(name, f->id) != 0)
        printf("In files: \\fB%s\\fR.\n", name);
    if (f->words != NULL)
        print_words(f->words);
}

static void table_fields(void)
{
    for (int i = 0; i < ENTITY_COUNT; i++) {
        enum entity e = walk_order[i];
        printf(".SS %s\n", entity_info(e)->title);
        sentence(entity_info(e)->help);
        for (unsigned c = 0; c < column_count(e); c++)
            print_field(e, c);
    }
}

static void table_reasons(void)
{
#define REASON(code, words, unblock)                                                               \
    puts(".TP");                                                                                   \
    bold(code);                                                                                    \
    putchar('\n');                                                                                 \
    sentence(words);                                                                               \
    sentence(unblock);
#include "model/reasons.def"
#undef REASON
}

static void usual_level(const struct rule_info *info, int level)
{
    double at = info->usual.at[level];
    static const char *const marks[] = {
        [RULE_UNIT_DURATION] = "s", [RULE_UNIT_PERCENT] = " %", [RULE_UNIT_CELSIUS] = " degrees"};
    const char *mark = info->unit <= RULE_UNIT_CELSIUS ? marks[info->unit] : "";
    char text[32];
    if (isnan(at))
        snprintf(text, sizeof text, "off");
    else if (info->unit == RULE_UNIT_DURATION && fmod(at, 3600) == 0)
        snprintf(text, sizeof text, "%gh", at / 3600);
    else
        snprintf(text, sizeof text, "%g%s", at, mark);
    printf("%s %s, ", level == RULE_WARNING ? "warn" : "crit", text);
}

static void table_alerts(void)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        const struct rule_info *info = rule_info((enum rule)i);
        printf(".TP\n");
        bold(info->id);
        putchar('\n');
        sentence(info->help);
        printf("Default: ");
        if (info->unit != RULE_UNIT_SWITCH) {
            usual_level(info, RULE_WARNING);
            usual_level(info, RULE_CRITICAL);
        } else {
            printf("%s, ", isnan(info->usual.at[RULE_CRITICAL]) ? "a warning" : "critical");
        }
        printf("hold %gs.\n", (double)info->usual.hold_ms / 1000);
    }
}

static const char *type_word(enum option_type type)
{
    static const char *const words[] = {
        [OPT_STR] = "TEXT",        [OPT_URL] = "URL",       [OPT_PATH] = "PATH",
        [OPT_COMMAND] = "COMMAND", [OPT_DURATION] = "TIME", [OPT_BOOL] = "true | false",
        [OPT_SIZE] = "SIZE",       [OPT_WORD] = "WORD",     [OPT_LIST] = "LIST",
    };
    return words[type];
}

static void table_collectors(void)
{
    for (int i = 0; collector_all()[i] != NULL; i++) {
        const struct collector_ops *ops = collector_all()[i];
        printf(".SS %s\n", ops->name);
        sentence(ops->help);
        for (size_t k = 0; k < ops->option_count; k++) {
            const struct option_desc *o = &ops->options[k];
            puts(".TP");
            bold(o->name);
            putchar(':');
            italic(type_word(o->type));
            putchar('\n');
            sentence(o->help);
            if (o->words != NULL)
                printf("One of \\fB%s\\fR.\n", o->words);
            if (o->fallback != NULL)
                printf("Default: \\fB%s\\fR.\n", o->fallback);
        }
    }
}

static void table_roles(void)
{
#define ROLE(ID, key, rgb, help)                                                                   \
    puts(".TP");                                                                                   \
    bold(key);                                                                                     \
    printf("  (#%06x)\n", (unsigned)(rgb));                                                        \
    sentence(help);
#include "ui/roles.def"
#undef ROLE
}

static void words_of(const char *field)
{
    print_words(column_info(ENTITY_CENTER, (unsigned)column_find(ENTITY_CENTER, field))->words + 1);
}

static void words_kind(void)
{
    words_of("kind");
}

static void words_tier(void)
{
    words_of("tier");
}

static void words_tenancy(void)
{
    words_of("tenancy");
}

static void version(void)
{
    puts(PACKAGE_VERSION);
}

static void system_config(void)
{
    puts(".I " SYSCONFDIR "/suantop/config.yaml");
}

static void shipped_themes(void)
{
    puts(".I " PKGDATADIR "/themes");
}

static void schema_file(void)
{
    puts(".I " PKGDATADIR "/schema/snapshot\\-1.json");
}

static void scenario_key(const char *name, const char *help)
{
    fputs(".TP\n", stdout);
    bold(name);
    putchar('\n');
    prose(help);
    fputs(".\n", stdout);
}

static void table_scenario(void)
{
    static const struct {
        const char *keyword, *name, *help;
    } keys[] = {
#define KEY(keyword, member, name, type, least, most, help) {#keyword, name, help},
#include "fleetsim/scenario_keys.def"
    };
    const char *last = "";

    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (strcmp(last, keys[i].keyword) != 0)
            printf(".SS %s\n", keys[i].keyword);
        last = keys[i].keyword;
        scenario_key(keys[i].name, keys[i].help);
    }
}

static void table_mischief(void)
{
#define MISCHIEF(ID, word, help) scenario_key(word, help);
#include "fleetsim/mischief.def"
#undef MISCHIEF
}

static const struct {
    const char *name;
    void (*print)(void);
} tables[] = {
    {"SYNOPSIS", table_synopsis},
    {"COMMANDS", table_commands},
    {"OPTIONS", table_options},
    {"FORMATS", table_formats},
    {"KEYS", table_keys},
    {"VIEWS", table_views},
    {"FIELDS", table_fields},
    {"REASONS", table_reasons},
    {"ALERTS", table_alerts},
    {"COLLECTORS", table_collectors},
    {"ROLES", table_roles},
    {"KINDS", words_kind},
    {"TIERS", words_tier},
    {"TENANCIES", words_tenancy},
    {"SCENARIO", table_scenario},
    {"MISCHIEF", table_mischief},
    {"VERSION", version},
    {"SYSTEM_CONFIG", system_config},
    {"SHIPPED_THEMES", shipped_themes},
    {"SCHEMA_FILE", schema_file},
};

bool mangen_table(const char *line)
{
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        size_t len = strlen(tables[i].name);
        if (strncmp(line + 1, tables[i].name, len) == 0 && strcmp(line + 1 + len, "@\n") == 0) {
            tables[i].print();
            return true;
        }
    }
    return false;
}
