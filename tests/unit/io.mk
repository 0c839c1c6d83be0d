# Unit tests of io, two lines a test (source: %D%/test_io_thing.c):
#   check_PROGRAMS += %D%/test_io_thing
#   %C%_test_io_thing_LDADD = $(UNIT_IO)
