# Unit tests of collectors, two lines a test (source: %D%/test_collectors_thing.c):
#   check_PROGRAMS += %D%/test_collectors_thing
#   %C%_test_collectors_thing_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_model_reasons
%C%_test_model_reasons_LDADD = $(UNIT_MODEL)
check_PROGRAMS += %D%/test_collectors_slurm_rest
%C%_test_collectors_slurm_rest_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_slurm_text
%C%_test_collectors_slurm_text_LDADD = $(UNIT_COLLECTOR)
EXTRA_DIST += %D%/collectors_bench.h %D%/slurm_act_bench.h
check_PROGRAMS += %D%/test_collectors_slurm_plan
%C%_test_collectors_slurm_plan_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_slurm_act
%C%_test_collectors_slurm_act_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_slurm_judge
%C%_test_collectors_slurm_judge_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_slurm_account
%C%_test_collectors_slurm_account_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_local
%C%_test_collectors_local_LDADD = $(PROBE_LIBS) $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_parts
%C%_test_collectors_parts_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_options
%C%_test_collectors_options_LDADD = $(PROBE_LIBS) $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_exporter
%C%_test_collectors_exporter_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_targets
%C%_test_collectors_targets_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_collectors_prometheus
%C%_test_collectors_prometheus_LDADD = $(UNIT_COLLECTOR)
# The same against real servers, where they are installed, and against one that misbehaves.
SCRIPTED_TESTS += tests/prometheus/real.py tests/prometheus/bad.py
tests/prometheus/real.log: suantop$(EXEEXT) suantop-node$(EXEEXT) suantop-node-probe$(EXEEXT) tests/unit/stub/libnvidia-ml.so.1
tests/prometheus/bad.log: suantop$(EXEEXT)
EXTRA_DIST += tests/prometheus/servers.py
