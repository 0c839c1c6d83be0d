# Unit tests of export, two lines a test (source: %D%/test_export_thing.c):
#   check_PROGRAMS += %D%/test_export_thing
#   %C%_test_export_thing_LDADD = $(UNIT_EXPORT)
