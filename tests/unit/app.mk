# Unit tests of app, two lines a test (source: %D%/test_app_thing.c):
#   check_PROGRAMS += %D%/test_app_thing
#   %C%_test_app_thing_LDADD = $(UNIT_APP)
check_PROGRAMS += %D%/test_app_config %D%/test_app_cli
%C%_test_app_config_LDADD = $(UNIT_APP)
%C%_test_app_cli_LDADD = $(UNIT_APP)
check_PROGRAMS += %D%/test_app_targets
%C%_test_app_targets_LDADD = $(UNIT_APP)
# The verbs of the command line against a small cluster that is told what to do.
SCRIPTED_TESTS += tests/acting/words.py
SCRIPTED_TESTS += tests/history/collect.py
check_PROGRAMS += %D%/test_app_discover
%C%_test_app_discover_SOURCES = %D%/test_app_discover.c $(IO_FAKE)
%C%_test_app_discover_LDADD = $(UNIT_APP)
check_PROGRAMS += %D%/test_app_peaks
%C%_test_app_peaks_LDADD = $(UNIT_APP)
