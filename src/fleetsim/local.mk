# suantop-fleetsim: what happens in the fleet is a library without I/O.
noinst_LIBRARIES += %D%/libfleetsim.a
%C%_libfleetsim_a_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)
%C%_libfleetsim_a_SOURCES = %D%/random.h %D%/world_int.h
%C%_libfleetsim_a_SOURCES += %D%/scenario.c %D%/scenario.h %D%/scenario_keys.def
%C%_libfleetsim_a_SOURCES += %D%/world.c %D%/world.h
%C%_libfleetsim_a_SOURCES += %D%/world_events.c
%C%_libfleetsim_a_SOURCES += %D%/world_places.c
%C%_libfleetsim_a_SOURCES += %D%/world_jobs.c
%C%_libfleetsim_a_SOURCES += %D%/world_faults.c
%C%_libfleetsim_a_SOURCES += %D%/world_act.c
%C%_libfleetsim_a_SOURCES += %D%/heat.c %D%/heat.h

scenariosdir = $(pkgdatadir)/scenarios
dist_scenarios_DATA = %D%/scenarios/national.conf
%C%_libfleetsim_a_SOURCES += %D%/speech.c %D%/speech.h
%C%_libfleetsim_a_SOURCES += %D%/tell.c %D%/tell.h
%C%_libfleetsim_a_SOURCES += %D%/slurm.c %D%/slurm_int.h
%C%_libfleetsim_a_SOURCES += %D%/slurm_rows.c
%C%_libfleetsim_a_SOURCES += %D%/page.c
