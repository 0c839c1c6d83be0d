/* SPDX-License-Identifier: MIT
 * app.c - what the commands share: values of options, failing with words, exporting a snapshot. */
#include "app/app.h"
#include "base/i18n.h"
#include "base/sentence.h"

#include "app/outfile.h"
#include "codec/hostlist.h"
#include "codec/quantity.h"
#include "export/export.h"
#include "model/query.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define EXIT_PARTIAL 3

enum rc app_duration(const struct cli *cli, enum cli_option option, int64_t fallback_ms,
                     int64_t *out, struct err *e)
{
    const char *text = cli->value[option];
    *out = fallback_ms;
    if (text == NULL || (quantity_duration(text, out) && *out > 0 && *out <= INT_MAX))
        return RC_OK;
    return err_set(e, RC_USAGE, "command line",
                   S_("--%s needs a duration such as 500ms, 10s or 5m, not \"%s\""),
                   cli_options[option].name, text);
}

enum rc app_number(const struct cli *cli, enum cli_option option, double fallback, double *out,
                   struct err *e)
{
    const char *text = cli->value[option];
    *out = fallback;
    if (text == NULL || (quantity_number(text, out) && *out >= 0))
        return RC_OK;
    return err_set(e, RC_USAGE, "command line", S_("--%s needs a number, not \"%s\""),
                   cli_options[option].name, text);
}

int app_fail(const struct err *e)
{
    char said[SENTENCE_MAX], place[SENTENCE_MAX];

    fprintf(stderr, "suantop: %s%s%s\n", sentence_text(sentence_place(e), place, sizeof place),
            e->where[0] != '\0' ? ": " : "", sentence_text(e->msg, said, sizeof said));
    switch (e->rc) {
    case RC_USAGE:
    case RC_SCHEMA: /* a wrong configuration is a usage error: the user wrote it */
    case RC_SYNTAX:
        return EX_USAGE;
    case RC_IO:
        return EX_NOINPUT;
    case RC_LIMIT:
        return EX_DATAERR;
    default:
        return EX_SOFTWARE;
    }
}

int app_printed(int status)
{
    bool all = !ferror(stdout);
    if (fflush(stdout) == 0 && all)
        return status;
    fprintf(stderr, "suantop: %s\n", _("standard output cannot be written"));
    return EX_IOERR;
}

static enum rc parse_only(const char *list, bool entities[ENTITY_COUNT], int *single, struct err *e)
{
    size_t chosen = 0;
    *single = -1;
    for (const char *p = list; p != NULL && *p != '\0';) {
        size_t len = strcspn(p, ",");
        int found = -1;
        for (int i = 0; i < ENTITY_COUNT; i++) {
            const char *plural = entity_info((enum entity)i)->plural;
            if (strlen(plural) == len && strncmp(plural, p, len) == 0)
                found = i;
        }
        if (found < 0)
            return err_set(
                e, RC_USAGE, "command line",
                S_("--only: \"%.*s\" is not one of centers, sources, pools, nodes, devices, jobs, reservations, licenses"),
                (int)len, p);
        entities[found] = true;
        *single = ++chosen == 1 ? found : -1;
        p += len + (p[len] == ',');
    }
    return RC_OK;
}

static enum rc export_options(const struct cli *cli, struct export_options *o,
                              struct filter **filter, struct err *e)
{
    double width;
    int single;
    enum rc rc = parse_only(cli->value[OPTION_ONLY], o->entities, &single, e);
    if (rc == RC_OK)
        rc = app_number(cli, OPTION_WIDTH, 0, &width, e);
    if (rc != RC_OK)
        return rc;
    o->only_center = cli->value[OPTION_CENTER];
    o->width = width > 100000 ? 100000 : (int)width;
    o->filter_entity = -1;
    if (cli->value[OPTION_FILTER] == NULL)
        return RC_OK;
    if (single < 0)
        return err_set(e, RC_USAGE, "command line",
                       S_("--filter needs --only with one kind of rows, such as --only jobs"));
    rc = filter_compile(cli->value[OPTION_FILTER], (enum entity)single, filter, e);
    o->filter = *filter;
    o->filter_entity = single;
    return rc;
}

static enum rc center_exists(const struct snapshot *s, const char *id, struct err *e)
{
    const struct intern *strings = snapshot_strings(s);
    for (uint32_t i = 0; id != NULL && i < snapshot_slots(s, ENTITY_CENTER); i++) {
        const struct center_row *row = snapshot_row(s, ENTITY_CENTER, i);
        if (row != NULL && strcmp(intern_raw(strings, row->id), id) == 0)
            return RC_OK;
    }
    return id == NULL ? RC_OK
                      : err_set(e, RC_USAGE, "command line",
                                S_("--center: there is no center \"%s\""), id);
}

static enum rc write_out(const struct cli *cli, const struct snapshot *s,
                         const struct export_options *o, struct err *e)
{
    const char *name = cli->value[OPTION_FORMAT] != NULL ? cli->value[OPTION_FORMAT] : "text";
    const struct export_format *format = export_find(name);
    struct outfile file;
    if (format == NULL)
        return err_set(
            e, RC_USAGE, "command line",
            S_("--format: \"%s\" is not one of json, ndjson, csv, text, openmetrics, html"), name);
    enum rc rc = outfile_open(&file, cli->value[OPTION_OUTPUT], e);
    if (rc != RC_OK)
        return rc;
    rc = format->write(s, o, &file.sink, e);
    if (rc == RC_OK)
        return outfile_commit(&file, e);
    outfile_abandon(&file);
    return rc;
}

int app_export(const struct cli *cli, struct snapshot *s, wall_ms now, bool complete)
{
    struct err e = {0};
    struct filter *filter = NULL;
    struct export_options o = {.now = now,
                               .utc_offset_minutes = clock_utc_offset(now),
                               .complete = complete,
                               .expand = hostlist_each};
    enum rc rc = export_options(cli, &o, &filter, &e);
    if (rc == RC_OK)
        rc = center_exists(s, o.only_center, &e);
    if (rc == RC_OK)
        rc = write_out(cli, s, &o, &e);
    bool whole = export_complete(s, &o);
    filter_free(filter);
    if (rc == RC_OK)
        return whole ? 0 : EXIT_PARTIAL;
    int status = app_fail(&e);
    return rc == RC_IO ? EX_CANTCREAT : status;
}
