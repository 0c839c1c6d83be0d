/* SPDX-License-Identifier: MIT
 * i18n.h - the texts of the screen in the reader's language.
 *
 * Catalogues are the .mo files that msgfmt makes of po/CODE.po. They are read by this module and not by libintl: that
 * refuses every catalogue where the machine has no locale but C.UTF-8 (a minimal Debian, a container), and it could
 * change the language of a running program only through setlocale(), which is undefined while there are threads.
 *
 * Marked is what a person reads on a screen or as a complaint. What a program reads stays English always: JSON, CSV,
 * OpenMetrics, the log, the journal, the history, the words of filters and configuration.
 *
 *   _("no jobs")                    the text, in the language that is used now
 *   _n("%u job", "%u jobs", n)      the same with a number: which of the two English forms, or the one of the language
 *   _c("head", "USED")              the same where a short English word means several things; the first says which
 *   N_("no jobs")                   only marks it for extraction (tables); whoever shows it calls _() on the variable
 *   NN_("%u job", "%u jobs") marks two forms in a table: what it makes initialises a const char *[2]; _n() shows them
 *   NC_("head", "USED")             marks it with its context; whoever shows it calls i18n_context("head", variable)
 *
 * A text that no catalogue has comes back as it is, and so does NULL from _() (a table without a word there). Whole sentences only: words glued together cannot be translated.
 * Where the order of arguments must be able to change, the catalogue may write %2$s.
 *
 * Thread: i18n_start, i18n_use and i18n_end belong to the main thread; all else to any. A text stays valid until
 * i18n_end, also when another language was chosen meanwhile. */
#ifndef SUAN_BASE_I18N_H
#define SUAN_BASE_I18N_H

#include "base/err.h"
#include "base/mark.h"
#include <stddef.h>

#define _(text) i18n_text(text)
#define _n(one, many, n) i18n_plural(one, many, n)
#define _c(context, text) i18n_context(context, text)
#define NC_(context, text) text
#define NN_(one, many)                                                                             \
    {                                                                                              \
        one, many                                                                                  \
    }

struct i18n_language {
    const char *code; /* "en", "zh_CN" */
    const char *name; /* "English", "简体中文" */
};

/* English first; ends with a code of NULL. */
const struct i18n_language *i18n_languages(void);
/* The code of the language that these variables (NULL or "" = not set) ask for, as gettext(3) reads them: LC_ALL before
 * LC_MESSAGES before LANG; LANGUAGE, a list, counts where that is not C. "en" for all that is not here, and for an
 * encoding that is not UTF-8. */
const char *i18n_of_locale(const char *lc_all, const char *lc_messages, const char *lang,
                           const char *language);
/* The same of the process's environment; "en" on the console of Linux (TERM=linux), which cannot show other letters. */
const char *i18n_of_environment(void);

/* dirs: where catalogues are, colon-separated: DIR/CODE/LC_MESSAGES/suantop.mo or DIR/CODE.mo. English is used. */
void i18n_start(const char *dirs);
/* The usual begin of a program: catalogues of SUANTOP_LOCALEDIR, beside the program (a build tree), and where they were
 * installed; the language that the environment asks for, English where its catalogue is missing. */
void i18n_start_here(const char *installed);
/* code: of i18n_languages, or "auto" for what the environment asks. RC_USAGE for a language that is not known, RC_IO
 * where its catalogue cannot be read, RC_SYNTAX where it is none: then the language stays what it was. */
enum rc i18n_use(const char *code, struct err *e);
/* The same with the bytes of a catalogue, which are copied (tests). */
enum rc i18n_use_bytes(const char *code, const void *mo, size_t len, struct err *e);
const char *i18n_language(void); /* the code of what is used */
void i18n_end(void);

const char *i18n_text(const char *text) __attribute__((format_arg(1)));
const char *i18n_plural(const char *one, const char *many, unsigned long long n)
    __attribute__((format_arg(1), format_arg(2)));
const char *i18n_context(const char *context, const char *text) __attribute__((format_arg(2)));
/* With the context where the catalogue has that, else without it: words of tables, few of which need one. */
const char *i18n_either(const char *context, const char *text) __attribute__((format_arg(2)));

#endif
