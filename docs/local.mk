# Manual pages, completions, the JSON schema. One file a line, for example
#   dist_man_MANS += %D%/suantop.1                       written by hand
#   nodist_man_MANS += %D%/suantop-keys.5                made while building (also CLEANFILES +=)
#   dist_bashcomp_DATA += %D%/completions/suantop        or nodist_bashcomp_DATA when made
#   dist_zshcomp_DATA += %D%/completions/_suantop
#   dist_fishcomp_DATA += %D%/completions/suantop.fish
#   dist_schema_DATA += %D%/schema/snapshot-1.json
dist_bashcomp_DATA =
nodist_bashcomp_DATA =
dist_zshcomp_DATA =
nodist_zshcomp_DATA =
dist_fishcomp_DATA =
nodist_fishcomp_DATA =
schemadir = $(pkgdatadir)/schema
dist_schema_DATA =
dist_schema_DATA += %D%/schema/snapshot-1.json
EXTRA_DIST += %D%/how-to-add-a-collector.md %D%/how-to-add-a-view.md %D%/how-to-add-a-theme.md %D%/how-to-translate.md \
	%D%/flops.md %D%/how-to-add-a-metric.md %D%/how-to-map-an-exporter.md %D%/performance.md %D%/prometheus.md %D%/soak.md

# The manual: prose in man/*.in, tables by mangen.
MANGEN = src/app/mangen$(EXEEXT)
MAN_MADE = %D%/man/suantop.1 %D%/man/suantop.conf.5 %D%/man/suantop-themes.5 %D%/man/suantop-reasons.7 \
	%D%/man/suantop-node.8 %D%/man/suantop-fleetsim.8
nodist_man_MANS += $(MAN_MADE)
EXTRA_DIST += %D%/man/suantop.1.in %D%/man/suantop.conf.5.in %D%/man/suantop-themes.5.in \
	%D%/man/suantop-reasons.7.in %D%/man/suantop-node.8.in %D%/man/suantop-fleetsim.8.in
$(MAN_MADE): %: %.in $(MANGEN)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MANGEN) $< > $@.tmp && mv $@.tmp $@

nodist_bashcomp_DATA += %D%/completions/suantop
nodist_zshcomp_DATA += %D%/completions/_suantop
nodist_fishcomp_DATA += %D%/completions/suantop.fish
COMPLETIONS_MADE = %D%/completions/suantop %D%/completions/_suantop %D%/completions/suantop.fish
%D%/completions/suantop: $(MANGEN)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MANGEN) bash > $@.tmp && mv $@.tmp $@
%D%/completions/_suantop: $(MANGEN)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MANGEN) zsh > $@.tmp && mv $@.tmp $@
%D%/completions/suantop.fish: $(MANGEN)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MANGEN) fish > $@.tmp && mv $@.tmp $@
CLEANFILES += $(MAN_MADE) $(COMPLETIONS_MADE)
EXTRA_DIST += %D%/wall.png %D%/chinese.png %D%/overview.png %D%/devices.png %D%/queued.png %D%/interrupted.png %D%/drain.png
