# suantop-fleetsim: what happens in the fleet is a library without I/O.
noinst_LIBRARIES += %D%/libfleetsim.a
%C%_libfleetsim_a_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)
%C%_libfleetsim_a_SOURCES = %D%/random.h %D%/world_int.h %D%/builtin.h
%C%_libfleetsim_a_SOURCES += %D%/scenario.c %D%/scenario.h %D%/scenario_keys.def
%C%_libfleetsim_a_SOURCES += %D%/scenario_check.c %D%/scenario_int.h
%C%_libfleetsim_a_SOURCES += %D%/world.c %D%/world.h
%C%_libfleetsim_a_SOURCES += %D%/world_events.c
%C%_libfleetsim_a_SOURCES += %D%/world_places.c
%C%_libfleetsim_a_SOURCES += %D%/world_jobs.c
%C%_libfleetsim_a_SOURCES += %D%/world_faults.c
%C%_libfleetsim_a_SOURCES += %D%/world_act.c
%C%_libfleetsim_a_SOURCES += %D%/heat.c %D%/heat.h

# The shipped scenarios are built in, so that the demo needs nothing installed.
nodist_%C%_libfleetsim_a_SOURCES = %D%/builtin.c
BUILT_SOURCES += %D%/builtin.c
CLEANFILES += %D%/builtin.c
%D%/builtin.c: src/data/embed.awk %D%/scenarios/national.conf %D%/scenarios/scale.conf
	$(AM_V_GEN)$(MKDIR_P) %D% && LC_ALL=C $(AWK) -v header=fleetsim/builtin.h -v prefix=scenario_ \
		-f $(srcdir)/src/data/embed.awk $(srcdir)/%D%/scenarios/national.conf $(srcdir)/%D%/scenarios/scale.conf >$@.tmp && mv $@.tmp $@

nodist_%C%_libfleetsim_a_SOURCES += %D%/rules.c
BUILT_SOURCES += %D%/rules.c
CLEANFILES += %D%/rules.c
%D%/rules.c: src/data/embed.awk dist/suantop.rules.yaml
	$(AM_V_GEN)$(MKDIR_P) %D% && LC_ALL=C $(AWK) -v header=fleetsim/builtin.h -v prefix=rules_ \
		-f $(srcdir)/src/data/embed.awk $(srcdir)/dist/suantop.rules.yaml >$@.tmp && mv $@.tmp $@

scenariosdir = $(pkgdatadir)/scenarios
dist_scenarios_DATA = %D%/scenarios/national.conf %D%/scenarios/scale.conf
%C%_libfleetsim_a_SOURCES += %D%/speech.c %D%/speech.h
%C%_libfleetsim_a_SOURCES += %D%/jsay.c %D%/jsay.h
%C%_libfleetsim_a_SOURCES += %D%/slurm.c %D%/slurm_int.h
%C%_libfleetsim_a_SOURCES += %D%/slurm_rows.c
%C%_libfleetsim_a_SOURCES += %D%/slurm_verbs.c
%C%_libfleetsim_a_SOURCES += %D%/accounting.c
%C%_libfleetsim_a_SOURCES += %D%/accounts.c %D%/accounts.h
%C%_libfleetsim_a_SOURCES += %D%/page.c %D%/page.h
%C%_libfleetsim_a_SOURCES += %D%/promql.c %D%/promql.h %D%/promql_int.h
%C%_libfleetsim_a_SOURCES += %D%/promql_parse.c
%C%_libfleetsim_a_SOURCES += %D%/promql_label.c
%C%_libfleetsim_a_SOURCES += %D%/promql_join.c
%C%_libfleetsim_a_SOURCES += %D%/promql_group.c
%C%_libfleetsim_a_SOURCES += %D%/series.c %D%/series.h
%C%_libfleetsim_a_SOURCES += %D%/series_recorded.c
%C%_libfleetsim_a_SOURCES += %D%/prometheus.c

bin_PROGRAMS += suantop-fleetsim
suantop_fleetsim_SOURCES = %D%/main.c
suantop_fleetsim_SOURCES += %D%/serve.c %D%/serve.h
suantop_fleetsim_SOURCES += %D%/mischief.c %D%/mischief.h %D%/mischief.def
suantop_fleetsim_LDADD = src/fleetsim/libfleetsim.a $(CODEC_LIBS) $(HTTPD_LIBS) -lm
