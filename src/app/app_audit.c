/* SPDX-License-Identifier: MIT
 * app_audit.c - suantop audit verify and audit show: the journal of actions, without any center being asked. */
#include "app/app.h"

#include "app/session_act.h"
#include "base/sentence.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOW_LINES 20
#define EXIT_BROKEN 1

/* The file that was named, else the configured one. The caller frees it. */
static enum rc find_file(const struct cli *cli, char **path, struct err *e)
{
    struct config c;
    *path = NULL;
    if (cli->operand_count > 1) {
        *path = strdup(cli->operands[1]);
    } else {
        char *file = config_find(cli->value[OPTION_CONFIG]);
        enum rc rc = RC_OK;
        config_init(&c);
        if (file != NULL)
            rc = config_load(file, &c, e);
        free(file);
        if (rc != RC_OK)
            return rc;
        *path = session_audit_path(&c);
        config_free(&c);
    }
    return *path != NULL ? RC_OK : err_set(e, RC_USAGE, "command line", S_("name the file"));
}

static int verify(const char *path)
{
    struct journal_verdict v;
    struct err e = {0};
    char said[SENTENCE_MAX];
    enum rc rc = journal_verify(path, &v, &e);
    if (rc != RC_OK && rc != RC_SCHEMA)
        return app_fail(&e);
    printf(_("%s: %llu lines, %llu intents, %llu outcomes\n"), path, (unsigned long long)v.lines,
           (unsigned long long)v.intents, (unsigned long long)v.outcomes);
    if (v.open_intents > 0)
        printf(_("%llu intents have no outcome: the program ended in between, or acts now\n"),
               (unsigned long long)v.open_intents);
    if (v.torn > 0)
        printf(_("%llu times a line was cut off by a crash; each is sealed in the chain\n"),
               (unsigned long long)v.torn);
    if (v.torn_tail)
        puts(_("the last line was cut off by a crash; the next record will seal it"));
    if (rc == RC_OK)
        puts(_("the chain holds"));
    else
        printf(_("BROKEN: line %llu %s\n"), (unsigned long long)v.bad_line,
               sentence_text(v.bad_why, said, sizeof said));
    return app_printed(rc == RC_OK ? 0 : EXIT_BROKEN);
}

enum { CLEAN_MAX = 1024 };

/* Of a text that came from outside; false for none. */
static bool cleaned(char out[CLEAN_MAX], const char *text)
{
    (void)text_clean_into(out, CLEAN_MAX, text, strlen(text));
    return text[0] != '\0';
}

static const char *kind_word(const char *kind)
{
    return strcmp(kind, "intent") == 0    ? _("intent")
           : strcmp(kind, "outcome") == 0 ? _("outcome")
           : strcmp(kind, "seen") == 0    ? _("seen")
           : strcmp(kind, "note") == 0    ? _("note")
                                          : kind;
}

static void show_target(const struct journal_line *l)
{
    char text[CLEAN_MAX];
    if (cleaned(text, kind_word(l->kind)))
        printf(" %s", text);
    if (cleaned(text, l->verb))
        printf(" %s", _(text));
    if (cleaned(text, l->center))
        printf(" %s", text);
    if (cleaned(text, l->target))
        printf(" %s", text);
    if (cleaned(text, l->actor))
        printf(_(" by %s"), text);
    if (cleaned(text, l->actor_from))
        printf(_(" from %s"), text);
}

static void show_outcome(const struct journal_line *l)
{
    char text[CLEAN_MAX], said[SENTENCE_MAX];
    if (cleaned(text, l->state))
        printf(_(", %s"), _(text));
    if (l->status >= 0)
        printf(" %d", l->status);
    if (cleaned(text, l->before))
        printf(_(", was %s"), text);
    if (cleaned(text, l->after))
        printf(_(", is %s"), text);
    if (cleaned(text, l->message))
        printf(_(", %s"), sentence_text(text, said, sizeof said));
    if (cleaned(text, l->reason))
        printf(_(", reason %s"), text);
    if (cleaned(text, l->request))
        printf(_(", %s"), text);
}

static void show_line(void *arg, const struct journal_line *l)
{
    char at[32];
    (void)arg;
    time_rfc3339(l->at, at);
    printf("%s", at);
    show_target(l);
    show_outcome(l);
    putchar('\n');
}

static int show(const struct cli *cli, const char *path)
{
    struct err e = {0};
    double lines;
    size_t unreadable = 0;
    enum rc rc = app_number(cli, OPTION_LINES, SHOW_LINES, &lines, &e);
    if (rc == RC_OK && lines > 1e9)
        lines = 0; /* all */
    if (rc == RC_OK)
        rc = journal_read(path, (size_t)lines, show_line, NULL, &unreadable, &e);
    if (rc != RC_OK)
        return app_fail(&e);
    if (unreadable > 0)
        fprintf(stderr,
                _n("suantop: %zu line is no record; see: suantop audit verify\n",
                   "suantop: %zu lines are no records; see: suantop audit verify\n", unreadable),
                unreadable);
    return app_printed(0);
}

int app_audit(const struct cli *cli)
{
    struct err e = {0};
    const char *what = cli->operands[0];
    bool verifies = strcmp(what, "verify") == 0;
    char *path;
    if ((!verifies && strcmp(what, "show") != 0) || cli->operand_count > 2) {
        err_set(&e, RC_USAGE, "command line",
                S_("suantop audit verify [FILE], or suantop audit show [FILE]"));
        return app_fail(&e);
    }
    if (find_file(cli, &path, &e) != RC_OK)
        return app_fail(&e);
    int status = verifies ? verify(path) : show(cli, path);
    free(path);
    return status;
}
