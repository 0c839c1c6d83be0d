# Translations. A language is one line: PO_LANGUAGES += xx, with its xx.po here.
PO_LANGUAGES =
PO_LANGUAGES += zh_CN

PO_FILES = $(PO_LANGUAGES:%=%D%/%.po)
EXTRA_DIST += $(PO_FILES)

if NLS
PO_COMPILED = $(PO_LANGUAGES:%=%D%/%.mo)
CLEANFILES += $(PO_COMPILED)
all-local: $(PO_COMPILED)

%D%/%.mo: %D%/%.po
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --check -o $@ $<

install-data-local: $(PO_COMPILED)
	for l in $(PO_LANGUAGES); do \
	  d="$(DESTDIR)$(localedir)/$$l/LC_MESSAGES"; \
	  $(MKDIR_P) "$$d" && $(INSTALL_DATA) po/$$l.mo "$$d/$(PACKAGE).mo" || exit 1; \
	done

uninstall-local:
	for l in $(PO_LANGUAGES); do \
	  rm -f "$(DESTDIR)$(localedir)/$$l/LC_MESSAGES/$(PACKAGE).mo"; \
	done
endif

# Collects the messages of the sources anew (make pot), and merges them into each language (make update-po).
POT_KEYWORDS = -k -k_ -kN_ -k_n:1,2 -k_c:1c,2 -kNC_:1c,2 -kNN_:1,2 -kphrase_plural:4,5 -kCOUNTED:4,5 -kS_
# What xgettext cannot see by itself (the tables) is written out for it first.
pot:
	$(AM_V_at)$(MKDIR_P) po && $(PYTHON3) $(srcdir)/po/extract.py tables $(srcdir) >po/tables.c
	$(AM_V_GEN)here=$$PWD && cd $(srcdir) && { echo $$here/po/tables.c; find src ui collectors \( -name '*.c' -o -name '*.h' -o -name '*.def' \) | LC_ALL=C sort; } \
	  | $(XGETTEXT) -L C --from-code=UTF-8 $(POT_KEYWORDS) -c --add-location=file --package-name=$(PACKAGE) \
	      --copyright-holder='suantop authors' -f - -o $$here/po/$(PACKAGE).pot
update-po: pot
	here=$$PWD && cd $(srcdir) && for l in $(PO_LANGUAGES); do \
	  $(MSGMERGE) -q --no-fuzzy-matching --update --backup=none --add-location=file po/$$l.po $$here/po/$(PACKAGE).pot || exit 1; \
	done
# The formats that are marked with S_(), for src/base/sentence.c.
update-sentences:
	$(AM_V_GEN)$(PYTHON3) $(srcdir)/po/extract.py sentences.def $(srcdir) >$(srcdir)/src/base/sentences.new \
	  && mv $(srcdir)/src/base/sentences.new $(srcdir)/src/base/sentences.def
EXTRA_DIST += po/extract.py
CLEANFILES += po/$(PACKAGE).pot po/tables.c
.PHONY: pot update-po update-sentences
