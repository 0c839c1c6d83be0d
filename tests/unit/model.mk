# Unit tests of model, two lines a test (source: %D%/test_model_thing.c):
#   check_PROGRAMS += %D%/test_model_thing
#   %C%_test_model_thing_LDADD = $(UNIT_MODEL)
