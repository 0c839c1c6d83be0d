# Unit tests of base, two lines a test (source: %D%/test_base_thing.c):
#   check_PROGRAMS += %D%/test_base_thing
#   %C%_test_base_thing_LDADD = $(UNIT_BASE)
