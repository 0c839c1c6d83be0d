/* SPDX-License-Identifier: MIT
 * app_snapshot.c - suantop snapshot, check and doctor: collect once, write, exit. Curses is never touched. */
#include "app/app.h"

#include "app/session.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/buf.h"
#include "export/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_MS 10000
#define EXIT_UNKNOWN 3
#define CHECK_LINE_MAX ((size_t)1 << 20)

/* Opens, collects once; *complete tells whether every source answered (well or not). NULL on failure with e set. */
static struct snapshot *collect(const struct cli *cli, struct session *s, bool *complete,
                                struct err *e)
{
    int64_t timeout;
    size_t unanswered;
    enum rc rc = app_duration(cli, OPTION_TIMEOUT, DEFAULT_TIMEOUT_MS, &timeout, e);
    if (rc == RC_OK)
        rc = session_open(s, cli->value[OPTION_CONFIG], 0, e);
    if (rc != RC_OK)
        return NULL;
    session_want_past(&s->past, &s->config, cli->value[OPTION_HISTORY], true);
    rc = session_start_live(s, NULL, e);
    if (rc != RC_OK) {
        session_close(s);
        return NULL;
    }
    struct snapshot *snap = session_collect(s, (int)timeout, &unanswered);
    *complete = unanswered == 0;
    return snap;
}

int app_snapshot(const struct cli *cli)
{
    struct session s;
    struct err e = {0};
    bool complete;
    struct snapshot *snap = collect(cli, &s, &complete, &e);
    if (snap == NULL)
        return app_fail(&e);
    int status = app_export(cli, snap, clock_wall(), complete);
    snapshot_unref(snap);
    session_close(&s);
    return status;
}

static enum rc check_limits(const struct cli *cli, struct check_limits *l, struct err *e)
{
    int64_t warn_stale, crit_stale;
    enum rc rc = app_duration(cli, OPTION_STALE_WARN, 120000, &warn_stale, e);
    if (rc == RC_OK)
        rc = app_duration(cli, OPTION_STALE_CRIT, 600000, &crit_stale, e);
    if (rc == RC_OK)
        rc = app_number(cli, OPTION_OUT_WARN, 15, &l->warn_out_share, e);
    if (rc == RC_OK)
        rc = app_number(cli, OPTION_OUT_CRIT, 25, &l->crit_out_share, e);
    if (rc == RC_OK)
        rc = app_number(cli, OPTION_TEMP_WARN, 80, &l->warn_celsius, e);
    if (rc == RC_OK)
        rc = app_number(cli, OPTION_TEMP_CRIT, 90, &l->crit_celsius, e);
    if (rc == RC_OK)
        rc = app_number(cli, OPTION_QUEUED_WARN, 0, &l->warn_queued, e);
    if (rc == RC_OK)
        rc = app_number(cli, OPTION_QUEUED_CRIT, 0, &l->crit_queued, e);
    if (rc == RC_OK) {
        l->warn_stale_s = warn_stale / 1000;
        l->crit_stale_s = crit_stale / 1000;
    }
    return rc;
}

int app_check_unknown(const struct err *e)
{
    char said[SENTENCE_MAX], place[SENTENCE_MAX];

    printf("UNKNOWN - %s%s%s\n", sentence_text(sentence_place(e), place, sizeof place),
           e->where[0] != '\0' ? ": " : "", sentence_text(e->msg, said, sizeof said));
    return EXIT_UNKNOWN;
}

int app_check(const struct cli *cli)
{
    struct session s;
    struct err e = {0};
    struct check_limits limits = {0};
    struct buf line;
    bool complete;
    if (check_limits(cli, &limits, &e) != RC_OK)
        return app_check_unknown(&e);
    struct snapshot *snap = collect(cli, &s, &complete, &e);
    if (snap == NULL)
        return app_check_unknown(&e);
    struct export_options o = {.now = clock_wall(),
                               .complete = complete,
                               .filter_entity = -1,
                               .only_center = cli->value[OPTION_CENTER]};
    buf_init(&line, CHECK_LINE_MAX);
    int status = check_verdict(snap, &limits, &o, &line);
    if (line.failed)
        status = app_check_unknown(&(struct err){.msg = S_("the line of check could not be made")});
    else
        printf("%s\n", line.data);
    buf_fini(&line);
    snapshot_unref(snap);
    session_close(&s);
    return app_printed(status) == status ? status : EXIT_UNKNOWN;
}

