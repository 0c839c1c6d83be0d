# Unit tests of the simulated fleet.
UNIT_FLEETSIM = src/fleetsim/libfleetsim.a $(CODEC_LIBS) $(CMOCKA_LIBS) -lm
check_PROGRAMS += %D%/test_fleetsim_scenario
%C%_test_fleetsim_scenario_LDADD = $(UNIT_FLEETSIM)
check_PROGRAMS += %D%/test_fleetsim_world
%C%_test_fleetsim_world_LDADD = $(UNIT_FLEETSIM)
check_PROGRAMS += %D%/test_fleetsim_facts
%C%_test_fleetsim_facts_LDADD = $(UNIT_FLEETSIM)
check_PROGRAMS += %D%/test_fleetsim_slurm
%C%_test_fleetsim_slurm_LDADD = src/fleetsim/libfleetsim.a $(UNIT_COLLECTOR) -lm
# The simulated fleet as it runs, watched by the program.
SCRIPTED_TESTS += tests/fleetsim/watch.py
SCRIPTED_TESTS += tests/fleetsim/walk.py
tests/fleetsim/walk.log: suantop$(EXEEXT) suantop-fleetsim$(EXEEXT)
SCRIPTED_TESTS += tests/fleetsim/prometheus.py
tests/fleetsim/prometheus.log: suantop$(EXEEXT) suantop-fleetsim$(EXEEXT)
SCRIPTED_TESTS += tests/fleetsim/demo.py
tests/fleetsim/demo.log: suantop$(EXEEXT) suantop-fleetsim$(EXEEXT)
EXTRA_DIST += tests/fleetsim/small.conf tests/fleetsim/telemetry.conf
check_PROGRAMS += %D%/test_fleetsim_prometheus
%C%_test_fleetsim_prometheus_LDADD = $(UNIT_FLEETSIM)
# Centers that misbehave.
SCRIPTED_TESTS += tests/fleetsim/mischief.py
tests/fleetsim/mischief.log: suantop$(EXEEXT) suantop-fleetsim$(EXEEXT)
EXTRA_DIST += tests/fleetsim/fleet.py
check_PROGRAMS += %D%/test_httpd
%C%_test_httpd_LDADD = $(HTTPD_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
