# Unit tests of io, two lines a test (source: %D%/test_io_thing.c):
#   check_PROGRAMS += %D%/test_io_thing
#   %C%_test_io_thing_LDADD = $(UNIT_IO)
IO_FAKE = tests/fake/fake_http.c tests/fake/fake_http.h \
	tests/fake/fake_collector.c tests/fake/fake_collector.h \
	tests/fake/rig.c tests/fake/rig.h
check_PROGRAMS += %D%/test_io_net
%C%_test_io_net_SOURCES = %D%/test_io_net.c $(IO_FAKE)
%C%_test_io_net_LDADD = $(UNIT_IO)