static const char *or_none(const char *s)
{
    return s[0] != '\0' ? s : "-";
}

/* A sentence of a row. */
static const char *told_text(const char *english)
{
    static char said[SENTENCE_MAX];
    return sentence_text(english, said, sizeof said);
}

static const char *told(const struct intern *in, strid id)
{
    return told_text(intern_text(in, id));
}

static bool doctor_source(const struct snapshot *snap, const struct source_row *r)
{
    const struct intern *in = snapshot_strings(snap);
    bool ok = r->state == source_state_OK;
    printf("%-4s  %s  %s\n", ok ? _("ok") : _("FAIL"), intern_text(in, r->name),
           intern_text(in, r->target));
    if (ok)
        printf(_("      %s, version %s, last answer %.0f ms, %.0f bytes\n"),
               or_none(told(in, r->via)), or_none(intern_text(in, r->version)), r->latency_ms,
               r->last_bytes);
    if (row_has(r, source, note))
        printf(_("      note: %s\n"), told(in, r->note));
    if (!ok)
        printf(_("      what: %s%s%s\n"), intern_text(in, r->error_code),
               row_has(r, source, error_code) ? ": " : "",
               row_has(r, source, error) ? told(in, r->error)
                                         : _("no answer within the time-out (--timeout)"));
    if (row_has(r, source, mend))
        printf(_("      mend: %s\n"), told(in, r->mend));
    if (r->bad_elements > 0)
        printf(_("      %.0f elements could not be used, for example: %s\n"), r->bad_elements,
               told(in, r->bad_example));
    return ok;
}

static bool doctor_terminal(void)
{
    const char *term = getenv("TERM"), *lang = getenv("LC_ALL");
    if (lang == NULL || lang[0] == '\0')
        lang = getenv("LC_CTYPE");
    if (lang == NULL || lang[0] == '\0')
        lang = getenv("LANG");
    bool utf8 = lang != NULL && (strstr(lang, "UTF-8") != NULL || strstr(lang, "utf8") != NULL);
    printf(_("%-4s  terminal TERM=%s, locale %s\n"), utf8 ? "ok" : "note",
           term != NULL ? term : _("(unset)"), lang != NULL ? lang : _("(unset)"));
    if (!utf8)
        printf(_(
            "      mend: the locale is not UTF-8; the dashboard draws UTF-8 all the same (--ascii if that looks wrong)\n"));
    return true;
}

static void doctor_history(const struct session *s)
{
    struct store_status now;
    store_status(s->past.store, &now);
    if (!session_has_past(&s->past))
        printf("note  %s\n", _("history: off, or no place for it"));
    else if (now.state == STORE_OFF)
        printf(_("note  history %s: %s\n"), s->past.path, told_text(now.text));
    else
        printf("%-4s  %s\n", now.state == STORE_FAILED ? "FAIL" : "ok", told_text(now.text));
}

int app_doctor(const struct cli *cli)
{
    struct session s;
    struct err e = {0};
    bool complete;
    size_t bad = 0;
    struct snapshot *snap = collect(cli, &s, &complete, &e);
    if (snap == NULL)
        return app_fail(&e);
    printf(_("ok    configuration %s, %zu centers, %zu sources\n"),
           s.config.path != NULL ? s.config.path : _("(none: found by looking around)"),
           s.config.center_count, config_source_count(&s.config));
    for (uint32_t i = 0; i < snapshot_slots(snap, ENTITY_SOURCE); i++) {
        const struct source_row *row = snapshot_row(snap, ENTITY_SOURCE, i);
        bad += row != NULL && !doctor_source(snap, row);
    }
    doctor_history(&s);
    doctor_terminal();
    printf(_n("%zu source failed\n", "%zu sources failed\n", bad), bad);
    snapshot_unref(snap);
    session_close(&s);
    return app_printed(bad == 0 ? 0 : 1);
}
