# Unit tests of collectors, two lines a test (source: %D%/test_collectors_thing.c):
#   check_PROGRAMS += %D%/test_collectors_thing
#   %C%_test_collectors_thing_LDADD = $(UNIT_COLLECTOR)
check_PROGRAMS += %D%/test_model_reasons
%C%_test_model_reasons_LDADD = $(UNIT_MODEL)
